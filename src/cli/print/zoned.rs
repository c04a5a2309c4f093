//! Instants as people of a time zone read them.

use annals::event::Timestamp;
use chrono::DateTime;
use chrono_tz::Tz;

/// To the second, for tables: `2026-05-04 15:05:00`.
pub(crate) fn short(instant: Timestamp, zone: Tz) -> String {
    match DateTime::from_timestamp_micros(instant.0) {
        Some(utc) => utc.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
        None => instant.to_string(),
    }
}
