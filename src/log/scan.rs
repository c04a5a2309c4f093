//! Searches the bytes behind the last readable batch for commits: they separate corruption from a
//! torn tail.

use super::frame::{COMMIT_LEN, COMMIT_TAG, Commit};
use super::window::ReadWindow;
use crate::Result;
use memchr::memmem;

/// Bytes looked at together.
const SPAN: usize = 256 << 10;

/// What the rest of a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rest {
    /// The first commit that validates.
    pub(super) next_commit: Option<Commit>,
    /// The greatest `durable_upto` of a commit; 0 when there is none.
    pub(super) durable_upto: u64,
    /// End of the last byte that is not zero; the place where the rest begins when all are zero.
    pub(super) used_upto: u64,
}

/// Searches everything from `from` on, at every byte, for commits of the file with this `id`.
///
/// Salted checksums make this safe: bytes of other files or out of payloads do not validate.
/// Cost: one pass over the rest; memory is bounded.
pub(super) fn scan(window: &mut ReadWindow<'_>, id: u64, from: u64) -> Result<Rest> {
    let mut rest = Rest { next_commit: None, durable_upto: 0, used_upto: from };
    let tag = memmem::Finder::new(&COMMIT_TAG);
    let mut at = from;
    while at < window.limit() {
        // Spans overlap by a commit less one byte, so that each commit lies whole within one.
        let bytes = window.bytes(at, at, SPAN + COMMIT_LEN - 1)?;
        for found in tag.find_iter(bytes) {
            let offset = at + found as u64;
            let candidate = bytes.get(found..).unwrap_or_default();
            if let Some(commit) = Commit::decode(candidate, id, offset) {
                rest.next_commit.get_or_insert(commit);
                rest.durable_upto = rest.durable_upto.max(commit.durable_upto);
            }
        }
        let used = used_len(bytes);
        if used > 0 {
            rest.used_upto = at + used as u64;
        }
        at += SPAN as u64;
    }
    Ok(rest)
}

/// The length of `bytes` without the zeros at its end.
fn used_len(bytes: &[u8]) -> usize {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut used = bytes.len();
    for block in bytes.rchunks(ZEROS.len()) {
        if block != &ZEROS[..block.len()] {
            let zeros = block.iter().rev().take_while(|byte| **byte == 0).count();
            return used - zeros;
        }
        used -= block.len();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_len_stops_at_the_last_byte_that_is_not_zero() {
        for len in [0, 1, 4095, 4096, 4097, 10_000] {
            let mut bytes = vec![0; len];
            assert_eq!(used_len(&bytes), 0);
            for used in [1, len / 2, len.saturating_sub(1), len] {
                bytes.fill(0);
                if (1..=len).contains(&used) {
                    bytes[used - 1] = 1;
                    assert_eq!(used_len(&bytes), used);
                }
            }
        }
    }
}
