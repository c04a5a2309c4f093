//! Threads that append through one group, as `src/store/write/append.rs` does: write all, sync
//! once, publish, answer.

use crate::store::group::queue::CommitGroup;
use crate::store::threads::lock;
use crate::store::threads::{Arc, Mutex};
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

const THREADS: u64 = 3;
const ITEMS: u64 = 2;

/// A log that loses what was not synced, and what readers may see of it.
#[derive(Default)]
struct Log {
    written: Vec<u64>,
    synced: usize,
    poisoned: bool,
}

/// The answer to one item: its sequence, or that nobody knows.
type Answer = Result<u64, ()>;

struct Engine {
    group: CommitGroup<u64, Answer>,
    log: Mutex<Log>,
    /// The events of the published view.
    view: Mutex<Vec<u64>>,
    /// Whether a sync may fail.
    fails: bool,
}

impl Engine {
    fn new(fails: bool) -> Arc<Engine> {
        let (log, view) = (Mutex::new(Log::default()), Mutex::new(Vec::new()));
        Arc::new(Engine { group: CommitGroup::new(), log, view, fails })
    }

    fn commit(&self, items: Vec<u64>) -> Vec<Answer> {
        let mut log = lock(&self.log);
        if log.poisoned {
            return vec![Err(()); items.len()];
        }
        let first = log.written.len() as u64;
        let count = items.len() as u64;
        log.written.extend(items);
        // A sync takes its time: others queue meanwhile.
        thread::yield_now();
        if self.fails && thread_rng().gen_range(0..3) == 0 {
            log.poisoned = true;
            return vec![Err(()); count as usize];
        }
        log.synced = log.written.len();
        *lock(&self.view) = log.written.clone();
        (first + 1..=first + count).map(Ok).collect()
    }

    /// Appends, and checks what an acknowledgement promises.
    fn append(&self, item: u64) -> Answer {
        let (slot, _) = self.group.enqueue(item, 1);
        let answer = self.group.wait(&slot, |items| self.commit(items));
        if let Ok(seq) = answer {
            let place = seq as usize - 1;
            assert!(lock(&self.log).synced > place, "acknowledged before it was durable");
            assert_eq!(lock(&self.view).get(place), Some(&item), "acknowledged, not visible");
        }
        answer
    }
}

/// Runs threads that append beside one that looks at views; gives the answers.
fn run(engine: &Arc<Engine>) -> Vec<(u64, Answer)> {
    let appenders = (0..THREADS).map(|number| {
        let engine = Arc::clone(engine);
        thread::spawn(move || {
            let items = number * ITEMS..(number + 1) * ITEMS;
            items.map(|item| (item, engine.append(item))).collect::<Vec<_>>()
        })
    });
    let appenders: Vec<_> = appenders.collect();
    let looker = {
        let engine = Arc::clone(engine);
        thread::spawn(move || {
            let mut earlier: Vec<u64> = Vec::new();
            for _ in 0..3 {
                let view = lock(&engine.view).clone();
                assert!(view.starts_with(&earlier), "a view took something back");
                earlier = view;
                thread::yield_now();
            }
        })
    };
    looker.join().expect("no panic");
    appenders.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
}

/// Every event is acknowledged once, durable and visible then, in the order of its thread.
pub(crate) fn acknowledged() {
    let engine = Engine::new(false);
    let answers = run(&engine);
    assert_eq!(answers.len() as u64, THREADS * ITEMS);
    let mut seqs: Vec<u64> = answers.iter().map(|(_, answer)| answer.expect("no fault")).collect();
    for pair in answers.chunks(ITEMS as usize) {
        assert!(pair[0].1 < pair[1].1, "the order of a thread is lost");
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=THREADS * ITEMS).collect::<Vec<_>>());
}

/// After a sync that failed nothing is acknowledged; nobody waits for ever; what was is there.
pub(crate) fn failing_sync() {
    let engine = Engine::new(true);
    let answers = run(&engine);
    let log = lock(&engine.log);
    for (item, answer) in &answers {
        if let Ok(seq) = answer {
            let place = *seq as usize - 1;
            assert!(place < log.synced && log.written[place] == *item);
        }
    }
    let acknowledged = answers.iter().filter(|(_, answer)| answer.is_ok()).count();
    assert_eq!(acknowledged, log.synced, "durable and not acknowledged, or the other way");
}

/// Batches that nobody waits for are written by a flush, or by whoever leads.
pub(crate) fn submitted() {
    let engine = Engine::new(false);
    let flusher = {
        let engine = Arc::clone(&engine);
        thread::spawn(move || {
            let slots = [100, 101].map(|item| engine.group.enqueue(item, 1).0);
            engine.group.flush(|items| engine.commit(items));
            assert!(lock(&engine.view).len() >= slots.len(), "a flush left something behind");
            slots.map(|slot| engine.group.wait(&slot, |_| unreachable!("answered already")))
        })
    };
    let answers = run(&engine);
    let flushed = flusher.join().expect("no panic");
    assert!(flushed.iter().all(Result::is_ok));
    assert_eq!(lock(&engine.view).len(), answers.len() + flushed.len());
}
