//! Leader election for group commit: threads queue items, one of them handles all that wait.
//!
//! Whoever waits while nobody leads becomes the leader, takes everything queued, handles it outside
//! the lock, hands out the answers and steps down. Nobody leads for longer than the round that
//! holds its own item, and a thread is woken only for its own answer or to lead.

use super::round::{AnswerSlot, Round};
use crate::store::threads::{Arc, Condvar, Mutex, MutexGuard, lock, yield_now};
use std::task::Waker;

/// Weight of a round up to which the next one waits for company: what takes longer to write than a
/// sync is better written while others prepare theirs.
const COMPANY_WEIGHT_MAX: usize = 64 << 10;

/// How often a leader lets other threads run without one of them queueing, before it goes on alone.
const PATIENCE: u32 = 32;

const BROKEN: &str = "no leader panics while it handles a group";

/// The queue of one group; `T` goes in, `R` comes back.
#[derive(Debug)]
pub(crate) struct CommitGroup<T, R> {
    state: Mutex<QueueState<T, R>>,
    /// For those who flush: a round has ended.
    idle: Condvar,
}

#[derive(Debug)]
struct QueueState<T, R> {
    waiting: Vec<T>,
    /// Sum of the weights of `waiting`.
    weight: usize,
    /// The one that `waiting` will be handled in.
    round: Arc<Round<R>>,
    leading: bool,
    /// Threads that wait for `idle`.
    flushing: usize,
    /// How many were being handled or waiting when the last round ended: so many may come again.
    /// None behind a large round.
    company: usize,
    /// A leader panicked: its items will never be answered.
    broken: bool,
}

impl<T, R> CommitGroup<T, R> {
    pub(crate) fn new() -> CommitGroup<T, R> {
        let state = QueueState {
            waiting: Vec::new(),
            weight: 0,
            round: Arc::new(Round::new()),
            leading: false,
            flushing: 0,
            company: 0,
            broken: false,
        };
        CommitGroup { state: Mutex::new(state), idle: Condvar::new() }
    }

    /// Queues an item; returns its slot and the weight of everything that now waits.
    pub(crate) fn enqueue(&self, item: T, weight: usize) -> (AnswerSlot<R>, usize) {
        let mut state = lock(&self.state);
        let slot = AnswerSlot::new(&state.round, state.waiting.len());
        state.waiting.push(item);
        state.weight = state.weight.saturating_add(weight);
        (slot, state.weight)
    }

    /// Waits for an answer, leading with `handle` if nobody does.
    ///
    /// `handle` gets the items in the order in which they were queued and returns as many answers.
    ///
    /// # Panics
    /// When a leader panicked: better than to wait for ever.
    pub(crate) fn wait(&self, slot: &AnswerSlot<R>, mut handle: impl FnMut(Vec<T>) -> Vec<R>) -> R {
        loop {
            let state = lock(&self.state);
            let round = slot.lock();
            assert!(round.is_answered() || !state.broken, "{BROKEN}");
            if state.leading || round.is_answered() {
                drop(state);
                if let Some(answer) = slot.sleep(round) {
                    return answer;
                }
            } else {
                drop(round);
                self.lead(self.await_company(state), &mut handle);
            }
        }
    }

    /// The answer, if it is there; else `task` is woken once it is. Another thread must lead.
    ///
    /// # Panics
    /// As [`CommitGroup::wait`].
    pub(crate) fn poll(&self, slot: &AnswerSlot<R>, task: &Waker) -> Option<R> {
        // The lock orders this with a leader that panics, which wakes all tasks it finds.
        let state = lock(&self.state);
        let mut round = slot.lock();
        if !round.is_answered() {
            assert!(!state.broken, "{BROKEN}");
            slot.call_later(&mut round, task);
        }
        slot.take(&mut round)
    }

    /// Handles everything queued so far, also items that nobody waits for.
    pub(crate) fn flush(&self, mut handle: impl FnMut(Vec<T>) -> Vec<R>) {
        let mut state = lock(&self.state);
        while state.leading && !state.broken {
            state.flushing += 1;
            state = self.idle.wait(state).expect("no thread panics while it holds the queue");
            state.flushing -= 1;
        }
        if !state.waiting.is_empty() && !state.broken {
            self.lead(state, &mut handle);
        }
    }

