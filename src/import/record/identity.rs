//! Ids of records that have none: a digest of what identifies them.

use crate::text::hex;
use sha2::{Digest, Sha256};

/// Bytes of the digest that an id keeps: 128 bits, so that no two of a log are equal by chance.
const ID_BYTES: usize = 16;

/// The first 16 bytes, in hex, of the SHA-256 digest of `parts` joined by NUL.
///
/// The same record has the same id in every import, so that a second one stores nothing.
pub(in crate::import) fn hashed_id<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut digest = Sha256::new();
    for (place, part) in parts.into_iter().enumerate() {
        if place > 0 {
            digest.update([0]);
        }
        digest.update(part.as_bytes());
    }
    hex(&digest.finalize()[..ID_BYTES])
}

#[cfg(test)]
mod tests {
    use super::hashed_id;

    #[test]
    fn ids_are_the_published_digest_of_the_joined_parts() {
        // FIPS 180-4: SHA-256 of "abc".
        assert_eq!(hashed_id(["abc"]), "ba7816bf8f01cfea414140de5dae2223");
        assert_eq!(hashed_id(["a", "b"]), hashed_id(["a\0b"]));
        assert_ne!(hashed_id(["a", "b"]), hashed_id(["ab"]));
        assert_ne!(hashed_id(["a", ""]), hashed_id(["a"]));
    }
}
