//! The bytes of a log file: its head, the frame of a record, the commit of a batch.
//!
//! Heads of frames and commits carry a CRC of their own, salted with the id of the file plus their
//! offset: a damaged length is never used, and bytes of another file, from another offset or out of
//! a payload never validate.

use crate::event::Timestamp;
use crate::io::codec::{array_at, crc, u32_at, u64_at};
use crate::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EVENT_BYTES_MAX};

/// Bytes of the head of a file.
pub(super) const FILE_HEAD_LEN: usize = 64;
/// Bytes of a frame before its payload.
pub(super) const FRAME_HEAD_LEN: usize = 24;
/// Bytes of a commit.
pub(super) const COMMIT_LEN: usize = 40;
/// Bytes of one payload: an event, with room for later additions.
pub(super) const PAYLOAD_BYTES_MAX: usize = EVENT_BYTES_MAX + 4096;
/// Frames of one batch.
pub(super) const BATCH_FRAMES_MAX: usize = BATCH_EVENTS_MAX;
/// Bytes of one batch in the file, its commit included.
pub(super) const BATCH_LEN_MAX: usize =
    BATCH_BYTES_MAX + BATCH_FRAMES_MAX * FRAME_HEAD_LEN + COMMIT_LEN;

/// The first four bytes of every commit.
pub(super) const COMMIT_TAG: [u8; 4] = [COMMIT_LEN as u8, 0, 0, COMMIT_KIND];

const MAGIC: [u8; 8] = *b"ANLOG\r\n\x1a";
const VERSION: u32 = 1;
/// Features that a reader must know to read the file.
const INCOMPATIBLE: u32 = 0;
const COMMIT_KIND: u8 = b'C';
const FRAME_KIND: u8 = b'F';
const FLAG_CLOSED: u32 = 1;

/// Why the head of a file is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeadError {
    /// The bytes are not those that were written.
    Damaged(&'static str),
    /// A later version wrote it.
    Unsupported(String),
}