    /// Lets those queue again who were answered a moment ago, so that one round takes all.
    fn await_company<'a>(
        &'a self,
        mut state: MutexGuard<'a, QueueState<T, R>>,
    ) -> MutexGuard<'a, QueueState<T, R>> {
        state.leading = true;
        let mut patience = PATIENCE;
        while state.waiting.len() < state.company && patience > 0 {
            let present = state.waiting.len();
            drop(state);
            yield_now();
            state = lock(&self.state);
            patience = if state.waiting.len() > present { PATIENCE } else { patience - 1 };
        }
        state
    }

    fn lead(
        &self,
        mut state: MutexGuard<'_, QueueState<T, R>>,
        handle: &mut impl FnMut(Vec<T>) -> Vec<R>,
    ) {
        let items = std::mem::take(&mut state.waiting);
        let round = std::mem::replace(&mut state.round, Arc::new(Round::new()));
        let is_small = state.weight <= COMPANY_WEIGHT_MAX;
        state.weight = 0;
        state.leading = true;
        drop(state);
        let count = items.len();
        let unwinding = Unwinding { group: self, round: &round };
        let answers = handle(items);
        std::mem::forget(unwinding);
        debug_assert_eq!(answers.len(), count);
        // All answers are there before somebody else may lead; who sleeps is woken when no lock is
        // held that all would need.
        round.answer(answers);
        let mut state = lock(&self.state);
        state.leading = false;
        state.company = if is_small { count + state.waiting.len() } else { 0 };
        let next = Arc::clone(&state.round);
        if state.flushing > 0 {
            self.idle.notify_all();
        }
        drop(state);
        next.call_one();
        round.wake_all();
    }
}

/// Wakes everybody when a leader panics, so that nobody waits for an answer that never comes.
struct Unwinding<'a, T, R> {
    group: &'a CommitGroup<T, R>,
    round: &'a Round<R>,
}

impl<T, R> Drop for Unwinding<'_, T, R> {
    fn drop(&mut self) {
        let Ok(mut state) = self.group.state.lock() else {
            return;
        };
        state.broken = true;
        state.round.break_up();
        self.round.break_up();
        self.group.idle.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn a_single_thread_leads_itself() {
        let group = CommitGroup::new();
        let (slot, weight) = group.enqueue(7, 10);
        assert_eq!(weight, 10);
        let answer = group.wait(&slot, |items| items.iter().map(|item| item * 2).collect());
        assert_eq!(answer, 14);
    }

    #[test]
    fn whoever_waits_first_handles_all_in_order() {
        let group = CommitGroup::new();
        let (first, _) = group.enqueue(1, 1);
        let (second, weight) = group.enqueue(2, 1);
        assert_eq!(weight, 2);
        let mut seen = Vec::new();
        let answer = group.wait(&second, |items| {
            seen.clone_from(&items);
            items
        });
        assert_eq!((answer, seen), (2, vec![1, 2]));
        assert_eq!(group.wait(&first, |_| unreachable!("answered already")), 1);
    }

    #[test]
    fn flush_answers_what_nobody_waits_for() {
        let group = CommitGroup::new();
        group.flush(|_: Vec<u8>| -> Vec<u8> { unreachable!("nothing is queued") });
        let (slot, _) = group.enqueue(5, 1);
        group.flush(|items| items);
        assert_eq!(group.wait(&slot, |_| unreachable!("answered already")), 5);
    }

    #[test]
    fn a_panic_of_the_leader_does_not_leave_others_waiting() {
        let group: CommitGroup<u8, u8> = CommitGroup::new();
        std::thread::scope(|scope| {
            let (first, _) = group.enqueue(1, 1);
            let (second, _) = group.enqueue(2, 1);
            let group = &group;
            let (leads, has_begun) = std::sync::mpsc::channel();
            let leader = scope.spawn(move || {
                group.wait(&first, |_| {
                    leads.send(()).unwrap();
                    std::thread::sleep(Duration::from_millis(20));
                    panic!("planted")
                })
            });
            // Whoever came first would lead, and not panic.
            has_begun.recv().unwrap();
            let follower = scope.spawn(move || group.wait(&second, |items| items));
            assert!(leader.join().is_err());
            assert!(follower.join().is_err());
        });
    }

    #[test]
    fn flush_waits_for_the_leader_and_handles_what_came_since() {
        let group: CommitGroup<u8, u8> = CommitGroup::new();
        std::thread::scope(|scope| {
            let (first, _) = group.enqueue(1, 1);
            let group = &group;
            scope.spawn(move || {
                group.wait(&first, |items| {
                    std::thread::sleep(Duration::from_millis(50));
                    items
                })
            });
            std::thread::sleep(Duration::from_millis(10));
            let (second, _) = group.enqueue(2, 1);
            group.flush(|items| items);
            assert_eq!(group.wait(&second, |_| unreachable!("answered already")), 2);
        });
    }

    #[test]
    fn threads_share_rounds_and_all_get_their_own_answer() {
        const THREADS: usize = 8;
        const ITEMS: usize = 200;
        let group = CommitGroup::new();
        let (rounds, leaders) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let handle = |items: Vec<usize>| {
            assert_eq!(leaders.fetch_add(1, Ordering::SeqCst), 0, "two leaders at once");
            rounds.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_micros(50));
            leaders.fetch_sub(1, Ordering::SeqCst);
            items.into_iter().map(|item| item + 1).collect()
        };
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (group, handle) = (&group, &handle);
                scope.spawn(move || {
                    for item in 0..ITEMS {
                        let item = thread * ITEMS + item;
                        let (slot, _) = group.enqueue(item, 1);
                        assert_eq!(group.wait(&slot, handle), item + 1);
                    }
                });
            }
        });
        assert!(rounds.load(Ordering::SeqCst) < THREADS * ITEMS, "no round was shared");
    }
}
