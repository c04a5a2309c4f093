//! The files under test, beside the locks that the scheduler knows.

#[allow(dead_code, unused_imports, reason = "the tests within the files are not run here")]
#[path = "../../src/store/write/group"]
pub(crate) mod group {
    pub(crate) mod queue;
    pub(crate) mod round;
}
#[allow(dead_code, unused_imports, reason = "the tests within the files are not run here")]
#[path = "../../src/store/view/publication.rs"]
pub(crate) mod publication;
#[allow(dead_code, unused_imports, reason = "the tests within the files are not run here")]
#[path = "../../src/store/write/signal.rs"]
pub(crate) mod signal;

/// In the place of `src/store/threads.rs`.
pub(crate) mod threads {
    pub(crate) use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(crate) use shuttle::thread::yield_now;

    /// Takes a lock, as `src/store/threads.rs` does.
    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().expect("no thread panics while it holds a lock of the store")
    }
}
