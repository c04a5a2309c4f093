//! What publishing needs of a store before there is something to publish.

use crate::store::{SealedSegment, Store, StoreBuilder, StoreReader};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;

/// The name of a store in tables, made of the id of the segment with its first events: copies of a
/// store have the same, whichever publishes first.
pub(super) fn store_id_of<'s>(segments: impl Iterator<Item = &'s SealedSegment>) -> Option<String> {
    let first =
        segments.map(SealedSegment::summary).min_by_key(|one| (one.first_seq, one.id.clone()))?;
    let digest = Sha256::digest(format!("annals store {}", first.id));
    Some(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Seals the store in a folder if its oldest unsealed event was recorded so long ago and nobody
/// else has it open for writing; tells whether it did.
///
/// # Errors
/// What stands in the way of opening or sealing, but for another writer.
pub fn seal_when_old(
    builder: &StoreBuilder,
    dir: &Path,
    reader: &StoreReader,
    after: Duration,
) -> Result<bool> {
    let snapshot = reader.snapshot();
    let Some(since) = snapshot.unsealed_since() else { return Ok(false) };
    let after = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
    if snapshot.now().0.saturating_sub(since.0) < after {
        return Ok(false);
    }
    let store: Store = match builder.clone().create(false).open(dir) {
        Err(Error::Locked { .. }) => return Ok(false),
        opened => opened?,
    };
    store.seal()?;
    store.close()?;
    Ok(true)
}
