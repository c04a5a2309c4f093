//! Decimal text to whole microseconds, without floating point.

/// `text` times ten to the power of `shift`, cut toward zero, and whether digits were cut off.
///
/// Reads what JSON calls a number (`-12.50e3`). `None` when it is none or the result does not fit.
pub(in crate::import) fn scaled(text: &str, shift: i32) -> Option<(i64, bool)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if whole.is_empty() || !digits().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = i64::try_from(whole.len()).ok()? + i64::from(exponent.checked_add(shift)?);
    let mut result: i64 = 0;
    let mut cut = false;
    let mut place = 0_i64;
    for byte in digits() {
        if place < kept {
            result = result.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
        } else {
            cut |= byte != b'0';
        }
        place += 1;
    }
    while place < kept && result != 0 {
        result = result.checked_mul(10)?;
        place += 1;
    }
    Some((if negative { -result } else { result }, cut))
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn seconds_become_microseconds_digit_by_digit() {
        assert_eq!(scaled("1650000000", 6), Some((1_650_000_000_000_000, false)));
        assert_eq!(scaled("1650000000.123456", 6), Some((1_650_000_000_123_456, false)));
        assert_eq!(scaled("1650000000.1234567", 6), Some((1_650_000_000_123_456, true)));
        assert_eq!(scaled("1650000000.1234560", 6), Some((1_650_000_000_123_456, false)));
        assert_eq!(scaled("-1.5", 6), Some((-1_500_000, false)));
        assert_eq!(scaled("1.65E9", 6), Some((1_650_000_000_000_000, false)));
        assert_eq!(scaled("165e-2", 6), Some((1_650_000, false)));
        assert_eq!(scaled("0e400", 6), Some((0, false)));
    }

    #[test]
    fn what_is_no_number_or_too_large_is_refused() {
        for text in ["", "-", "+1", "1.2.3", "abc", "1e", ".5", "9e30", "99999999999999999999"] {
            assert_eq!(scaled(text, 6), None, "{text}");
        }
    }
}
