//! The bytes of one simulated file: as programs see them, as they are durable, and the writes not
//! yet synced.

use super::fate::CrashFate;
use std::sync::Arc;

/// Bytes that a disk usually writes as a whole or not at all.
pub(super) const SECTOR: usize = 512;

/// A file of the simulated disk; clones share bytes until one of them changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    live: Arc<Vec<u8>>,
    durable: Arc<Vec<u8>>,
    pending: Vec<PendingWrite>,
}

/// A change that is not durable yet.
#[derive(Debug, Clone)]
enum PendingWrite {
    Write { offset: usize, bytes: Arc<[u8]> },
    SetLen(usize),
}

impl Content {
    /// The bytes as programs see them.
    pub(super) fn live(&self) -> &[u8] {
        &self.live
    }

    /// Writes at `offset`, growing the file if needed; not durable.
    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        put(Arc::make_mut(&mut self.live), offset, bytes);
        self.pending.push(PendingWrite::Write { offset, bytes: bytes.into() });
    }

    /// Cuts or zero-extends; not durable.
    pub(super) fn set_len(&mut self, len: usize) {
        Arc::make_mut(&mut self.live).resize(len, 0);
        self.pending.push(PendingWrite::SetLen(len));
    }

    /// Makes everything durable.
    pub(super) fn sync(&mut self) {
        let durable = Arc::make_mut(&mut self.durable);
        for change in self.pending.drain(..) {
            match change {
                PendingWrite::Write { offset, bytes } => put(durable, offset, &bytes),
                PendingWrite::SetLen(len) => durable.resize(len, 0),
            }
        }
    }

    /// A sync that fails: some changes reach the disk, the others are forgotten, and programs
    /// still see them all.
    pub(super) fn lose(&mut self, fate: &mut CrashFate<'_>) {
        self.durable = Arc::new(self.after_crash(fate));
        self.pending.clear();
    }

    /// Changes the bytes durably, without an operation: damage of the medium.
    pub(super) fn replace(&mut self, bytes: Vec<u8>) {
        *self = Content::settled(bytes);
    }

    /// The file after a power loss.
    pub(super) fn crash(&self, fate: &mut CrashFate<'_>) -> Content {
        if self.pending.is_empty() {
            let durable = Arc::clone(&self.durable);
            return Content { live: Arc::clone(&durable), durable, pending: Vec::new() };
        }
        Content::settled(self.after_crash(fate))
    }

    fn settled(bytes: Vec<u8>) -> Content {
        let bytes = Arc::new(bytes);
        Content { durable: Arc::clone(&bytes), live: bytes, pending: Vec::new() }
    }

    /// Decides the fate of every unsynced sector on its own; later ones may survive earlier ones.
    fn after_crash(&self, fate: &mut CrashFate<'_>) -> Vec<u8> {
        let mut bytes = self.durable.to_vec();
        for (index, change) in self.pending.iter().enumerate() {
            match change {
                PendingWrite::SetLen(len) if fate.keeps() => bytes.resize(*len, 0),
                PendingWrite::SetLen(_) => {}
                PendingWrite::Write { .. } if fate.is_listed() && self.is_covered(index) => {}
                PendingWrite::Write { offset, bytes: new } => {
                    for (at, piece) in pieces(*offset, new, fate.is_listed()) {
                        let piece = fate.survivor(piece);
                        put(&mut bytes, at + piece.0, piece.1);
                    }
                }
            }
        }
        // The length may be durable before the bytes: they read as zeros.
        if self.live.len() > self.shortest() && fate.grows() && self.live.len() > bytes.len() {
            bytes.resize(self.live.len(), 0);
        }
        bytes
    }

    /// The least length that a crash can leave.
    fn shortest(&self) -> usize {
        let cuts = self.pending.iter().filter_map(|change| match change {
            PendingWrite::SetLen(len) => Some(*len),
            PendingWrite::Write { .. } => None,
        });
        cuts.fold(self.durable.len(), usize::min)
    }

    /// Whether a later unsynced change writes the same place again.
    fn is_covered(&self, index: usize) -> bool {
        let place = |change: &PendingWrite| match change {
            PendingWrite::Write { offset, bytes } => Some((*offset, bytes.len())),
            PendingWrite::SetLen(_) => None,
        };
        let covered = place(&self.pending[index]);
        self.pending[index + 1..].iter().any(|later| place(later) == covered)
    }
}

