//! Times of a bench: places in a sorted list, and how they are shown.

use std::time::Duration;

/// The value below which `percent` of a sorted list lie; of an empty one: zero.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> Duration {
    let place = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// A time in milliseconds.
pub(crate) fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis {
        ..1.0 => format!("{millis:.3}"),
        ..10.0 => format!("{millis:.2}"),
        _ => format!("{millis:.0}"),
    }
}
