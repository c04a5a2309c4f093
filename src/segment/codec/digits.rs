//! Numbers as text.

/// Digits in lower case.
pub(super) const LOWER: &[u8; 16] = b"0123456789abcdef";
/// Digits in upper case.
pub(super) const UPPER: &[u8; 16] = b"0123456789ABCDEF";
/// Room for 20 decimal digits and any padding that a pattern may ask for.
const TEXT_BYTES: usize = 32;

/// Appends a number of at least `width` digits, padded with zeros; `None` if `width` is above 32.
///
/// The radix, 10 or 16, is known when this is compiled: dividing by one that is not takes ten
/// times as long.
#[inline]
pub(super) fn append<const RADIX: u64>(
    mut number: u64,
    width: usize,
    letters: &[u8; 16],
    out: &mut Vec<u8>,
) -> Option<()> {
    let mut text = [b'0'; TEXT_BYTES];
    let mut start = TEXT_BYTES;
    while number > 0 {
        start -= 1;
        text[start] = letters[(number % RADIX) as usize];
        number /= RADIX;
    }
    let start = start.min(TEXT_BYTES.checked_sub(width)?);
    out.extend_from_slice(&text[start..]);
    Some(())
}

/// Appends a number in base 10.
pub(crate) fn append_decimal(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    append::<10>(number.unsigned_abs(), 1, LOWER, out).expect("there is room for one digit");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digits<const RADIX: u64>(number: u64, width: usize, letters: &[u8; 16]) -> Option<String> {
        let mut out = vec![b'x'];
        append::<RADIX>(number, width, letters, &mut out)?;
        Some(String::from_utf8(out).unwrap())
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_format(number: u64, shift in 0u32..64, width in 1usize..=32) {
            let number = number >> shift;
            let found = digits::<10>(number, width, LOWER);
            prop_assert_eq!(found, Some(format!("x{number:0width$}")));
            let found = digits::<16>(number, width, LOWER);
            prop_assert_eq!(found, Some(format!("x{number:0width$x}")));
            let found = digits::<16>(number, width, UPPER);
            prop_assert_eq!(found, Some(format!("x{number:0width$X}")));
            for number in [number as i64, (number as i64).wrapping_neg(), i64::MIN, 0] {
                let mut out = Vec::new();
                append_decimal(number, &mut out);
                prop_assert_eq!(out, number.to_string().into_bytes());
            }
        }
    }

    #[test]
    fn a_width_beyond_the_room_is_refused() {
        assert_eq!(digits::<10>(1, 33, LOWER), None);
    }
}