/// Lays out the head of a file.
pub(super) fn encode_file_head(header: &LogHeader) -> [u8; FILE_HEAD_LEN] {
    let mut bytes = [0; FILE_HEAD_LEN];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    // 12..16 compatible features: none yet.
    bytes[16..20].copy_from_slice(&INCOMPATIBLE.to_le_bytes());
    // 20..24 and 48..60 reserved.
    bytes[24..32].copy_from_slice(&header.id.to_le_bytes());
    bytes[32..40].copy_from_slice(&header.epoch.to_le_bytes());
    bytes[40..48].copy_from_slice(&header.first_seq.to_le_bytes());
    let sum = crc(header.id, &bytes[..60]);
    bytes[60..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// Reads the head of a file.
pub(super) fn decode_file_head(bytes: &[u8]) -> Result<LogHeader, HeadError> {
    let short = || HeadError::Damaged("a file shorter than its head");
    let number = |offset| u64_at(bytes, offset).ok_or_else(short);
    let word = |offset| u32_at(bytes, offset).ok_or_else(short);
    let id = number(24)?;
    let sum = word(60)?;
    if array_at(bytes, 0) != Some(MAGIC) {
        return Err(HeadError::Damaged("a foreign magic"));
    }
    if bytes.get(..60).map(|head| crc(id, head)) != Some(sum) {
        return Err(HeadError::Damaged("a wrong CRC"));
    }
    let version = word(8)?;
    if version != VERSION {
        return Err(HeadError::Unsupported(format!("log version {version}")));
    }
    let unknown = word(16)? & !INCOMPATIBLE;
    if unknown != 0 {
        return Err(HeadError::Unsupported(format!("log feature {unknown:#x}")));
    }
    let header = LogHeader { id, epoch: number(32)?, first_seq: number(40)? };
    match header.first_seq {
        0 => Err(HeadError::Damaged("a first sequence of 0")),
        _ => Ok(header),
    }
}

/// The low half of a sequence, which the head of its frame holds.
pub(super) fn low_half(seq: u64) -> u32 {
    (seq & u64::from(u32::MAX)) as u32
}

/// The bytes before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// Bytes of the payload that follows.
    pub(super) payload_len: u32,
    /// CRC of the payload, salted with the id of the file.
    pub(super) payload_crc: u32,
    /// Microseconds since the Unix epoch.
    pub(super) recorded_at: i64,
    /// The low half of the sequence; gaplessness gives the rest.
    pub(super) seq_low: u32,
}

impl FrameHead {
    /// Lays out the head of the frame that stands at `offset`.
    pub(super) fn encode(&self, id: u64, offset: u64) -> [u8; FRAME_HEAD_LEN] {
        let tag = self.payload_len | u32::from(FRAME_KIND) << 24;
        let mut bytes = [0; FRAME_HEAD_LEN];
        bytes[..4].copy_from_slice(&tag.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.payload_crc.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.recorded_at.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.seq_low.to_le_bytes());
        seal(&mut bytes, id, offset);
        bytes
    }

    /// Reads the head of a frame that stands at `offset`; `None` unless it validates.
    pub(super) fn decode(bytes: &[u8], id: u64, offset: u64) -> Option<FrameHead> {
        let bytes: [u8; FRAME_HEAD_LEN] = array_at(bytes, 0)?;
        let tag = u32_at(&bytes, 0)?;
        if tag >> 24 != u32::from(FRAME_KIND) || !is_sealed(&bytes, id, offset) {
            return None;
        }
        Some(FrameHead {
            payload_len: tag & 0x00ff_ffff,
            payload_crc: u32_at(&bytes, 4)?,
            recorded_at: i64::from_le_bytes(array_at(&bytes, 8)?),
            seq_low: u32_at(&bytes, 16)?,
        })
    }
}

/// The end of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Commit {
    /// Frames of the batch; 0 in the commit of a clean close.
    pub(super) frames: u32,
    /// Sequence of the last frame of the file so far; one less than the first when there is none.
    pub(super) last_seq: u64,
    /// Offset of the first frame of the batch.
    pub(super) start: u64,
    /// How far the file was durable when this was written.
    pub(super) durable_upto: u64,
    /// Written by a clean close: the file ends with this commit.
    pub(super) closed: bool,
}

impl Commit {
    /// Lays out the commit that stands at `offset`.
    pub(super) fn encode(&self, id: u64, offset: u64) -> [u8; COMMIT_LEN] {
        let flags = if self.closed { FLAG_CLOSED } else { 0 };
        let mut bytes = [0; COMMIT_LEN];
        bytes[..4].copy_from_slice(&COMMIT_TAG);
        bytes[4..8].copy_from_slice(&self.frames.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.last_seq.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.start.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.durable_upto.to_le_bytes());
        bytes[32..36].copy_from_slice(&flags.to_le_bytes());
        seal(&mut bytes, id, offset);
        bytes
    }

    /// Reads a commit that stands at `offset`; `None` unless it validates and can end a batch at
    /// that offset.
    pub(super) fn decode(bytes: &[u8], id: u64, offset: u64) -> Option<Commit> {
        let bytes: [u8; COMMIT_LEN] = array_at(bytes, 0)?;
        if array_at(&bytes, 0) != Some(COMMIT_TAG) || !is_sealed(&bytes, id, offset) {
            return None;
        }
        let commit = Commit {
            frames: u32_at(&bytes, 4)?,
            last_seq: u64_at(&bytes, 8)?,
            start: u64_at(&bytes, 16)?,
            durable_upto: u64_at(&bytes, 24)?,
            closed: u32_at(&bytes, 32)? & FLAG_CLOSED != 0,
        };
        let sensible = commit.durable_upto <= commit.start
            && commit.start <= offset
            && u64::from(commit.frames) <= commit.last_seq;
        sensible.then_some(commit)
    }
}

