//! The one background thread: it seals full or old tails, writes what nobody waits for, and syncs
//! what was acknowledged before it was durable.

use super::engine::Engine;
use super::{Durability, lock};
use crate::{Error, Result};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a buffered store is synced and the age of the tail is looked at.
const TICK: Duration = Duration::from_millis(200);
/// How long a failed seal waits for its next try, unless an append waits for it.
const RETRY: Duration = Duration::from_secs(1);

/// What other threads want of the background thread, and what it tells them.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    state: Mutex<State>,
    /// For the background thread.
    wake: Condvar,
    /// For threads that wait for a seal.
    sealed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stop: bool,
    flush: bool,
    seal: bool,
    /// Seals begun so far; a wait ends with one that began after it.
    begun: u64,
    ended: u64,
    /// How the last one ended.
    failure: Option<Error>,
    /// The thread has come to its end: nobody may wait for it.
    gone: bool,
}

enum Job {
    Stop,
    Flush,
    Seal,
    Tick,
}

impl Signal {
    pub(crate) fn ask_to_flush(&self) {
        lock(&self.state).flush = true;
        self.wake.notify_one();
    }

    pub(crate) fn ask_to_seal(&self) {
        let mut state = lock(&self.state);
        // After a failure the thread comes back by itself, without being pushed by every append.
        if state.failure.is_none() {
            state.seal = true;
            self.wake.notify_one();
        }
    }

    /// Asks for a seal and waits until one that began after this call has ended.
    ///
    /// # Errors
    /// The error of that seal.
    pub(crate) fn seal_and_wait(&self) -> Result<()> {
        let mut state = lock(&self.state);
        let mine = state.begun + 1;
        state.seal = true;
        self.wake.notify_one();
        while state.ended < mine && !state.gone {
            state = self.sealed.wait(state).expect("no thread panics while it holds the signal");
        }
        match &state.failure {
            Some(error) => Err(error.clone()),
            None if state.gone => Err(Error::invalid("store", "is closed")),
            None => Ok(()),
        }
    }

    fn stop(&self) {
        lock(&self.state).stop = true;
        self.wake.notify_one();
    }

    /// Waits for something to do.
    fn next(&self, tick: Option<Duration>) -> Job {
        let mut state = lock(&self.state);
        loop {
            if state.stop {
                return Job::Stop;
            }
            if std::mem::take(&mut state.flush) {
                return Job::Flush;
            }
            if std::mem::take(&mut state.seal) {
                state.begun += 1;
                return Job::Seal;
            }
            let retry = state.failure.as_ref().map(|_| RETRY);
            let Some(timeout) = tick.into_iter().chain(retry).min() else {
                state = self.wake.wait(state).expect("no thread panics while it holds the signal");
                continue;
            };
            let waited = self.wake.wait_timeout(state, timeout);
            let (held, result) = waited.expect("no thread panics while it holds the signal");
            state = held;
            if result.timed_out() && !state.seal && !state.flush && !state.stop {
                return Job::Tick;
            }
        }
    }

    fn end_seal(&self, result: Result<()>) {
        let mut state = lock(&self.state);
        state.ended = state.begun;
        state.failure = result.err();
        self.sealed.notify_all();
    }

    fn begin_seal(&self) {
        lock(&self.state).begun += 1;
    }
}

/// The running thread; stops and joins when dropped.
#[derive(Debug)]
pub(crate) struct Background {
    engine: Arc<Engine>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    pub(crate) fn start(engine: &Arc<Engine>) -> Result<Background> {
        let shared = Arc::clone(engine);
        let thread = std::thread::Builder::new()
            .name("annals".into())
            .spawn(move || run(&shared))
            .map_err(|error| Error::io("start a thread for", engine.core.layout.root(), error))?;
        Ok(Background { engine: Arc::clone(engine), thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.engine.signal.stop();
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by the panic hook; this side goes on.
            let _ = thread.join();
        }
    }
}

/// Frees whoever waits, also when the thread ends by a panic.
struct Farewell<'a>(&'a Signal);

impl Drop for Farewell<'_> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.gone = true;
        }
        self.0.sealed.notify_all();
    }
}

fn run(engine: &Engine) {
    let _farewell = Farewell(&engine.signal);
    let options = &engine.core.options;
    let buffered = options.durability == Durability::Buffered;
    let tick = (buffered || options.seal_age.is_some()).then_some(TICK);
    loop {
        match engine.signal.next(tick) {
            Job::Stop => return sync(engine),
            Job::Flush => engine.flush_queue(),
            Job::Seal => seal(engine),
            Job::Tick => {
                sync(engine);
                if engine.is_seal_due() {
                    engine.signal.begin_seal();
                    seal(engine);
                }
            }
        }
    }
}

/// What was acknowledged early becomes durable; a failure poisons the writer, which tells others.
fn sync(engine: &Engine) {
    if let Err(error) = engine.sync() {
        tracing::error!(%error, "what was acknowledged could not be made durable");
    }
}

fn seal(engine: &Engine) {
    let result = engine.seal_due();
    if let Err(error) = &result {
        tracing::warn!(%error, "the tail could not be sealed; it will be tried again");
    }
    engine.signal.end_seal(result);
}
