//! Where things lie: every file name of a store, the days of events, and the rule that cuts a
//! stream of rows into segments.

use super::retention::Keep;
use crate::event::Timestamp;
use crate::limits;
use crate::segment::SegmentId;
use chrono::{Datelike, NaiveDate};
use std::path::{Path, PathBuf};

/// Rows after which a segment ends at the next day border.
pub(crate) const RUN_ROWS: u32 = 65_536;
/// Canonical bytes after which a segment ends at the next day border.
pub(crate) const RUN_BYTES: u64 = 32 << 20;
/// Rows of a segment; it ends there even within a day.
pub(crate) const RUN_ROWS_MAX: u32 = 524_288;
/// Canonical bytes of a segment; it ends there even within a day. A column holds less than 4 GiB.
pub(crate) const RUN_BYTES_MAX: u64 = 1 << 30;
/// A run spans at most `kept_for` divided by this, so that bytes outlive their time by 5 %.
const KEPT_FOR_DIVISOR: i64 = 20;
const DAY_MICROS: i64 = 86_400_000_000;
/// Days from 0001-01-01, day 1 of the common era, to 1970-01-01.
const EPOCH_FROM_COMMON_ERA: i32 = 719_163;

/// A UTC day: days since 1970-01-01.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    /// The day of an event: that of the earlier of the two times, so that a date in the future
    /// cannot hold back a segment and history lands in its own past.
    pub(crate) fn of_event(occurred_at: Timestamp, recorded_at: Timestamp) -> Day {
        Day::of(occurred_at.min(recorded_at))
    }

    /// The day that holds an instant; instants outside the years 1 to 9999 count as the nearest.
    pub(crate) fn of(instant: Timestamp) -> Day {
        let day = instant.0.div_euclid(DAY_MICROS);
        let first = i64::from(Day::FIRST.0);
        let last = i64::from(Day::LAST.0);
        Day(i32::try_from(day.clamp(first, last)).unwrap_or(0))
    }

    /// 0001-01-01
    const FIRST: Day = Day(-719_162);
    /// 9999-12-31
    const LAST: Day = Day(2_932_896);

    /// Whether the day has a name, which days read from a file may lack.
    pub(crate) fn is_valid(self) -> bool {
        (Day::FIRST..=Day::LAST).contains(&self)
    }

    /// Reads a folder name such as `2026-03-20`.
    pub(crate) fn parse(name: &str) -> Option<Day> {
        let date = NaiveDate::parse_from_str(name, "%Y-%m-%d").ok()?;
        let day = Day(date.num_days_from_ce().checked_sub(EPOCH_FROM_COMMON_ERA)?);
        (day.is_valid() && day.to_string() == name).then_some(day)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let date = self
            .0
            .checked_add(EPOCH_FROM_COMMON_ERA)
            .and_then(NaiveDate::from_num_days_from_ce_opt);
        match date {
            Some(date) => write!(formatter, "{}", date.format("%Y-%m-%d")),
            None => write!(formatter, "day {}", self.0),
        }
    }
}

/// The place of a segment's file: retention class and first day name its folder, the id its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct Place {
    pub(crate) class: String,
    pub(crate) first_day: Day,
    pub(crate) id: SegmentId,
}

impl Place {
    /// The path relative to the store.
    pub(crate) fn relative(&self) -> String {
        let (class, day, id) = (&self.class, self.first_day, self.id.0);
        format!("{SEGMENTS}/{class}/{day}/{id:016x}{SEGMENT_SUFFIX}")
    }

    /// Whether the parts are what this crate writes; anything else never becomes a path.
    pub(crate) fn is_valid(&self) -> bool {
        is_class_name(&self.class) && self.first_day.is_valid()
    }

    /// Reads a place back from the names of folders and file.
    pub(crate) fn parse(class: &str, day: &str, file: &str) -> Option<Place> {
        let id = parse_hex(file.strip_suffix(SEGMENT_SUFFIX)?)?;
        let place =
            Place { class: class.to_string(), first_day: Day::parse(day)?, id: SegmentId(id) };
        place.is_valid().then_some(place)
    }
}

