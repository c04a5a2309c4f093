//! What threads of a store wait with, in one place: `tests/schedules` compiles the files that
//! import from here with primitives of a scheduler, which tries one order of threads after another.

pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
