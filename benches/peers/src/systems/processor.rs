//! Processor time of other processes.

use super::Outcome;
use std::fs;

/// Ticks of a second in `/proc/PID/stat`, the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of a process and of its children, those that have ended included.
pub(crate) fn cpu_seconds_of(process: u32) -> Outcome<f64> {
    let mut ticks = 0;
    for item in fs::read_dir("/proc")? {
        let name = item?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end at any time.
        let text = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let (parent, own) = parent_and_ticks(&text).unwrap_or_default();
        if id == process || parent == process {
            ticks += own;
        }
    }
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

/// The parent, and the ticks of a process and of its children that have ended.
fn parent_and_ticks(stat: &str) -> Option<(u32, u64)> {
    // The second field is the name in parentheses. Behind it stand the state and the parent; the
    // times are the 14th to 17th of all.
    let mut fields = stat.rsplit(')').next()?.split_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let times = fields.skip(9).take(4).map(str::parse::<u64>);
    Some((parent, times.sum::<Result<u64, _>>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_parent_are_read_whatever_the_name_is() {
        let stat = "7 (a) b) S 3 7 7 0 -1 1 2 3 4 5 10 20 30 40 20 0 1 0 99 1 2";
        assert_eq!(parent_and_ticks(stat), Some((3, 100)));
        assert_eq!(parent_and_ticks(""), None);
    }
}
