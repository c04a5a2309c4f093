//! A background thread as `src/store/write/background.rs` has it, threads that wait for its seals,
//! and threads that wait for a publication.

use crate::Result;
use crate::io::Watch;
use crate::store::publication::{Notifier, Subscription};
use crate::store::signal::{Job, Signal, WakeOnExit};
use crate::store::threads::lock;
use crate::store::threads::{Arc, Mutex};
use shuttle::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3600);
const THREADS: u64 = 3;

/// What there is to seal, and what was.
#[derive(Default)]
struct Tails {
    active: u64,
    sealed: u64,
    flushes: u64,
    /// How often it looked for segments to merge.
    looks: u64,
}

#[derive(Default)]
struct Engine {
    signal: Signal,
    tails: Mutex<Tails>,
}

/// Does as it is told until it is told to stop.
fn background(engine: &Engine) {
    let _farewell = WakeOnExit(&engine.signal);
    loop {
        match engine.signal.next(None) {
            Job::Stop => return,
            Job::Flush => lock(&engine.tails).flushes += 1,
            Job::Seal => {
                let count = std::mem::take(&mut lock(&engine.tails).active);
                thread::yield_now();
                lock(&engine.tails).sealed += count;
                engine.signal.ask_to_merge();
                engine.signal.end_seal(Ok(()));
            }
            Job::Merge => lock(&engine.tails).looks += 1,
            Job::Tick => unreachable!("nothing is due by time"),
        }
    }
}

fn start(engine: &Arc<Engine>) -> thread::JoinHandle<()> {
    let engine = Arc::clone(engine);
    thread::spawn(move || background(&engine))
}

/// Whoever waits for a seal finds what it had before in segments, however the others interfere.
pub(crate) fn seal_and_wait() {
    let engine = Arc::new(Engine::default());
    let thread = start(&engine);
    let waiting = (0..THREADS).map(|_| {
        let engine = Arc::clone(&engine);
        thread::spawn(move || {
            let mine = {
                let mut tails = lock(&engine.tails);
                tails.active += 1;
                tails.active
            };
            engine.signal.ask_to_flush();
            engine.signal.ask_to_seal();
            engine.signal.seal_and_wait().expect("no seal fails");
            assert!(lock(&engine.tails).sealed >= mine, "not sealed after the wait");
        })
    });
    let waiting: Vec<_> = waiting.collect();
    waiting.into_iter().for_each(|thread| thread.join().expect("no panic"));
    engine.signal.stop();
    thread.join().expect("no panic");
    let tails = lock(&engine.tails);
    assert_eq!((tails.active, tails.sealed), (0, THREADS));
    assert!(tails.flushes > 0, "nobody was asked to flush");
    assert!(tails.looks <= THREADS * 2, "more looks than seals");
}

/// Seals that others make are heard of, too.
pub(crate) fn segments_are_heard_of() {
    let engine = Arc::new(Engine::default());
    let waiting = {
        let engine = Arc::clone(&engine);
        thread::spawn(move || while engine.signal.next(None) != Job::Merge {})
    };
    let asks: [fn(&Signal); 3] = [Signal::ask_to_flush, Signal::ask_to_merge, Signal::ask_to_seal];
    let asking = asks.map(|ask| {
        let engine = Arc::clone(&engine);
        thread::spawn(move || ask(&engine.signal))
    });
    asking.into_iter().for_each(|thread| thread.join().expect("no panic"));
    waiting.join().expect("no panic");
}

/// A wait that meets the end of the thread ends, too: sealed, or told that the store is closed.
pub(crate) fn farewell() {
    let engine = Arc::new(Engine::default());
    let thread = start(&engine);
    let waiting = {
        let engine = Arc::clone(&engine);
        thread::spawn(move || -> Result<()> { engine.signal.seal_and_wait() })
    };
    engine.signal.stop();
    thread.join().expect("no panic");
    let answer = waiting.join().expect("no panic");
    assert!(answer.is_ok() || answer.is_err_and(|error| error.to_string().contains("closed")));
}

/// Every listener sees the last publication without a time-out.
pub(crate) fn notifier() {
    const PUBLISHED: u64 = 3;
    let notifier = Arc::new(Notifier::default());
    let view = Arc::new(Mutex::new(0));
    let listeners = (0..2).map(|_| {
        let (notifier, view) = (Arc::clone(&notifier), Arc::clone(&view));
        thread::spawn(move || {
            let subscription = Subscription::new(&notifier);
            while *lock(&view) < PUBLISHED {
                subscription.wait(LONG);
            }
        })
    });
    let listeners: Vec<_> = listeners.collect();
    for _ in 0..PUBLISHED {
        *lock(&view) += 1;
        notifier.announce();
    }
    listeners.into_iter().for_each(|thread| thread.join().expect("no panic"));
}
