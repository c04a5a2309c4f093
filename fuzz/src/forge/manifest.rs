//! The frames of a manifest.

use super::{crc, put_u32, u32_at, u64_at};

const MANIFEST_HEADER_LEN: usize = 40;
const MANIFEST_HEAD_LEN: usize = 20;

/// Offset and length of the edit of each frame of a sound manifest.
pub(crate) fn manifest_frames(sound: &[u8]) -> Vec<(usize, usize)> {
    let mut frames = Vec::new();
    let mut at = MANIFEST_HEADER_LEN;
    while at + MANIFEST_HEAD_LEN <= sound.len() && u64_at(sound, at + 8) > 0 {
        let len = u32_at(sound, at) as usize;
        frames.push((at, len));
        at += MANIFEST_HEAD_LEN + len;
    }
    frames
}

/// Makes the checksums of a changed manifest right.
pub(crate) fn recompute_manifest(changed: &mut [u8], frames: &[(usize, usize)]) {
    let id = u64_at(changed, 24);
    let header = crc(id, &changed[..36]);
    put_u32(changed, 36, header);
    for &(at, len) in frames {
        let edit_at = at + MANIFEST_HEAD_LEN;
        let edit = crc(id, &changed[edit_at..edit_at + len]);
        put_u32(changed, at + 4, edit);
        let head = crc(id.wrapping_add(at as u64), &changed[at..at + 16]);
        put_u32(changed, at + 16, head);
    }
}
