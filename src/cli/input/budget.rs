//! How much a search may cost: time and bytes.

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
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    let found = scaled(text, &units).map(Duration::from_millis);
    found.ok_or_else(|| "expected a number and a unit: 500ms, 30s, 2m, 1h".to_owned())
}

fn bytes(text: &str) -> Result<u64, String> {
    let units = [("", 1), ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)];
    let expected = "expected a number of bytes, perhaps with K, M or G for the powers of 1024";
    scaled(text, &units).ok_or_else(|| expected.to_owned())
}

/// A whole number and one of the units behind it.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let (_, scale) = units.iter().find(|(name, _)| *name == unit)?;
    count.parse::<u64>().ok()?.checked_mul(*scale)
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
