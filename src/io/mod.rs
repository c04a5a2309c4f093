//! Disk, clock, randomness and record codec: nothing here depends on events.

mod clock;
pub(crate) mod codec;
mod disk;
#[cfg(target_os = "linux")]
mod inotify;
mod map;
mod real;
mod watch;

pub use clock::{Clock, ManualClock, Random, SeededRandom, SystemClock, SystemRandom};
pub use disk::{Access, DirItem, DirKind, Disk, File, Io, LockGuard, Mode, Region};
pub use real::RealDisk;
pub use watch::{PollingWatch, Watch};
