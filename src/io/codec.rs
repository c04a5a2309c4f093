//! Bytes on disk: the record codec (bincode), salted checksums, little-endian reads that cannot
//! panic.
//!
//! The codec is bincode 1.3.3 with fixed-width little-endian integers; `docs/format.md` specifies
//! the bytes, so that another codec can replace it without changing them. Bytes pass a CRC before
//! they are decoded.

use bincode::Options;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn options(byte_limit: u64) -> impl Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .with_limit(byte_limit)
        .reject_trailing_bytes()
}

/// Encodes a record of our own.
///
/// # Panics
/// If the type cannot be encoded at all: a sequence of unknown length, `flatten`, untagged enums.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    options(u64::MAX)
        .serialize(value)
        .expect("records hold plain fields, lists of known length and tagged enums only")
}

/// Decodes all of `bytes`; `None` when they are not exactly one record.
///
/// Allocates in proportion to `bytes`, whatever lengths they claim.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let byte_limit = u64::try_from(bytes.len()).ok()?;
    options(byte_limit).deserialize(bytes).ok()
}

/// Decodes one record at the front of `bytes`; with it, the bytes behind it.
pub(crate) fn decode_front<T: DeserializeOwned>(bytes: &[u8]) -> Option<(T, &[u8])> {
    let byte_limit = u64::try_from(bytes.len()).ok()?;
    let mut rest = bytes;
    let record = options(byte_limit).deserialize_from(&mut rest).ok()?;
    Some((record, rest))
}

/// The CRC-32 (IEEE) of the little-endian `salt` followed by `bytes`.
///
/// The salt is the random id of the file, so that stale, foreign and embedded bytes never validate.
pub(crate) fn crc(salt: u64, bytes: &[u8]) -> u32 {
    let salt = if planted!(UnsaltedCrc) { 0 } else { salt };
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&salt.to_le_bytes());
    hasher.update(bytes);
    hasher.finalize()
}

/// The `N` bytes at `offset`, if they are there.
pub(crate) fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    slice_at(bytes, offset, N)?.try_into().ok()
}

/// The `len` bytes at `offset`, if they are there.
pub(crate) fn slice_at(bytes: &[u8], offset: usize, len: usize) -> Option<&[u8]> {
    bytes.get(offset..offset.checked_add(len)?)
}

/// The little-endian number at `offset`, if it is there.
pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    array_at(bytes, offset).map(u32::from_le_bytes)
}

/// The little-endian number at `offset`, if it is there.
pub(crate) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    array_at(bytes, offset).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum Step {
        Add { id: u64, name: String },
        Drop(Vec<u32>),
    }

    #[test]
    fn bytes_are_as_the_format_page_says() {
        let step = Step::Add { id: 0x0102, name: "ab".into() };
        let expected = [
            0, 0, 0, 0, // variant, u32
            2, 1, 0, 0, 0, 0, 0, 0, // u64
            2, 0, 0, 0, 0, 0, 0, 0, b'a', b'b', // length as u64, then the bytes
        ];
        assert_eq!(encode(&step), expected);
        assert_eq!(decode(&expected), Some(step));
    }

    #[test]
    fn trailing_and_missing_bytes_are_refused() {
        let mut bytes = encode(&Step::Drop(vec![7, 8]));
        assert!(decode::<Step>(&bytes).is_some());
        assert!(decode::<Step>(&bytes[..bytes.len() - 1]).is_none());
        bytes.push(0);
        assert!(decode::<Step>(&bytes).is_none());
    }

    #[test]
    fn claimed_lengths_do_not_allocate() {
        let mut bytes = vec![1, 0, 0, 0];
        bytes.extend_from_slice(&u64::MAX.to_le_bytes());
        assert!(decode::<Step>(&bytes).is_none());
        assert!(decode::<String>(&(1_u64 << 60).to_le_bytes()).is_none());
    }

    #[test]
    fn crc_is_the_ieee_one_over_salt_and_bytes() {
        let salt = u64::from_le_bytes(*b"12345678");
        assert_eq!(crc(salt, b"9"), 0xcbf4_3926);
        assert_ne!(crc(1, b"9"), crc(2, b"9"));
    }

    #[test]
    fn reads_beyond_the_end_are_none() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(u64_at(&bytes, 0), Some(0x0807_0605_0403_0201));
        assert_eq!(u64_at(&bytes, 1), None);
        assert_eq!(u32_at(&bytes, 4), Some(0x0807_0605));
        assert_eq!(slice_at(&bytes, 8, 0), Some(&[][..]));
        assert_eq!(slice_at(&bytes, 2, usize::MAX), None);
    }

    proptest! {
        #[test]
        fn bytes_that_decode_are_encoded_to_the_same_bytes(
            bytes in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            if let Some(step) = decode::<Step>(&bytes) {
                prop_assert_eq!(encode(&step), bytes);
            }
        }
    }
}
