//! A round of group commit: the items that are handled together, and the answers to them.

use crate::store::threads::{Arc, Condvar, Mutex, MutexGuard, lock};
use std::task::Waker;

/// Places at which the threads of a round sleep; one call wakes all of a place. Of one, two, three,
/// four and eight places, four were the fastest for 16 threads on two processors.
const BEDS: usize = 4;

/// Those whose items are handled together.
#[derive(Debug)]
pub(super) struct Round<R> {
    /// Taken behind the lock of the queue, never before.
    state: Mutex<RoundState<R>>,
    /// By the place of the item, modulo their number.
    wake: [Condvar; BEDS],
}

#[derive(Debug)]
pub(super) struct RoundState<R> {
    phase: Phase<R>,
    /// Threads that sleep until the phase is another.
    sleepers: [usize; BEDS],
    /// Tasks to be polled again when the phase is the last, by the places of their items.
    tasks: Vec<(usize, Waker)>,
}

#[derive(Debug)]
enum Phase<R> {
    Waiting,
    /// One of those who sleep is to look at the queue again.
    Called,
    /// By the places of the items; each is taken once.
    Answered(Vec<Option<R>>),
    /// The leader panicked: nobody will answer.
    Broken,
}

/// Where the answer to one item will be.
#[derive(Debug)]
pub(crate) struct AnswerSlot<R> {
    round: Arc<Round<R>>,
    place: usize,
}

impl<R> Round<R> {
    pub(super) fn new() -> Round<R> {
        let phase = Phase::Waiting;
        let state = RoundState { phase, sleepers: [0; BEDS], tasks: Vec::new() };
        Round { state: Mutex::new(state), wake: std::array::from_fn(|_| Condvar::new()) }
    }

    /// Stores the answers, by the places of the items. Who sleeps goes on sleeping.
    pub(super) fn answer(&self, answers: Vec<R>) {
        let answers = answers.into_iter().map(Some).collect();
        lock(&self.state).phase = Phase::Answered(answers);
    }

    /// Nobody will answer.
    pub(super) fn break_up(&self) {
        lock(&self.state).phase = Phase::Broken;
        self.wake_all();
    }

    /// Wakes everybody, behind the last change of the phase.
    pub(super) fn wake_all(&self) {
        let (sleepers, tasks) = {
            let mut state = lock(&self.state);
            (state.sleepers, std::mem::take(&mut state.tasks))
        };
        let awaited = self.wake.iter().zip(sleepers).filter(|(_, sleepers)| *sleepers > 0);
        awaited.for_each(|(wake, _)| wake.notify_all());
        tasks.into_iter().for_each(|(_, task)| task.wake());
    }

    /// Wakes one of those who sleep, if there is one, to look at the queue again.
    pub(super) fn call_one(&self) {
        let mut state = lock(&self.state);
        let bed = state.sleepers.iter().position(|sleepers| *sleepers > 0);
        let bed = bed.filter(|_| matches!(state.phase, Phase::Waiting));
        if let Some(bed) = bed {
            state.phase = Phase::Called;
            drop(state);
            self.wake[bed].notify_one();
        }
    }
}

impl<R> RoundState<R> {
    pub(super) fn is_answered(&self) -> bool {
        matches!(self.phase, Phase::Answered(_))
    }
}

impl<R> AnswerSlot<R> {
    pub(super) fn new(round: &Arc<Round<R>>, place: usize) -> AnswerSlot<R> {
        AnswerSlot { round: Arc::clone(round), place }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, RoundState<R>> {
        lock(&self.round.state)
    }

    /// Sleeps until the answer is there, or a call.
    pub(super) fn sleep(&self, mut state: MutexGuard<'_, RoundState<R>>) -> Option<R> {
        let bed = self.place % BEDS;
        state.sleepers[bed] += 1;
        while matches!(state.phase, Phase::Waiting) {
            let woken = self.round.wake[bed].wait(state);
            state = woken.expect("no thread panics while it holds a round");
        }
        state.sleepers[bed] -= 1;
        if matches!(state.phase, Phase::Called) {
            state.phase = Phase::Waiting;
        }
        self.take(&mut state)
    }

    /// Has `task` woken when the phase is the last.
    pub(super) fn call_later(&self, state: &mut RoundState<R>, task: &Waker) {
        state.tasks.retain(|(place, _)| *place != self.place);
        state.tasks.push((self.place, task.clone()));
    }

    /// The answer, once.
    pub(super) fn take(&self, state: &mut RoundState<R>) -> Option<R> {
        match &mut state.phase {
            Phase::Answered(answers) => answers[self.place].take(),
            Phase::Waiting | Phase::Called | Phase::Broken => None,
        }
    }
}
