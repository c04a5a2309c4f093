//! What a crash does to changes that were not durable.

use crate::io::SeededRandom;

/// How a crash treats unsynced changes: chances out of 16.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odds {
    pub(super) keep: u64,
    pub(super) tear: u64,
}

/// Decides about one unsynced change after another.
#[derive(Debug)]
pub(super) enum CrashFate<'a> {
    /// By chance. Every sector for itself; some are torn.
    Drawn { odds: Odds, random: &'a SeededRandom },
    /// As listed: the change that is decided as number n is kept if bit n is set. Nothing is torn;
    /// zeros in a row are one change, and so are writes over each other.
    Listed { kept: u64, asked: u32 },
}

impl Odds {
    /// Draws how much one crash keeps: everything, nothing, or a part.
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
}

impl<'a> CrashFate<'a> {
    /// A crash that keeps as much as is drawn.
    pub(super) fn draw(random: &'a SeededRandom) -> CrashFate<'a> {
        CrashFate::Drawn { odds: Odds::draw(random), random }
    }

    pub(super) fn is_listed(&self) -> bool {
        matches!(self, CrashFate::Listed { .. })
    }

    /// Whether a change that cannot be torn is kept.
    pub(super) fn keeps(&mut self) -> bool {
        match self {
            CrashFate::Drawn { odds, random } => random.below(16) < odds.keep,
            CrashFate::Listed { kept, asked } => next_bit(*kept, asked),
        }
    }

    /// Whether the length of a file is durable before its bytes.
    pub(super) fn grows(&mut self) -> bool {
        match self {
            CrashFate::Drawn { random, .. } => random.below(2) == 0,
            CrashFate::Listed { kept, asked } => next_bit(*kept, asked),
        }
    }

    /// The part of some written bytes that survives and where it begins within them.
    pub(super) fn survivor<'b>(&mut self, piece: &'b [u8]) -> (usize, &'b [u8]) {
        let CrashFate::Drawn { odds, random } = self else {
            return (0, if self.keeps() { piece } else { &[] });
        };
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
}

fn next_bit(kept: u64, asked: &mut u32) -> bool {
    let bit = kept.checked_shr(*asked).unwrap_or(0) & 1;
    *asked += 1;
    bit == 1
}
