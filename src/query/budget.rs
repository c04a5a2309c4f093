//! The budget of one search: time, bytes, and a handle to cancel it.
//!
//! All work is counted in bytes of what is looked at, where it is looked at, so that loops without
//! any hit count as well. The clock is asked again and again after so many bytes.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::segment::Segment;
use crate::segment::{Damage, Read};
use crate::{Error, Result};

/// Bytes between two looks at the clock and the handle: well below a millisecond of work.
const LOOK_BYTES: u64 = 16 << 10;
/// Steps between two looks at the clock and the handle.
const LOOK_STEPS: usize = 1 << 18;
/// Bytes of distinct values and paths that one search holds at most.
const HELD_BYTES_MAX: u64 = 512 << 20;
/// What each single look costs beside the bytes that are looked at.
const STEP_BYTES: u64 = 16;
/// How evaluation stops when the budget is exceeded: by the way of damage, which ends every loop.
/// [`Budget::failure`] tells the two apart.
const STOPPED: Damage = Damage { offset: 0, reading: "a search within its budget" };

/// Counts what a search costs, and ends it when that is too much.
#[derive(Debug)]
pub(crate) struct Budget {
    deadline: Option<Instant>,
    cancel: Option<Arc<AtomicBool>>,
    bytes_max: u64,
    bytes: Cell<u64>,
    /// Bytes at which clock and handle are looked at next; at most one beyond `bytes_max`.
    look_at: Cell<u64>,
    held: Cell<u64>,
    /// Steps of work since the last look.
    steps: Cell<usize>,
    exceeded: Cell<Option<&'static str>>,
}

impl Budget {
    /// Begins to count. Without limits nothing is ever exceeded.
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
            exceeded: Cell::new(None),
        }
    }

    /// Counts for whom there is no limit.
    pub(super) fn unlimited() -> Budget {
        Budget::new(None, None, None)
    }

    /// Counts a look at so many bytes.
    ///
    /// # Errors
    /// When a limit is exceeded; for [`Budget::failure`] to tell.
    #[inline]
    pub(super) fn charge_bytes(&self, bytes: usize) -> Read<()> {
        let sum = self.bytes.get().saturating_add(bytes as u64).saturating_add(STEP_BYTES);
        self.bytes.set(sum);
        match sum < self.look_at.get() {
            true => Ok(()),
            false => self.look(sum),
        }
    }

    /// Counts a look at so many bytes, outside of a segment.
    ///
    /// # Errors
    /// [`Error::Budget`] when a limit is exceeded.
    pub(super) fn spend(&self, bytes: usize) -> Result<()> {
        self.charge_bytes(bytes).or_else(|_| self.check())
    }

    /// Asks all limits now: at borders of work that is not counted.
    ///
    /// # Errors
    /// [`Error::Budget`] when a limit is exceeded.
    pub(super) fn check(&self) -> Result<()> {
        let _ = self.look(self.bytes.get());
        self.exceeded.get().map_or(Ok(()), |limit| Err(Error::Budget { limit }))
    }

    /// Counts steps of work, some nanoseconds each, whose time has nothing to do with the bytes
    /// that are looked at. The clock and the handle are asked every so many.
    ///
    /// # Errors
    /// As [`Budget::charge`].
    pub(super) fn charge_steps(&self, steps: usize) -> Read<()> {
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
    /// As [`Budget::charge`], beyond 512 MiB.
    pub(super) fn charge_heap(&self, bytes: usize) -> Read<()> {
        let held = self.held.get().saturating_add(bytes as u64);
        self.held.set(held);
        match held > HELD_BYTES_MAX {
            true => Err(self.exceed("memory")),
            false => Ok(()),
        }
    }

    /// Ends the search because of a limit, unless another one has ended it.
    pub(super) fn exceed(&self, limit: &'static str) -> Damage {
        if self.exceeded.get().is_none() {
            self.exceeded.set(Some(limit));
        }
        // Every later look stops, too.
        self.look_at.set(0);
        STOPPED
    }

    /// What ended the evaluation of a segment: the budget, or damage.
    pub(super) fn failure(&self, segment: &Segment, damage: Damage) -> Error {
        match self.exceeded.get() {
            Some(limit) => Error::Budget { limit },
            None => segment.corrupt(damage),
        }
    }

    #[cold]
    fn look(&self, sum: u64) -> Read<()> {
        if let Some(limit) = self.exceeded.get().or_else(|| self.reached(sum)) {
            return Err(self.exceed(limit));
        }
        let next = sum.saturating_add(LOOK_BYTES);
        self.look_at.set(next.min(self.bytes_max.saturating_add(1)));
        Ok(())
    }

    fn reached(&self, sum: u64) -> Option<&'static str> {
        if sum > self.bytes_max {
            return Some("bytes");
        }
        if self.cancel.as_ref().is_some_and(|handle| handle.load(Ordering::Relaxed)) {
            return Some("cancelled");
        }
        self.deadline.filter(|deadline| Instant::now() >= *deadline).map(|_| "deadline")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn limit(budget: &Budget) -> Option<&'static str> {
        match budget.check() {
            Err(Error::Budget { limit }) => Some(limit),
            _ => None,
        }
    }

    #[test]
    fn bytes_are_counted_to_the_last() {
        for bytes_max in [0, 15, 16, 100, LOOK_BYTES, LOOK_BYTES + 1, 1 << 20] {
            let budget = Budget::new(None, None, Some(bytes_max));
            let mut sum = 0;
            while sum + 17 <= bytes_max {
                assert!(budget.charge_bytes(1).is_ok(), "{sum} of {bytes_max}");
                sum += 17;
            }
            assert_eq!((budget.charge_bytes(1).is_err(), limit(&budget)), (true, Some("bytes")));
            assert!(budget.charge_bytes(0).is_err());
        }
        let budget = Budget::new(None, None, None);
        assert!(budget.charge_bytes(usize::MAX).is_ok() && budget.charge_bytes(usize::MAX).is_ok());
    }

    #[test]
    fn what_is_held_has_a_limit_of_its_own() {
        let budget = Budget::new(None, None, None);
        assert!(budget.charge_heap(HELD_BYTES_MAX as usize).is_ok() && limit(&budget).is_none());
        assert!(budget.charge_heap(1).is_err() && budget.charge_bytes(0).is_err());
        assert_eq!(limit(&budget), Some("memory"));
        // The first limit that is exceeded is told.
        budget.exceed("distinct values");
        assert_eq!(limit(&budget), Some("memory"));
    }

    #[test]
    fn clock_and_handle_are_looked_at_now_and_then() {
        let handle = Arc::new(AtomicBool::new(false));
        let budget = Budget::new(None, Some(handle.clone()), None);
        assert!(budget.charge_bytes(0).is_ok());
        handle.store(true, Ordering::Relaxed);
        let charges = (0..).take_while(|_| budget.charge_bytes(16).is_ok()).count() as u64;
        assert!(charges <= LOOK_BYTES / 32, "{charges}");
        assert_eq!(limit(&budget), Some("cancelled"));
        let passed = Budget::new(Some(Instant::now()), None, None);
        assert_eq!((passed.charge_bytes(0).is_err(), limit(&passed)), (true, Some("deadline")));
        let later = Budget::new(Some(Instant::now() + Duration::from_secs(60)), None, Some(9));
        assert_eq!((limit(&later), later.charge_bytes(0).is_err()), (None, true));
        // The first limit that is exceeded is told, whatever happens later.
        assert_eq!(limit(&later), Some("bytes"));
    }
}
