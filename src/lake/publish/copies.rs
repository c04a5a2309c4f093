//! Rows that are in a file of the table and no longer in a segment, or among those of others.

use super::own::{StoreNames, object, whole_path};
use crate::Result;
use crate::event::StoredEvent;
use crate::lake::delta::AddFile;
use crate::lake::objects::Patient;
use crate::lake::parquet::{FileRows, RowKey, each_batch, keys_of, stored_of, texts_of};
use crate::lake::schema::{EPOCH, EVENT, SEQ, STORE_ID};
use crate::store::{LakeFate, LakeRules};

/// Gives every row of a file, with the name of its store.
///
/// # Errors
/// [`crate::Error::Corrupt`] for a file that is missing or damaged, [`crate::Error::Io`]; what
/// `each` says.
pub(in crate::lake) fn each_row(
    objects: &Patient,
    file: &AddFile,
    mut each: impl FnMut(&str, RowKey, StoredEvent) -> Result<()>,
) -> Result<()> {
    let path = whole_path(objects, file);
    let bytes = object(objects, file)?;
    each_batch(&path, &bytes, Some(&[STORE_ID, EPOCH, SEQ, EVENT]), |batch| {
        let events = texts_of(&path, &batch, EVENT)?;
        for ((store, key), text) in keys_of(&path, &batch)?.into_iter().zip(events) {
            each(&store, key, stored_of(&path, text.unwrap_or_default())?)?;
        }
        Ok(())
    })
}

/// Whether some rows of a file, which are in no segment any more, have some that are not past
/// their time: those no sweep has dropped.
pub(super) fn has_young(
    objects: &Patient,
    file: &AddFile,
    (names, rules): (&StoreNames, &LakeRules),
    gone: &FileRows,
) -> Result<bool> {
    let mut found = false;
    if !gone.is_empty() {
        each_row(objects, file, |store, key, stored| {
            found |= names.has(store) && gone.contains(key) && !rules.is_gone(&stored);
            Ok(())
        })?;
    }
    Ok(found)
}

/// Which of some rows of a file, which are in no segment any more, the lake still keeps: those
/// of classes that it keeps for longer than the store; and whether others of these classes are
/// past their time.
pub(super) fn outliving(
    objects: &Patient,
    file: &AddFile,
    (names, rules): (&StoreNames, &LakeRules),
    gone: &FileRows,
) -> Result<(FileRows, bool)> {
    let (mut kept, mut has_expired) = (FileRows::default(), false);
    if gone.is_empty() || !rules.outlives_store() {
        return Ok((kept, has_expired));
    }
    each_row(objects, file, |store, key, stored| {
        let is_ours = names.has(store) && gone.contains(key);
        if is_ours && rules.outlives(&stored) {
            match rules.fate(&stored) {
                LakeFate::Expired => has_expired = true,
                _ => drop(kept.insert(key)),
            }
        }
        Ok(())
    })?;
    Ok((kept, has_expired))
}
