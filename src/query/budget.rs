//! The budget of one search: time, bytes, memory, and a handle to cancel it.
//!
//! All work is counted in bytes of what is looked at, where it is looked at, so that loops without
//! any hit count as well. Clock and handle are read after every so many bytes.

use crate::error::{Error, Limit};
use crate::limits::SEARCH_HELD_BYTES_MAX;
use crate::segment::{Damage, Segment};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Bytes between two looks at the clock and the handle: well below a millisecond of work.
const LOOK_BYTES: u64 = 16 << 10;
/// Steps between two looks at the clock and the handle.
const LOOK_STEPS: usize = 1 << 18;
/// What each single look costs beside the bytes that are looked at.
const STEP_BYTES: u64 = 16;

/// What only a limit can end.
pub(crate) type Limited<T> = Result<T, Limit>;
/// What damage or a limit can end: the evaluation of a segment.
pub(crate) type Evaluated<T> = Result<T, Halt>;

/// Why the evaluation of a segment ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The segment is damaged where it had to be read.
    Damage(Damage),
    /// The budget is used up.
    Budget(Limit),
}

impl From<Damage> for Halt {
    fn from(damage: Damage) -> Halt {
        Halt::Damage(damage)
    }
}

impl From<Limit> for Halt {
    fn from(limit: Limit) -> Halt {
        Halt::Budget(limit)
    }
}

impl Halt {
    /// The error of a search that ended in `segment`.
    pub(super) fn error(self, segment: &Segment) -> Error {
        match self {
            Halt::Damage(damage) => segment.corrupt(damage),
            Halt::Budget(limit) => limit.into(),
        }
    }
}

/// Counts what a search costs, and ends it when that is too much.
#[derive(Debug)]
pub(crate) struct Budget {
    deadline: Option<Instant>,
    cancel: Option<Arc<AtomicBool>>,
    bytes_max: u64,
    bytes: Cell<u64>,
    /// Bytes at which clock and handle are read next; at most one beyond `bytes_max`.
    look_at: Cell<u64>,
    held: Cell<u64>,
    /// Steps of work since the last look.
    steps: Cell<usize>,
}

impl Budget {
    /// Begins to count. Without limits nothing is ever exceeded but memory.
    pub(super) fn new(
        deadline: Option<Instant>,
        cancel: Option<Arc<AtomicBool>>,
        bytes_max: Option<u64>,
    ) -> Budget {
        Budget {
            deadline,
            cancel,
            bytes_max: bytes_max.unwrap_or(u64::MAX),
            bytes: Cell::new(0),
            look_at: Cell::new(0),
            held: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// A budget without limits.
    pub(super) fn unlimited() -> Budget {
        Budget::new(None, None, None)
    }

    /// Whether the clock or a handle may end the search at any time.
    pub(super) fn can_be_stopped(&self) -> bool {
        self.deadline.is_some() || self.cancel.is_some()
    }

    /// Counts a look at so many bytes.
    ///
    /// # Errors
    /// The limit that is exceeded.
    #[inline]
    pub(super) fn charge_bytes(&self, bytes: usize) -> Limited<()> {
        let sum = self.bytes.get().saturating_add(bytes as u64).saturating_add(STEP_BYTES);
        self.bytes.set(sum);
        match sum < self.look_at.get() {
            true => Ok(()),
            false => self.look(sum),
        }
    }

    /// Checks all limits now: at borders of work that is not counted.
    ///
    /// # Errors
    /// The limit that is exceeded.
    pub(super) fn check(&self) -> Limited<()> {
        self.look(self.bytes.get())
    }

    /// Counts steps of work, some nanoseconds each, whose time has nothing to do with the bytes
    /// that are looked at. Clock and handle are read after every so many.
    ///
    /// # Errors
    /// The limit that is exceeded.
    pub(super) fn charge_steps(&self, steps: usize) -> Limited<()> {
        let sum = self.steps.get().saturating_add(steps);
        if sum < LOOK_STEPS {
            self.steps.set(sum);
            return Ok(());
        }
        self.steps.set(0);
        self.look(self.bytes.get())
    }

    /// Counts memory that is held until the search ends.
    ///
    /// # Errors
    /// [`Limit::Memory`] beyond 512 MiB.
    pub(super) fn charge_heap(&self, bytes: usize) -> Limited<()> {
        let held = self.held.get().saturating_add(bytes as u64);
        self.held.set(held);
        match held > SEARCH_HELD_BYTES_MAX {
            true => Err(Limit::Memory),
            false => Ok(()),
        }
    }

    #[cold]
    fn look(&self, sum: u64) -> Limited<()> {
        if let Some(limit) = self.reached(sum) {
            return Err(limit);
        }
        let next = sum.saturating_add(LOOK_BYTES);
        self.look_at.set(next.min(self.bytes_max.saturating_add(1)));
        Ok(())
    }

    fn reached(&self, sum: u64) -> Option<Limit> {
        if sum > self.bytes_max {
            return Some(Limit::Bytes);
        }
        if self.cancel.as_ref().is_some_and(|handle| handle.load(Ordering::Relaxed)) {
            return Some(Limit::Cancelled);
        }
        self.deadline.filter(|deadline| Instant::now() >= *deadline).map(|_| Limit::Deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn bytes_are_counted_to_the_last() {
        for bytes_max in [0, 15, 16, 100, LOOK_BYTES, LOOK_BYTES + 1, 1 << 20] {
            let budget = Budget::new(None, None, Some(bytes_max));
            let mut sum = 0;
            while sum + 17 <= bytes_max {
                assert!(budget.charge_bytes(1).is_ok(), "{sum} of {bytes_max}");
                sum += 17;
            }
            assert_eq!(
                (budget.charge_bytes(1), budget.check()),
                (Err(Limit::Bytes), Err(Limit::Bytes))
            );
            assert!(budget.charge_bytes(0).is_err());
        }
        let budget = Budget::new(None, None, None);
        assert!(budget.charge_bytes(usize::MAX).is_ok() && budget.charge_bytes(usize::MAX).is_ok());
    }

    #[test]
    fn what_is_held_has_a_limit_of_its_own() {
        let budget = Budget::new(None, None, None);
        assert!(
            budget.charge_heap(SEARCH_HELD_BYTES_MAX as usize).is_ok() && budget.check().is_ok()
        );
        assert_eq!(budget.charge_heap(1), Err(Limit::Memory));
    }

    #[test]
    fn clock_and_handle_are_looked_at_now_and_then() {
        let handle = Arc::new(AtomicBool::new(false));
        let budget = Budget::new(None, Some(handle.clone()), None);
        assert!(budget.charge_bytes(0).is_ok());
        handle.store(true, Ordering::Relaxed);
        let charges = (0..).take_while(|_| budget.charge_bytes(16).is_ok()).count() as u64;
        assert!(charges <= LOOK_BYTES / 32, "{charges}");
        assert_eq!(budget.check(), Err(Limit::Cancelled));
        let passed = Budget::new(Some(Instant::now()), None, None);
        assert_eq!(passed.charge_bytes(0), Err(Limit::Deadline));
        let later = Budget::new(Some(Instant::now() + Duration::from_secs(60)), None, Some(9));
        assert_eq!((later.check(), later.charge_bytes(0)), (Ok(()), Err(Limit::Bytes)));
    }
}
