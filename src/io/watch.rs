//! Waiting for changes of a folder: the interface, and polling every 50 ms for disks without
//! notifications.

use std::fmt::Debug;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The interval of [`PollingWatch`].
const INTERVAL: Duration = Duration::from_millis(50);

/// Wakes a reader when something may have changed.
pub trait Watch: Send + Sync + Debug {
    /// Sleeps until something may have changed since the wait before (or since the watch began),
    /// until [`Watch::wake`], or for `timeout`. May end early without a reason.
    fn wait(&self, timeout: Duration);
    /// Ends the wait of another thread, or the next wait.
    fn wake(&self);
}

/// A watch by polling: each wait ends after at most 50 ms.
#[derive(Debug, Default)]
pub struct PollingWatch {
    woken: Mutex<bool>,
    wake: Condvar,
}

impl Watch for PollingWatch {
    fn wait(&self, timeout: Duration) {
        // The lock guards one flag, which a panic cannot leave half changed.
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.wake.wait_timeout_while(woken, timeout.min(INTERVAL), |woken| !*woken);
        let (mut woken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *woken = false;
    }

    fn wake(&self) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wake.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_wait_ends_at_once_after_a_wake_and_else_at_its_time() {
        let watch = PollingWatch::default();
        watch.wake();
        let begin = Instant::now();
        watch.wait(Duration::from_secs(60));
        assert!(begin.elapsed() < INTERVAL);
        watch.wait(Duration::from_secs(60));
        assert!(begin.elapsed() >= INTERVAL && begin.elapsed() < Duration::from_secs(30));
    }
}
