//! A store from a table.

use super::delta::{AddFile, DeltaLog, TableState};
use super::objects::Patient;
use super::parquet::{FileRows, each_key, read_error};
use super::publish::{StoreNames, TAG_STORE, each_row, object, whole_path};
use super::schema::CLASS;
use crate::store::{LakeOrigin, LakeState, Restoration, RestoreReport, StoreBuilder};
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// Makes a store of the rows that one store has in a table, byte for byte the same events, in a
/// folder that is not there or empty. It has a name of its own in tables, and goes on behind the
/// highest `seq`.
///
/// `store_id` may be left out where the table has the rows of one store only. Cost: reads all
/// files of the store; memory for the largest.
///
/// # Errors
/// [`Error::Invalid`] where there is no table, no such store or more than one, or the folder is
/// not empty; [`Error::Corrupt`] for a file that is missing or damaged, or a row that is there
/// twice; [`Error::Io`]. No store is left then.
pub fn restore(
    objects: &Patient,
    store_id: Option<&str>,
    builder: &StoreBuilder,
    dir: &Path,
) -> Result<RestoreReport> {
    let log = DeltaLog::open(objects)?;
    let state = log.state();
    let Some(metadata) = &state.metadata else {
        return Err(Error::invalid("table", format!("{} is none", objects.url())));
    };
    super::publish::table_columns(state)?;
    let store_id = chosen(objects, state, store_id)?;
    let mut restoration = builder.restore(dir)?;
    let names = StoreNames { id: store_id.clone(), before: None };
    let mut seen = FileRows::default();
    for file in state.files.values().filter(|file| names.may_be_in(file)) {
        add_file(objects, file, &names, (&mut seen, &mut restoration))?;
    }
    let table = metadata.id.clone();
    let memory = LakeState {
        store_id: Some(format!("{:016x}", restoration.random_id())),
        origin: Some(LakeOrigin { table, store_id, adopted: false }),
        ..LakeState::default()
    };
    restoration.finish(&memory)
}

fn add_file(
    objects: &Patient,
    file: &AddFile,
    names: &StoreNames,
    (seen, restoration): (&mut FileRows, &mut Restoration),
) -> Result<()> {
    let path = whole_path(objects, file);
    let mut events = Vec::new();
    let mut rows = 0;
    each_row(objects, file, |store, key, stored| {
        rows += 1;
        if !names.has(store) {
            return Ok(());
        }
        if key.seq != stored.seq {
            return Err(read_error(&path, &format!("seq {} with the event of another", key.seq)));
        }
        if !seen.insert(key) {
            return Err(read_error(&path, &format!("seq {} a second time", key.seq)));
        }
        events.push((key.epoch, stored));
        Ok(())
    })?;
    if let Some(told) = file.rows().filter(|told| *told != rows) {
        return Err(read_error(&path, &format!("{rows} rows where the log says {told}")));
    }
    let class = file.partition_values.get(CLASS).cloned().flatten().unwrap_or_default();
    restoration.add(&class, events)
}

/// The store to restore: the one that is asked for, or the only one.
fn chosen(objects: &Patient, state: &TableState, asked: Option<&str>) -> Result<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for file in state.files.values() {
        match file.tag(TAG_STORE) {
            Some(store) => {
                found.insert(store.to_owned());
            }
            None => {
                let bytes = object(objects, file)?;
                each_key(&whole_path(objects, file), &bytes, |store, _| {
                    if !found.contains(store) {
                        found.insert(store.to_owned());
                    }
                })?;
            }
        }
    }
    let wrong = |problem: String| Err(Error::invalid("store-id", problem));
    let names: Vec<&str> = found.iter().map(String::as_str).collect();
    match (asked, names.as_slice()) {
        (Some(asked), names) if names.contains(&asked) => Ok(asked.to_owned()),
        (Some(asked), _) => wrong(format!("the table has no rows of {asked}")),
        (None, [only]) => Ok((*only).to_owned()),
        (None, []) => wrong("the table has no rows".into()),
        (None, several) => wrong(format!("the table has several stores: {}", several.join(", "))),
    }
}
