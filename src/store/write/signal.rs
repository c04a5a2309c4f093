//! What the threads of a store say to the one background thread, and what it tells them.

use crate::store::threads::{Condvar, Mutex, lock};
use crate::{Error, Result};
use std::time::Duration;

/// How long a failed seal waits for its next try, unless an append waits for it.
const RETRY: Duration = Duration::from_secs(1);

/// What other threads want of the background thread, and what it tells them.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    state: Mutex<SignalState>,
    /// For the background thread.
    wake: Condvar,
    /// For threads that wait for a seal.
    sealed: Condvar,
}

#[derive(Debug, Default)]
struct SignalState {
    stop: bool,
    flush: bool,
    seal: bool,
    merge: bool,
    /// Seals begun so far; a wait ends with one that began after it.
    begun: u64,
    ended: u64,
    /// How the last one ended.
    failure: Option<Error>,
    /// The thread has come to its end: nobody may wait for it.
    gone: bool,
}

/// What the background thread is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    Stop,
    Flush,
    Seal,
    /// There are new segments, which may be merged when it is calm.
    Merge,
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
            None if state.gone => {
                Err(Error::Invalid { field: "store".into(), problem: "is closed".into() })
            }
            None => Ok(()),
        }
    }

    /// Tells that there are new segments.
    pub(crate) fn ask_to_merge(&self) {
        lock(&self.state).merge = true;
        self.wake.notify_one();
    }

    pub(crate) fn stop(&self) {
        lock(&self.state).stop = true;
        self.wake.notify_one();
    }

    /// Waits for something to do.
    pub(crate) fn next(&self, tick: Option<Duration>) -> Job {
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
            if std::mem::take(&mut state.merge) {
                return Job::Merge;
            }
            let retry = state.failure.as_ref().map(|_| RETRY);
            let Some(timeout) = tick.into_iter().chain(retry).min() else {
                state = self.wake.wait(state).expect("no thread panics while it holds the signal");
                continue;
            };
            let waited = self.wake.wait_timeout(state, timeout);
            let (held, result) = waited.expect("no thread panics while it holds the signal");
            state = held;
            let is_asked = state.seal || state.flush || state.merge || state.stop;
            if result.timed_out() && !is_asked {
                return Job::Tick;
            }
        }
    }

    pub(crate) fn end_seal(&self, result: Result<()>) {
        let mut state = lock(&self.state);
        state.ended = state.begun;
        state.failure = result.err();
        self.sealed.notify_all();
    }

    pub(crate) fn begin_seal(&self) {
        lock(&self.state).begun += 1;
    }
}

/// Frees whoever waits, also when the thread ends by a panic.
pub(crate) struct WakeOnExit<'a>(pub(crate) &'a Signal);

impl Drop for WakeOnExit<'_> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.gone = true;
        }
        self.0.sealed.notify_all();
    }
}
