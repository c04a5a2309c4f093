//! Every published row against the store, and what the log says of the files with them.

mod check;
mod report;
mod rows;

pub use report::LakeVerifyReport;

use super::delta::{DeltaLog, TableState};
use super::objects::Patient;
use super::publish::{StoreNames, own_files, table_columns, was_made_here};
use crate::store::{LakeState, LakeTable, Snapshot};
use crate::{Error, Result};
use check::Check;

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
