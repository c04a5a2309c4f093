//! Places in the sequence, printable.

use crate::store::Snapshot;
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A place in the sequence of a store: behind event `seq`, as it was in `epoch`.
///
/// Prints as `epoch:seq`, such as `1:42`. It belongs to a store, not to a query: another query may
/// go on from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowCursor {
    /// The epoch in which the event was read; 0: before any.
    pub epoch: u64,
    /// The last event before the place; 0: none.
    pub seq: u64,
}

impl FollowCursor {
    /// Before the first event of any store.
    pub const START: FollowCursor = FollowCursor { epoch: 0, seq: 0 };
}

impl Snapshot {
    /// The place behind everything that the snapshot shows: to follow only what comes later.
    pub fn end(&self) -> FollowCursor {
        FollowCursor { epoch: self.epoch(), seq: self.last_seq().unwrap_or(0) }
    }
}

impl fmt::Display for FollowCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.epoch, self.seq)
    }
}

impl FromStr for FollowCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<FollowCursor> {
        let cursor = text.split_once(':').and_then(|(epoch, seq)| {
            Some(FollowCursor { epoch: number(epoch)?, seq: number(seq)? })
        });
        let problem = "is no place to follow from, such as `1:42`";
        cursor.ok_or_else(|| Error::invalid("cursor", problem))
    }
}

/// A number as it is printed: digits only.
fn number(text: &str) -> Option<u64> {
    let number = text.parse::<u64>().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_others_are_refused() {
        for (epoch, seq) in [(0, 0), (1, 42), (u64::MAX, u64::MAX)] {
            let cursor = FollowCursor { epoch, seq };
            assert_eq!(cursor.to_string().parse::<FollowCursor>().unwrap(), cursor);
        }
        for wrong in ["", ":", "1", "1:", ":1", "1:+2", "1:02", " 1:2", "1:2\n", "1:2:3", "1:-2"] {
            assert!(wrong.parse::<FollowCursor>().is_err(), "{wrong}");
        }
        assert!("1:18446744073709551616".parse::<FollowCursor>().is_err());
    }
}
