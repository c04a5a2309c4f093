//! Every published row against the store, and what the log says of the files with them.

mod check;
mod rows;

use super::delta::{DeltaLog, TableState};
use super::objects::Patient;
use super::publish::{StoreNames, own_files, table_columns, was_made_here};
use crate::store::{LakeState, LakeTable, Snapshot};
use crate::{Error, Result};
use check::Check;
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

    fn note(&mut self, problem: impl FnOnce() -> String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem());
        }
    }
}

/// Compares every row of the store in the table with the store, the store's published rows with
/// the table, and the log with the files. Files that the log gives to another store are not read.
/// Cost: reads all files of the store, and looks each row up.
///
/// A publication that ends meanwhile may be taken for a difference: then `memory` is not the same
/// any more, and one looks again.
///
/// # Errors
/// As [`status`](super::status); damage of files is in the report.
pub fn verify(
    objects: &Patient,
    memory: &LakeState,
    snapshot: &Snapshot,
) -> Result<LakeVerifyReport> {
    let log = DeltaLog::open(objects)?;
    let state = log.state();
    let Some(metadata) = &state.metadata else {
        return Err(Error::invalid("table", format!("{} is none", objects.url())));
    };
    let mut report = LakeVerifyReport::default();
    let Some(names) = StoreNames::of(memory, &metadata.id) else { return Ok(report) };
    let sealed = snapshot.sealed()?;
    let known = memory.tables.get(&metadata.id).cloned().unwrap_or_default();
    check_number(state, &names, &known, &mut report);
    let columns = table_columns(state)?;
    let mut check = Check::new((objects, snapshot), (&names, &known), &sealed, &columns, state);
    for file in own_files(state, &names) {
        check.file(&file.add, &mut report)?;
    }
    check.store(&mut report)?;
    Ok(report)
}

/// The commits of the store in the table are those that its publisher knows of.
fn check_number(
    state: &TableState,
    names: &StoreNames,
    known: &LakeTable,
    report: &mut LakeVerifyReport,
) {
    if !was_made_here(state, names, known) {
        let (id, number) = (&names.id, state.txn(&names.id));
        report.misnoted += 1;
        report.note(|| {
            let here = known.version;
            format!("log: txn of {id}: commit {number} where the last one made here is {here}")
        });
    }
}
