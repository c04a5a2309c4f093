//! Deleting the files that no version of the table names any more, or none ever did.

use super::delta::DeltaLog;
use super::objects::{FoundObject, Patient};
use crate::Result;
use crate::event::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a vacuum deleted, or would delete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VacuumReport {
    /// Nothing was deleted.
    pub dry_run: bool,
    /// Files deleted.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that went out of the table, or that no commit names, and are not old enough.
    pub files_kept: u64,
}

/// Deletes the files that have been out of the table for longer than `older`, and those that no
/// commit names and that were written longer ago. Readers of versions that old find them no more.
///
/// # Errors
/// [`crate::Error::Invalid`] where there is no table or one that is not known here;
/// [`crate::Error::Io`]: what was deleted is deleted, and a further call deletes the rest.
pub fn vacuum(
    objects: &Patient,
    older: Duration,
    now: Timestamp,
    dry_run: bool,
) -> Result<VacuumReport> {
    // The listing comes first: a file that a commit names in between is then known to the log.
    let found = objects.list("", None)?;
    let log = DeltaLog::open(objects)?;
    let state = log.state();
    if state.version.is_none() {
        return Err(crate::Error::invalid("table", format!("{} is none", objects.url())));
    }
    let live: BTreeSet<String> = state.files.values().map(|file| file.object()).collect();
    let older = i64::try_from(older.as_micros()).unwrap_or(i64::MAX);
    let border = now.0.saturating_sub(older);
    let mut report = VacuumReport { dry_run, ..VacuumReport::default() };
    for object in found.iter().filter(|object| is_data(object) && !live.contains(&object.path)) {
        let since = match state.removed_at(&object.path) {
            Some(ms) => ms.saturating_mul(1000),
            None => object.modified,
        };
        if since > border {
            report.files_kept += 1;
            continue;
        }
        if !dry_run {
            objects.remove(&object.path)?;
        }
        report.files += 1;
        report.bytes += object.len;
    }
    Ok(report)
}

/// Whether an object is a file of the table: not of its log, and of nothing that others hide.
fn is_data(object: &FoundObject) -> bool {
    let is_hidden = |part: &str| part.starts_with(['_', '.']);
    object.path.ends_with(".parquet") && !object.path.split('/').any(is_hidden)
}
