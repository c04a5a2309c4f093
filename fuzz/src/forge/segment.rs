//! A segment changed in place.

use super::{crc, manifest_frames, put_u32, recompute_manifest, u32_at, u64_at};

pub(super) const SEGMENT_BLOCK_LEN: usize = 16 << 10;
pub(super) const SEGMENT_TRAILER_LEN: usize = 20;
/// checked_len, layout, checksums, checksums_crc.
const FOOTER_END_LEN: usize = 8 + 16 + 16 + 4;

/// Where the parts of a sound segment are.
pub(crate) struct SegmentPlaces {
    id: u64,
    checked_len: usize,
    checksums_at: usize,
    footer_at: usize,
    trailer_at: usize,
    footer_crc: u32,
}

impl SegmentPlaces {
    pub(crate) fn of(sound: &[u8]) -> SegmentPlaces {
        let trailer_at = sound.len() - SEGMENT_TRAILER_LEN;
        let footer_end = trailer_at - FOOTER_END_LEN;
        SegmentPlaces {
            id: u64_at(sound, 20),
            checked_len: u64_at(sound, footer_end) as usize,
            checksums_at: u64_at(sound, footer_end + 24) as usize,
            footer_at: trailer_at - u64_at(sound, trailer_at) as usize,
            trailer_at,
            footer_crc: u32_at(sound, trailer_at + 8),
        }
    }

    /// The bytes between header and trailer, where changes make sense.
    pub(crate) fn inside(&self) -> std::ops::Range<usize> {
        32..self.trailer_at
    }

    /// Makes the checksums of changed bytes right.
    pub(crate) fn reseal(&self, changed: &mut [u8]) {
        for block in 0..self.checked_len.div_ceil(SEGMENT_BLOCK_LEN) {
            let from = block * SEGMENT_BLOCK_LEN;
            let end = (from + SEGMENT_BLOCK_LEN).min(self.checked_len);
            let sum = crc(self.id, &changed[from..end]);
            put_u32(changed, self.checksums_at + block * 4, sum);
        }
        let sums_end = self.checksums_at + self.checked_len.div_ceil(SEGMENT_BLOCK_LEN) * 4;
        let sums = crc(self.id, &changed[self.checksums_at..sums_end]);
        put_u32(changed, self.trailer_at - 4, sums);
        let footer = crc(self.id, &changed[self.footer_at..self.trailer_at]);
        put_u32(changed, self.trailer_at + 8, footer);
    }

    /// Makes a manifest list the changed segment.
    pub(crate) fn relist(&self, changed: &[u8], manifest: &mut [u8]) {
        let mut listed = (changed.len() as u64).to_le_bytes().to_vec();
        listed.extend_from_slice(&self.footer_crc.to_le_bytes());
        let found = manifest.windows(listed.len()).position(|window| window == listed);
        let at = found.expect("the manifest lists the segment") + 8;
        put_u32(manifest, at, u32_at(changed, self.trailer_at + 8));
        let frames = manifest_frames(manifest);
        recompute_manifest(manifest, &frames);
    }
}
