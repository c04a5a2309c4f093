//! How far a table is behind its store.

use super::delta::DeltaLog;
use super::objects::Patient;
use super::publish::{ReadRows, StoreNames, own_files};
use crate::Result;
use crate::event::{Timestamp, format_instant};
use crate::store::{LakeState, SealedSegment, Snapshot};
use serde::Serialize;

/// What a table has of a store, and what it lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LakeStatus {
    /// The name of the store in tables; `None` before its first publication.
    pub store_id: Option<String>,
    /// The version of the table; `None`: there is no table.
    pub version: Option<u64>,
    /// Rows of the store in it.
    pub rows: u64,
    /// Files with them.
    pub files: u64,
    /// The segment with the highest sequences that was published.
    pub last_published: Option<String>,
    /// When the last commit of the store was made, RFC 3339.
    pub last_published_at: Option<String>,
    /// Sealed segments that were not published yet.
    pub lag_segments: u64,
    /// Seconds since the oldest event in them was recorded; 0 if there are none.
    pub lag_seconds: u64,
    /// Whether there are events that are in no segment yet.
    pub unsealed: bool,
}

/// Looks at the table of a store. Cost: the log; the rows of files that others wrote anew.
///
/// # Errors
/// As [`Publisher::publish`](super::Publisher::publish) for the table; damaged segments.
pub fn status(objects: &Patient, memory: &LakeState, snapshot: &Snapshot) -> Result<LakeStatus> {
    let log = DeltaLog::open(objects)?;
    let state = log.state();
    let table = state.metadata.as_ref().map(|metadata| metadata.id.as_str()).unwrap_or_default();
    let mut status = LakeStatus {
        store_id: memory.store_id.clone(),
        version: state.version,
        unsealed: snapshot.unsealed_since().is_some(),
        ..LakeStatus::default()
    };
    if let Some(names) = StoreNames::of(memory, table) {
        let mut read = ReadRows::default();
        for file in own_files(state, &names) {
            let rows = match file.add.rows().filter(|_| !file.is_mixed) {
                Some(rows) => rows,
                None => read.of(objects, &file.add, &names)?.len(),
            };
            status.rows += rows;
            status.files += u64::from(rows > 0);
        }
        let at = state.txns.get(&names.id).and_then(|txn| txn.at);
        status.last_published_at =
            at.map(|ms| format_instant(Timestamp(ms.saturating_mul(1000)), 0));
    }
    let published = memory.tables.get(table).map(|table| table.published.as_slice());
    let is_published = |id: &String| published.unwrap_or_default().contains(id);
    let sealed = snapshot.sealed()?;
    let (known, waiting): (Vec<&SealedSegment>, Vec<_>) =
        sealed.iter().partition(|one| is_published(&one.summary().id));
    let known = known.into_iter().map(SealedSegment::summary);
    status.last_published = known.max_by_key(|one| one.last_seq).map(|one| one.id);
    status.lag_segments = waiting.len() as u64;
    let mut oldest = None;
    for segment in waiting {
        let recorded = Some(segment.recorded_first()?);
        oldest = oldest.map_or(recorded, |known: Timestamp| Some(known).min(recorded));
    }
    let age = oldest.map_or(0, |oldest| snapshot.now().0.saturating_sub(oldest.0));
    status.lag_seconds = u64::try_from(age / 1_000_000).unwrap_or(0);
    Ok(status)
}
