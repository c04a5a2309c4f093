//! Makes changed files pass their checksums, by `docs/format.md` alone: an attacker could.

/// The CRC of the format: over the salt and the bytes.
fn crc(salt: u64, bytes: &[u8]) -> u32 {
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

const SEGMENT_BLOCK_LEN: usize = 16 << 10;
const SEGMENT_TRAILER_LEN: usize = 20;
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

const LOG_HEAD_LEN: usize = 64;
const FRAME_HEAD_LEN: usize = 24;
const COMMIT_LEN: usize = 40;

/// A frame or commit of a sound log.
pub(crate) enum LogPiece {
    Frame { at: usize, len: usize },
    Commit { at: usize },
}

/// The frames and commits of a sound log.
pub(crate) fn log_pieces(sound: &[u8]) -> Vec<LogPiece> {
    let mut pieces = Vec::new();
    let mut at = LOG_HEAD_LEN;
    while let Some(head) = sound.get(at..at + 4) {
        let len = u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize;
        match head[3] {
            b'F' => {
                pieces.push(LogPiece::Frame { at, len });
                at += FRAME_HEAD_LEN + len;
            }
            b'C' => {
                pieces.push(LogPiece::Commit { at });
                at += COMMIT_LEN;
            }
            _ => break,
        }
    }
    pieces
}

/// Makes the checksums of a changed log right.
pub(crate) fn recompute_log(changed: &mut [u8], pieces: &[LogPiece]) {
    let id = u64_at(changed, 24);
    let head = crc(id, &changed[..60]);
    put_u32(changed, 60, head);
    for piece in pieces {
        match *piece {
            LogPiece::Frame { at, len } => {
                let payload_at = at + FRAME_HEAD_LEN;
                let payload = crc(id, &changed[payload_at..payload_at + len]);
                put_u32(changed, at + 4, payload);
                let head = crc(id.wrapping_add(at as u64), &changed[at..at + 20]);
                put_u32(changed, at + 20, head);
            }
            LogPiece::Commit { at } => {
                let commit = crc(id.wrapping_add(at as u64), &changed[at..at + 36]);
                put_u32(changed, at + 36, commit);
            }
        }
    }
}
