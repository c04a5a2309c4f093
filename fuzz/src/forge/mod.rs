//! Makes changed files pass their checksums, by `docs/format.md` alone: an attacker could.

mod contents;
mod log;
mod manifest;
mod parts;

pub(crate) use contents::{Codec, Contents, Ints, Packed, Presence, Span, Texts};
pub(crate) use log::{log_pieces, recompute_log};
pub(crate) use manifest::{manifest_frames, recompute_manifest};
pub(crate) use parts::{Forged, Parts, add};

/// The CRC of the format: over the salt and the bytes.
pub(crate) fn crc(salt: u64, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&salt.to_le_bytes());
    hasher.update(bytes);
    hasher.finalize()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

fn put_u32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}
