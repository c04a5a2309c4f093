//! How much a search may cost: time and bytes.

use annals::event::{Length, LengthUnit};
use annals::query::Search;
use clap::Args;
use std::time::Duration;

/// The limits of a search; beyond them the exit code is 7.
#[derive(Debug, Args)]
pub(super) struct BudgetOptions {
    /// Stop after this long: 500ms, 30s, 2m, 1h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,
    /// Stop once so many bytes were looked at: 500K, 64M, 2G
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_bytes: Option<u64>,
}

impl BudgetOptions {
    /// Sets the limits of a search; its time begins now.
    pub(super) fn apply<'a>(&self, mut search: Search<'a>) -> Search<'a> {
        if let Some(timeout) = self.timeout {
            search = search.deadline(timeout);
        }
        if let Some(bytes) = self.max_bytes {
            search = search.bytes_max(bytes);
        }
        search
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let found = read_duration(text);
    found.ok_or_else(|| "expected a number and a unit: 500ms, 30s, 2m, 1h".to_owned())
}

/// Reads a length in milliseconds, seconds, minutes or hours.
pub(crate) fn read_duration(text: &str) -> Option<Duration> {
    use LengthUnit::{Hour, Millisecond, Minute, Second};
    let length = Length::parse(text)?;
    if !matches!(length.unit, Millisecond | Second | Minute | Hour) {
        return None;
    }
    let unit_ms = u64::try_from(length.unit.micros()? / 1_000).ok()?;
    length.count.checked_mul(unit_ms).map(Duration::from_millis)
}

/// Reads a number of bytes, perhaps with a power of 1024 behind it.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let scale = match unit {
        "" => Some(1),
        "K" => Some(1 << 10),
        "M" => Some(1 << 20),
        "G" => Some(1 << 30),
        _ => None,
    };
    let count = count.parse::<u64>().ok();
    count.zip(scale).and_then(|(count, scale)| count.checked_mul(scale)).ok_or_else(|| {
        "expected a number of bytes, perhaps with K, M or G for the powers of 1024".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sizes_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!((bytes("7"), bytes("500K"), bytes("2G")), (Ok(7), Ok(512_000), Ok(2 << 30)));
        for wrong in ["", "5", "s", "-1s", "1.5s", "1d", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "K", "5k", "5KB", "-1", "99999999999999999999", "99999999999999999G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
