//! What a verification found.

use serde::Serialize;

/// Problems that a report spells out.
const PROBLEMS_MAX: usize = 100;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LakeVerifyReport {
    /// Files with rows of the store.
    pub files: u64,
    /// Rows of the store in the table.
    pub rows: u64,
    /// Those that are what the store has, in every column.
    pub equal: u64,
    /// Rows that were published and are not in the table.
    pub missing: u64,
    /// Rows that the store does not have, and has not dropped for their age.
    pub extra: u64,
    /// Rows of which some column is not what the store has.
    pub changed: u64,
    /// Rows that are there more than once.
    pub twice: u64,
    /// Files that are missing, cannot be read, or are not those that were written.
    pub damaged: u64,
    /// What the log says and is not so: of a file its statistics or its class, and the number of
    /// the last commit of the store.
    pub misnoted: u64,
    /// Rows that the store has dropped for their age, and that leave with the next publication,
    /// or that the lake keeps for longer.
    pub older: u64,
    /// Sealed rows that wait for the next publication.
    pub waiting: u64,
    /// Rows that are held back, as hidden or past their time.
    pub held: u64,
    /// What is wrong, a line each; the first hundred.
    pub problems: Vec<String>,
}

impl LakeVerifyReport {
    /// Whether the table has what was published, and its log says so.
    pub fn is_sound(&self) -> bool {
        let rows = self.missing + self.extra + self.changed + self.twice;
        rows + self.damaged + self.misnoted == 0
    }

    pub(super) fn note(&mut self, problem: impl FnOnce() -> String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem());
        }
    }
}
