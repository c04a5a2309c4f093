//! The proleptic Gregorian calendar: days since 1970-01-01 to year, month, day and back.
//!
//! The algorithms are Howard Hinnant's (`chrono-Compatible Low-Level Date Algorithms`): eras of 400
//! years that begin on the first of March, so that the leap day is the last day of a year.

/// Days from 1970-01-01 to 0000-03-01, where the eras begin.
const DAYS_TO_ERA_ZERO: i64 = 719_468;
/// Days of one era of 400 years.
const DAYS_PER_ERA: i64 = 146_097;

/// Counts the days from 1970-01-01 to the given date; negative before.
///
/// `month` is 1 to 12 and `day` 1 to 31; a day that the month does not have counts on into the
/// next month.
pub(crate) fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - DAYS_TO_ERA_ZERO
}

/// Turns a count of days since 1970-01-01 into year, month (1 to 12) and day (1 to 31).
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_ERA_ZERO;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The number of days of a month, 28 to 31; 0 if there is no such month.
pub(crate) fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_agrees_with_chrono() {
        use chrono::Datelike;
        let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut date = chrono::NaiveDate::from_ymd_opt(-1, 1, 1).unwrap();
        while date.year() <= 10_000 {
            let days = date.signed_duration_since(epoch).num_days();
            let year = i64::from(date.year());
            assert_eq!(days_from_civil(year, date.month(), date.day()), days);
            let expected = (year, i64::from(date.month()), i64::from(date.day()));
            assert_eq!(civil_from_days(days), expected);
            date = date.succ_opt().unwrap();
        }
    }

    #[test]
    fn months_have_the_days_of_the_calendar() {
        assert_eq!(days_in_month(2024, 2), 29);
        assert_eq!(days_in_month(1900, 2), 28);
        assert_eq!(days_in_month(2000, 2), 29);
        assert_eq!(days_in_month(2026, 4), 30);
        assert_eq!(days_in_month(2026, 12), 31);
        assert_eq!(days_in_month(2026, 0), 0);
        assert_eq!(days_in_month(2026, 13), 0);
    }
}
