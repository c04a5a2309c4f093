//! Finds the first byte of a string that JSON cannot hold as it is.

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Counts the bytes before the first quote, backslash or control character (below 0x20).
///
/// SWAR, eight bytes at a time: most strings of an event are short, so a call for a wider search
/// would cost more than it saves. Byte by byte, the lines `import, unsealed` and `import and seal`
/// of `tests/campaigns/instructions.sh` take 6 to 10 % more instructions.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    let mut rest = bytes;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        let marks = marks(u64::from_le_bytes(*eight));
        if marks != 0 {
            return len + (marks.trailing_zeros() >> 3) as usize;
        }
        len += 8;
        rest = after;
    }
    let mut eight = [b'x'; 8];
    let Some(tail) = eight.get_mut(..rest.len()) else {
        return len;
    };
    tail.copy_from_slice(rest);
    let marks = marks(u64::from_le_bytes(eight));
    len + rest.len().min((marks.trailing_zeros() >> 3) as usize)
}

/// The length of the escape sequence that `text` begins with, if canonical form writes it:
/// `\b \t \n \f \r \" \\`, and `\u00xx` in lower case for other control characters (RFC 8785,
/// section 3.2.2.2).
pub(super) fn canonical_escape_len(text: &[u8]) -> Option<usize> {
    match text {
        [b'\\', b'b' | b't' | b'n' | b'f' | b'r' | b'"' | b'\\', ..] => Some(2),
        // Those of one letter are 08, 09, 0a, 0c and 0d.
        [b'\\', b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
        | [b'\\', b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Some(6),
        _ => None,
    }
}

/// Whether a string can stand between quotes as it is.
#[inline]
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    plain_len(bytes) == bytes.len()
}

/// Sets the high bit of each special byte, by the SWAR test for bytes below a bound: a quote (0x22)
/// and the control characters are the bytes that are below 0x21 once a bit of each is turned, a
/// backslash is the one that is below 1. A byte above one may be marked wrongly by the borrow of
/// the subtraction; the lowest mark is always right.
#[inline]
fn marks(word: u64) -> u64 {
    let quotes_and_controls = (word ^ (LOW_BITS * 0x02)).wrapping_sub(LOW_BITS * 0x21);
    let backslashes = (word ^ (LOW_BITS * 0x5c)).wrapping_sub(LOW_BITS);
    (quotes_and_controls | backslashes) & !word & HIGH_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_classified_at_every_place() {
        for byte in 0..=255_u8 {
            for place in 0..20 {
                let mut bytes = [b'x'; 20];
                bytes[place] = byte;
                let special = byte < b' ' || byte == b'"' || byte == b'\\';
                assert_eq!(plain_len(&bytes), if special { place } else { 20 });
            }
        }
    }

    proptest! {
        #[test]
        fn the_first_special_byte_is_found(
            bytes in "[\\x00\\x1f !\"#\\[\\\\\\]~\u{7f}-\u{a0}]{0,40}",
        ) {
            let special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
            let expected = bytes.bytes().position(special).unwrap_or(bytes.len());
            prop_assert_eq!(plain_len(bytes.as_bytes()), expected);
        }
    }
}
