//! The files under test, beside the locks that the scheduler knows.

#[allow(dead_code, unused_imports, reason = "the tests within the files are not run here")]
#[path = "../../src/store/group.rs"]
pub(crate) mod group;
#[allow(dead_code, unused_imports, reason = "the tests within the files are not run here")]
#[path = "../../src/store/news.rs"]
pub(crate) mod news;
#[allow(dead_code, unused_imports, reason = "the tests within the files are not run here")]
#[path = "../../src/store/signal.rs"]
pub(crate) mod signal;

/// In the place of `src/store/sync.rs`.
pub(crate) mod sync {
    pub(crate) use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard};
}

use sync::{Mutex, MutexGuard};

/// Takes a lock, as `src/store/mod.rs` does.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds a lock of the store")
}
