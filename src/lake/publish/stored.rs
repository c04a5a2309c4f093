//! The rows of sealed segments.

use crate::Result;
use crate::lake::parquet::{FileRows, RowKey};
use crate::store::{LakeFate, LakeRules, SealedSegment, Snapshot};

/// The identity of an event of a snapshot.
pub(in crate::lake) fn key_of(snapshot: &Snapshot, seq: u64) -> RowKey {
    RowKey { epoch: snapshot.epoch_of(seq), seq }
}

/// All rows of a segment, whatever the lake does with them.
pub(in crate::lake) fn stored_rows(
    snapshot: &Snapshot,
    segment: &SealedSegment,
) -> Result<FileRows> {
    let mut rows = FileRows::default();
    for seq in segment.seqs()? {
        rows.insert(key_of(snapshot, seq));
    }
    Ok(rows)
}

/// A text that tells a set of expired rows of a segment from others: how many, and their sum.
pub(super) fn expired_mark(rows: &FileRows) -> String {
    let sum = rows.keys().fold(0_u64, |sum, key| sum.wrapping_add(key.seq));
    format!("{}:{sum}", rows.len())
}

/// The rows of a segment that the lake no longer keeps.
pub(super) fn expired_rows(
    snapshot: &Snapshot,
    segment: &SealedSegment,
    rules: &LakeRules,
) -> Result<FileRows> {
    let mut rows = FileRows::default();
    if rules.keeps_all_from(segment.oldest()) {
        return Ok(rows);
    }
    segment.for_each(|stored| {
        if rules.fate(&stored) == LakeFate::Expired {
            rows.insert(key_of(snapshot, stored.seq));
        }
        Ok(())
    })?;
    Ok(rows)
}