const SEGMENTS: &str = "segments";
const SEGMENT_SUFFIX: &str = ".seg";
const LOG_SUFFIX: &str = ".log";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// The paths of a store.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Layout {
        Layout { root: root.to_path_buf() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The retention rules, readable.
    pub(crate) fn rules(&self) -> PathBuf {
        self.root.join("store.toml")
    }

    /// The lock of the writer.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("manifest")
    }

    /// The hint how far the log is durable.
    pub(crate) fn synced(&self) -> PathBuf {
        self.root.join("synced")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The log file with a number.
    pub(crate) fn log(&self, number: u64) -> PathBuf {
        self.logs().join(format!("{number:08}{LOG_SUFFIX}"))
    }

    /// The number of a log file, from its name.
    pub(crate) fn parse_log(name: &str) -> Option<u64> {
        let digits = name.strip_suffix(LOG_SUFFIX)?;
        let number = digits.parse().ok()?;
        (format!("{number:08}") == digits).then_some(number)
    }

    pub(crate) fn segments(&self) -> PathBuf {
        self.root.join(SEGMENTS)
    }

    pub(crate) fn segment(&self, place: &Place) -> PathBuf {
        self.root.join(place.relative())
    }

    /// The folder of a segment.
    pub(crate) fn segment_folder(&self, place: &Place) -> PathBuf {
        self.segments().join(&place.class).join(place.first_day.to_string())
    }

    /// Where files go that no manifest edit names.
    pub(crate) fn aside(&self) -> PathBuf {
        self.root.join("aside")
    }

    /// The name under which a file is written before it is renamed to `path`.
    pub(crate) fn temporary(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(TEMPORARY_SUFFIX);
        PathBuf::from(name)
    }

    /// Whether a name is one of [`Layout::temporary`].
    pub(crate) fn is_temporary(name: &str) -> bool {
        name.ends_with(TEMPORARY_SUFFIX)
    }
}

/// Whether a name may be a retention class, and so a folder: `[a-z0-9_-]{1,64}`.
pub(crate) fn is_class_name(name: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=limits::CLASS_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed)
}

fn parse_hex(digits: &str) -> Option<u64> {
    let number = u64::from_str_radix(digits, 16).ok()?;
    (format!("{number:016x}") == digits).then_some(number)
}

/// Days that one segment of a class may span, at least one; `None`: no bound.
pub(crate) fn run_days_max(kept_for: Keep) -> Option<i64> {
    match kept_for {
        Keep::Forever => None,
        Keep::Micros(micros) => Some((micros / KEPT_FOR_DIVISOR / DAY_MICROS).max(1)),
    }
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
    use proptest::prelude::*;

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

    #[test]
    fn names_read_back() {
        let place = Place::parse("default", "2026-03-20", "00000000000000ff.seg").expect("valid");
        assert_eq!(place.id, SegmentId(255));
        assert_eq!(place.relative(), "segments/default/2026-03-20/00000000000000ff.seg");
        for (class, day, file) in [
            ("..", "2026-03-20", "00000000000000ff.seg"),
            ("default", "2026-3-20", "00000000000000ff.seg"),
            ("default", "2026-03-20", "ff.seg"),
            ("default", "2026-03-20", "00000000000000FF.seg"),
            ("default", "2026-03-20", "00000000000000ff.seg.tmp"),
        ] {
            assert_eq!(Place::parse(class, day, file), None, "{class}/{day}/{file}");
        }
        assert_eq!(Layout::parse_log("00000012.log"), Some(12));
        assert_eq!(Layout::parse_log("12.log"), None);
    }

    #[test]
    fn class_names_are_short_and_plain() {
        assert!(is_class_name(&"a".repeat(64)));
        assert!(!is_class_name(&"a".repeat(65)));
        for wrong in ["", ".", "..", "a/b", "A", "ä", "a b", "a\0"] {
            assert!(!is_class_name(wrong), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn days_print_and_parse(day in Day::FIRST.0..=Day::LAST.0) {
            prop_assert_eq!(Day::parse(&Day(day).to_string()), Some(Day(day)));
        }

        #[test]
        fn every_instant_has_a_day(micros in any::<i64>()) {
            prop_assert!(Day::of(Timestamp(micros)).is_valid());
        }
    }
}
