//! What threads of a store wait with, in one place: `tests/schedules` compiles the files that
//! import from here with primitives of a scheduler, which tries one order of threads after another.

pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// Takes a lock of this layer.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds a lock of the store")
}
