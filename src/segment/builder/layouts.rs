//! The layouts of the rows of a segment, and the columns that each leads to.

use crate::json::{Layouts, Token};

/// The layouts of the rows so far.
#[derive(Debug, Default)]
pub(super) struct RowLayouts {
    pub(super) layouts: Layouts<RowLayout>,
    /// The values of the row being added.
    pub(super) tokens: Vec<Token>,
}

/// What the rows of one layout have in common.
#[derive(Debug)]
pub(super) struct RowLayout {
    pub(super) shape: u32,
    /// The column of each value; none for `occurred_at`.
    pub(super) columns: Vec<u32>,
    /// Lengths of runs with their columns.
    pub(super) lengths: Vec<(u32, u32)>,
    pub(super) places: Places,
}

/// Which values are what; `NO_COLUMN` where there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    pub(super) time: u32,
    pub(super) retention: [u32; 3],
}
