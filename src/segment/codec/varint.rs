//! LEB128 unsigned integers of at most 64 bits.

/// Appends `value`, seven bits a byte, lowest first.
pub(crate) fn write(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a value off the front of `bytes`; `None` when it is cut short or too long.
#[inline]
pub(crate) fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(first & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        value |= bits << shift;
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Takes a value that must fit 32 bits.
#[inline]
pub(crate) fn read_u32(bytes: &mut &[u8]) -> Option<u32> {
    u32::try_from(read(bytes)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_come_back(
            values in proptest::collection::vec(any::<u64>(), 0..9),
            shift in 0u32..64,
        ) {
            let values: Vec<u64> = values.iter().map(|value| value >> shift).collect();
            let mut bytes = Vec::new();
            values.iter().for_each(|value| write(*value, &mut bytes));
            let mut rest = &bytes[..];
            for value in values {
                prop_assert_eq!(read(&mut rest), Some(value));
            }
            prop_assert_eq!(read(&mut rest), None);
        }
    }

    #[test]
    fn eleven_bytes_are_too_long() {
        assert_eq!(read(&mut &[0xff; 11][..]), None);
        assert_eq!(
            read(&mut &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f][..]),
            None
        );
    }
}
