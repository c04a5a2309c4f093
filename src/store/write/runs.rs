//! Runs: which days and rows make one segment.

use crate::store::folder::days::DAY_MICROS;
use crate::store::folder::days::Day;
use crate::store::retention::policy::Keep;

/// Rows after which a segment ends at the next day border: more than most tails have, so that a
/// seal makes one segment of a class.
const RUN_ROWS: u32 = 131_072;

/// Canonical bytes after which a segment ends at the next day border.
const RUN_BYTES: u64 = 64 << 20;

/// Rows of a segment; it ends there even within a day.
pub(crate) const RUN_ROWS_MAX: u32 = 524_288;

/// Canonical bytes of a segment; it ends there even within a day. A column holds less than 4 GiB.
pub(crate) const RUN_BYTES_MAX: u64 = 1 << 30;

/// A run spans at most `kept_for` divided by this, so that bytes outlive their time by 5 %.
const KEPT_FOR_DIVISOR: i64 = 20;

/// Days that one segment of a class may span, at least one; `None`: no bound.
pub(crate) fn run_days_max(kept_for: Keep) -> Option<i64> {
    match kept_for {
        Keep::Forever | Keep::Nothing => None,
        Keep::Micros(micros) => Some((micros / KEPT_FOR_DIVISOR / DAY_MICROS).max(1)),
    }
}

/// How much longer than `kept_for` an event may stay on the disk beside younger ones of its run:
/// the time that a run spans at most.
pub(crate) fn slack_micros(kept_for: Keep) -> i64 {
    run_days_max(kept_for).map_or(0, |days| days.saturating_mul(DAY_MICROS))
}

/// Cuts the rows of one class, which come in the order of their days, into segments.
#[derive(Debug)]
pub(crate) struct RunCutter {
    days_max: Option<i64>,
    first_day: Day,
    last_day: Day,
    rows: u32,
    bytes: u64,
}

impl RunCutter {
    pub(crate) fn new(days_max: Option<i64>) -> RunCutter {
        RunCutter { days_max, first_day: Day(0), last_day: Day(0), rows: 0, bytes: 0 }
    }

    /// Takes the next row; `true` if it begins another segment than the row before it.
    pub(crate) fn next_begins_segment(&mut self, day: Day, bytes: u64) -> bool {
        let cut = self.rows > 0 && self.ends_before(day);
        if cut || self.rows == 0 {
            self.first_day = day;
            self.rows = 0;
            self.bytes = 0;
        }
        self.last_day = day;
        self.rows += 1;
        self.bytes += bytes;
        cut
    }

    fn ends_before(&self, day: Day) -> bool {
        let full = self.rows >= RUN_ROWS || self.bytes >= RUN_BYTES;
        let span = i64::from(day.0) - i64::from(self.first_day.0) + 1;
        let border = day != self.last_day;
        self.rows >= RUN_ROWS_MAX
            || self.bytes >= RUN_BYTES_MAX
            || (border && full)
            || (border && self.days_max.is_some_and(|days_max| span > days_max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(rows: impl IntoIterator<Item = (i32, u64)>, days_max: Option<i64>) -> Vec<u32> {
        let mut cutter = RunCutter::new(days_max);
        let mut lengths = Vec::new();
        for (day, bytes) in rows {
            if cutter.next_begins_segment(Day(day), bytes) || lengths.is_empty() {
                lengths.push(0);
            }
            *lengths.last_mut().expect("pushed above") += 1;
        }
        lengths
    }

    #[test]
    fn a_run_ends_at_the_first_day_border_after_enough_rows() {
        let day = |day, rows| std::iter::repeat_n((day, 1), rows);
        let below = RUN_ROWS as usize - 1;
        assert_eq!(lengths(day(0, below).chain(day(1, 5)), None), [RUN_ROWS + 4]);
        let cut = lengths(day(0, below + 1).chain(day(1, 5)), None);
        assert_eq!(cut, [RUN_ROWS, 5]);
    }

    #[test]
    fn a_run_ends_at_the_first_day_border_after_enough_bytes() {
        assert_eq!(lengths([(0, RUN_BYTES - 1), (1, 1), (2, 1)], None), [2, 1]);
        assert_eq!(lengths([(0, RUN_BYTES), (0, 1), (1, 1)], None), [2, 1]);
    }

    #[test]
    fn a_run_ends_within_a_day_at_the_most_bytes() {
        assert_eq!(lengths([(7, RUN_BYTES_MAX - 1), (7, 1), (7, 1), (7, 1)], None), [2, 2]);
    }

    #[test]
    fn a_run_ends_within_a_day_at_the_most_rows() {
        let rows = std::iter::repeat_n((7, 1), RUN_ROWS_MAX as usize + 1);
        assert_eq!(lengths(rows, None), [RUN_ROWS_MAX, 1]);
    }

    #[test]
    fn a_run_spans_a_twentieth_of_the_time_kept() {
        let days = |count: i64| run_days_max(Keep::Micros(count * DAY_MICROS));
        assert_eq!(run_days_max(Keep::Forever), None);
        assert_eq!([days(1), days(39), days(40)], [Some(1), Some(1), Some(2)]);
        assert_eq!(lengths([(0, 1), (1, 1), (2, 1)], days(40)), [2, 1]);
        assert_eq!(lengths([(0, 1), (1, 1)], days(39)), [1, 1]);
        assert_eq!(lengths([(0, 1), (9999, 1)], None), [2]);
    }
}
