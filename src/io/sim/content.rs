//! The bytes of one simulated file: what programs see, what is durable, and what lies between.

use crate::io::SeededRandom;

/// Bytes that a disk writes whole or not at all, mostly.
const SECTOR: usize = 512;

/// A file of the simulated disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

/// A change that is not durable yet.
#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    SetLen(usize),
}

/// How a crash treats unsynced changes: chances out of 16.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odds {
    keep: u64,
    tear: u64,
}

impl Odds {
    /// Draws the mood of one crash: everything kept, everything lost, or a mixture.
    pub(super) fn draw(random: &SeededRandom) -> Odds {
        let (keep, tear) = match random.below(6) {
            0 => (16, 0),
            1 => (0, 0),
            2 => (15, 0),
            3 => (14, 1),
            4 => (8, 1),
            _ => (3, 2),
        };
        Odds { keep, tear }
    }

    /// Whether a change that cannot be torn is kept.
    pub(super) fn keeps(self, random: &SeededRandom) -> bool {
        random.below(16) < self.keep
    }
}

impl Content {
    /// The bytes as programs see them.
    pub(super) fn live(&self) -> &[u8] {
        &self.live
    }

    /// Writes at `offset`, growing the file if needed; not durable.
    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        put(&mut self.live, offset, bytes);
        self.pending.push(Change::Write { offset, bytes: bytes.to_vec() });
    }

    /// Cuts or zero-extends; not durable.
    pub(super) fn set_len(&mut self, len: usize) {
        self.live.resize(len, 0);
        self.pending.push(Change::SetLen(len));
    }

    /// Makes everything durable.
    pub(super) fn sync(&mut self) {
        for change in self.pending.drain(..) {
            match change {
                Change::Write { offset, bytes } => put(&mut self.durable, offset, &bytes),
                Change::SetLen(len) => self.durable.resize(len, 0),
            }
        }
    }

    /// A sync that fails: some changes reach the disk, the others are forgotten, and programs
    /// still see them all.
    pub(super) fn lose(&mut self, random: &SeededRandom) {
        self.durable = self.after_crash(Odds::draw(random), random);
        self.pending.clear();
    }

    /// Changes the bytes behind everybody's back.
    pub(super) fn replace(&mut self, bytes: Vec<u8>) {
        *self = Content::settled(bytes);
    }

    /// The file after a power loss.
    pub(super) fn crash(&self, odds: Odds, random: &SeededRandom) -> Content {
        Content::settled(self.after_crash(odds, random))
    }

    fn settled(bytes: Vec<u8>) -> Content {
        Content { durable: bytes.clone(), live: bytes, pending: Vec::new() }
    }

    /// Decides the fate of every unsynced sector on its own; later ones may survive earlier ones.
    fn after_crash(&self, odds: Odds, random: &SeededRandom) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in &self.pending {
            match change {
                Change::SetLen(len) if odds.keeps(random) => bytes.resize(*len, 0),
                Change::SetLen(_) => {}
                Change::Write { offset, bytes: new } => {
                    for (at, piece) in sectors(*offset, new) {
                        let piece = survivor(piece, odds, random);
                        put(&mut bytes, at + piece.0, piece.1);
                    }
                }
            }
        }
        // The length may be durable before the bytes: they read as zeros.
        if self.live.len() > bytes.len() && random.below(2) == 0 {
            bytes.resize(self.live.len(), 0);
        }
        bytes
    }
}

/// The part of a sector that survives and where it begins within it.
fn survivor<'a>(piece: &'a [u8], odds: Odds, random: &SeededRandom) -> (usize, &'a [u8]) {
    let draw = random.below(16);
    if draw < odds.keep {
        return (0, piece);
    }
    if draw >= odds.keep + odds.tear {
        return (0, &[]);
    }
    let cut = random.below(piece.len() as u64 + 1) as usize;
    match random.below(2) {
        0 => (0, &piece[..cut]),
        _ => (cut, &piece[cut..]),
    }
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
            let after = content.crash(Odds::draw(&random), &random);
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
            failed.lose(&random);
            failed.sync();
            assert_eq!(failed.live(), [7; 4096]);
            let after = failed.crash(Odds { keep: 16, tear: 0 }, &random);
            lost += usize::from(after.live() != [7; 4096]);
        }
        assert!(lost > 5);
    }
}