/// Writes the CRC of a head into its last four bytes.
fn seal(bytes: &mut [u8], id: u64, offset: u64) {
    if let Some((head, sum)) = bytes.split_last_chunk_mut::<4>() {
        *sum = crc(id.wrapping_add(offset), head).to_le_bytes();
    }
}

fn is_sealed(bytes: &[u8], id: u64, offset: u64) -> bool {
    bytes
        .split_last_chunk::<4>()
        .is_some_and(|(head, sum)| crc(id.wrapping_add(offset), head).to_le_bytes() == *sum)
}

/// The head of a log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogHeader {
    /// Random, different for every log file: the salt of its CRCs.
    pub(crate) id: u64,
    /// The epoch of its sequences.
    pub(crate) epoch: u64,
    /// The sequence of its first frame; at least 1.
    pub(crate) first_seq: u64,
}

/// One record with its place and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// One more than the sequence of the frame before.
    pub(crate) seq: u64,
    /// When the engine accepted it.
    pub(crate) recorded_at: Timestamp,
    /// The record: at most [`EVENT_BYTES_MAX`](crate::limits::EVENT_BYTES_MAX) and 4 KiB.
    pub(crate) payload: &'a [u8],
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: FrameHead = FrameHead {
        payload_len: 0x0001_2345,
        payload_crc: 0xdead_beef,
        recorded_at: -2,
        seq_low: 7,
    };
    const COMMIT: Commit =
        Commit { frames: 3, last_seq: 9, start: 64, durable_upto: 64, closed: true };

    #[test]
    fn heads_come_back_only_with_their_id_and_at_their_offset() {
        let bytes = HEAD.encode(11, 640);
        assert_eq!(FrameHead::decode(&bytes, 11, 640), Some(HEAD));
        assert_eq!(FrameHead::decode(&bytes, 12, 640), None);
        assert_eq!(FrameHead::decode(&bytes, 11, 641), None);
        let bytes = COMMIT.encode(11, 640);
        assert_eq!(Commit::decode(&bytes, 11, 640), Some(COMMIT));
        assert_eq!(Commit::decode(&bytes, 12, 640), None);
        assert_eq!(Commit::decode(&bytes, 11, 641), None);
    }

    #[test]
    fn no_flipped_bit_validates() {
        let frame = HEAD.encode(11, 640);
        let commit = COMMIT.encode(11, 640);
        let header = LogHeader { id: 5, epoch: 6, first_seq: 7 };
        let head = encode_file_head(&header);
        assert_eq!(decode_file_head(&head), Ok(header));
        for bit in 0..FILE_HEAD_LEN * 8 {
            let flip = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                if let Some(byte) = bytes.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
                bytes
            };
            assert!(matches!(decode_file_head(&flip(&head)), Err(HeadError::Damaged(_))));
            if bit < FRAME_HEAD_LEN * 8 {
                assert_eq!(FrameHead::decode(&flip(&frame), 11, 640), None);
            }
            if bit < COMMIT_LEN * 8 {
                assert_eq!(Commit::decode(&flip(&commit), 11, 640), None);
            }
        }
    }

    #[test]
    fn zeros_and_short_bytes_never_validate() {
        let zeros = [0; FILE_HEAD_LEN];
        for len in 0..=FILE_HEAD_LEN {
            assert!(decode_file_head(&zeros[..len]).is_err());
            assert_eq!(FrameHead::decode(&zeros[..len], 0, 0), None);
            assert_eq!(Commit::decode(&zeros[..len], 0, 0), None);
        }
        assert!(decode_file_head(&[]).is_err());
    }

    #[test]
    fn later_versions_and_unknown_features_are_unsupported() {
        let header = LogHeader { id: 5, epoch: 6, first_seq: 7 };
        for (offset, value) in [(8, 2), (16, 1)] {
            let mut head = encode_file_head(&header);
            head[offset] = value;
            let sum = crc(header.id, &head[..60]);
            head[60..].copy_from_slice(&sum.to_le_bytes());
            assert!(matches!(decode_file_head(&head), Err(HeadError::Unsupported(_))));
        }
    }
}
