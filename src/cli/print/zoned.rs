//! Instants as people of a time zone read them.

use annals::event::Timestamp;
use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;

/// RFC 3339 in the zone, as short as it is exact: `2026-05-04T00:00:00+02:00`.
pub(crate) fn rfc3339(instant: Timestamp, zone: Tz) -> String {
    match DateTime::from_timestamp_micros(instant.0) {
        Some(utc) => utc.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, true),
        None => instant.to_string(),
    }
}

/// To the second, for tables: `2026-05-04 15:05:00`.
pub(crate) fn short(instant: Timestamp, zone: Tz) -> String {
    match DateTime::from_timestamp_micros(instant.0) {
        Some(utc) => utc.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
        None => instant.to_string(),
    }
}
