//! The frames and commits of a log.

use super::{crc, put_u32, u64_at};

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
