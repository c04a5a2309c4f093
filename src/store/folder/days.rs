//! The UTC days of events, which name folders.

use crate::event::Timestamp;
use crate::event::civil::{civil_from_days, days_from_civil};

pub(crate) const DAY_MICROS: i64 = 86_400_000_000;

/// A UTC day: days since 1970-01-01.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
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
        let mut numbers = name.splitn(3, '-').map(|digits| digits.parse::<u32>().ok());
        let mut number = || numbers.next().flatten();
        let days = days_from_civil(number()?.into(), number()?, number()?);
        let day = Day(i32::try_from(days).ok()?);
        // Only the name that the day itself prints: not `2026-3-20`, and not `2026-02-30`.
        (day.is_valid() && day.to_string() == name).then_some(day)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.is_valid() {
            return write!(formatter, "day {}", self.0);
        }
        let (year, month, day) = civil_from_days(self.0.into());
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    #[test]
    fn other_names_are_no_days() {
        for name in [
            "",
            "2026",
            "2026-3-20",
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "0000-01-01",
            "+026-03-20",
            "2026-03-20-1",
            "10000-01-01",
            "2026-03-4294967295",
        ] {
            assert_eq!(Day::parse(name), None, "{name}");
        }
        assert_eq!(Day::parse("2026-03-20"), Some(Day(20_532)));
        assert_eq!(Day(Day::LAST.0 + 1).to_string(), "day 2932897");
    }
}
