//! What threads of a store wait with. `tests/schedules` compiles the files of the group commit, the
//! signals and the publication with primitives of a scheduler in the place of these, which tries
//! one order of threads after another; a lock of another file is not tried there.

pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
pub(crate) use std::thread::yield_now;

/// Takes a lock of this layer.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds a lock of the store")
}