/// Cuts a write into the pieces that survive or not independently: its sectors; with `joins_zeros`,
/// adjacent sectors of zeros are one piece.
fn pieces(offset: usize, bytes: &[u8], joins_zeros: bool) -> Vec<(usize, &[u8])> {
    let mut pieces: Vec<(usize, &[u8])> = Vec::new();
    for (at, sector) in sectors(offset, bytes) {
        let from = at - offset;
        match pieces.last_mut() {
            Some((start, zeros)) if joins_zeros && is_zero(sector) && is_zero(zeros) => {
                *zeros = &bytes[*start - offset..from + sector.len()];
            }
            _ => pieces.push((at, sector)),
        }
    }
    pieces
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// Cuts a write at the borders of the sectors that it touches.
fn sectors(offset: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let first = (SECTOR - offset % SECTOR).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    let rest = rest.chunks(SECTOR).enumerate();
    let rest = rest.map(move |(index, piece)| (offset + first + index * SECTOR, piece));
    std::iter::once((offset, head)).chain(rest)
}

fn put(target: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let end = offset + bytes.len();
    if target.len() < end {
        target.resize(end, 0);
    }
    target[offset..end].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::SeededRandom;
    use crate::testing::sim::fate::Odds;

    #[test]
    fn sectors_cover_a_write_exactly() {
        for (offset, len) in [(0, 0), (0, 512), (0, 513), (511, 2), (100, 2000), (1024, 1)] {
            let bytes: Vec<u8> = (0..len).map(|index| index as u8).collect();
            let mut next = offset;
            for (at, piece) in sectors(offset, &bytes) {
                assert_eq!(at, next);
                assert!(piece.is_empty() || at / SECTOR == (at + piece.len() - 1) / SECTOR);
                assert_eq!(piece, &bytes[at - offset..at - offset + piece.len()]);
                next += piece.len();
            }
            assert_eq!(next, offset + len);
        }
    }

    #[test]
    fn synced_bytes_survive_every_crash_and_unsynced_ones_some() {
        let mut content = Content::default();
        content.write(0, &[1; 2048]);
        content.sync();
        content.write(1024, &[2; 2048]);
        let random = SeededRandom::new(1);
        let (mut kept, mut lost, mut mixed) = (0, 0, 0);
        for _ in 0..500 {
            let after = content.crash(&mut CrashFate::draw(&random));
            assert_eq!(after.live()[..1024], [1; 1024]);
            let news = after.live().iter().filter(|byte| **byte == 2).count();
            match news {
                0 => lost += 1,
                2048 => kept += 1,
                _ => mixed += 1,
            }
        }
        assert!(kept > 50 && lost > 50 && mixed > 50);
    }

    #[test]
    fn failed_sync_forgets_what_programs_still_see() {
        let random = SeededRandom::new(3);
        let mut content = Content::default();
        content.write(0, &[7; 4096]);
        let mut lost = 0;
        for _ in 0..20 {
            let mut failed = content.clone();
            failed.lose(&mut CrashFate::draw(&random));
            failed.sync();
            assert_eq!(failed.live(), [7; 4096]);
            let odds = Odds { keep: 16, tear: 0 };
            let after = failed.crash(&mut CrashFate::Drawn { odds, random: &random });
            lost += usize::from(after.live() != [7; 4096]);
        }
        assert!(lost > 5);
    }

    #[test]
    fn listed_fates_reach_every_mixture_once() {
        let mut content = Content::default();
        content.write(0, &[1; 1024]);
        content.sync();
        content.write(512, &[2; 1024]);
        content.write(1536, &[0; 4096]);
        content.write(512, &[3; 1024]);
        let mut fate = CrashFate::Listed { kept: 0, asked: 0 };
        content.crash(&mut fate);
        let CrashFate::Listed { asked, .. } = fate else { unreachable!("it was listed") };
        // The run of zeros, two sectors of the last write, the length.
        assert_eq!(asked, 4);
        let after = |kept| content.crash(&mut CrashFate::Listed { kept, asked: 0 }).live().to_vec();
        assert_eq!(after(0), [1; 1024]);
        assert_eq!(after(0b1111), content.live());
        let grown = [vec![1; 1024], vec![0; 4608]].concat();
        assert_eq!((after(0b0001), after(0b1000)), (grown.clone(), grown));
        assert_eq!(after(0b0010), [vec![1; 512], vec![3; 512]].concat());
    }
}
