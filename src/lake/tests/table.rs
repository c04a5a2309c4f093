//! A table as a reader sees it, version by version; and somebody else who writes to it.

use super::objects::MemoryObjects;
use crate::lake::delta::{Action, AddFile, TableState};
use crate::lake::objects::{Objects, PutAnswer};
use crate::lake::parquet::{ParquetFile, Row, RowKey, each_key};
use crate::lake::publish::{each_row, table_columns};
use crate::lake::schema::CLASS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A row, by the name of its store and its key there.
pub(super) type NamedKey = (String, RowKey);

fn log_path(version: u64) -> String {
    format!("_delta_log/{version:020}.json")
}

/// The actions of one version.
pub(super) fn actions(objects: &MemoryObjects, version: u64) -> Option<Vec<Action>> {
    let bytes = objects.get(&log_path(version)).expect("in memory")?;
    Some(Action::read_all(&bytes).expect("of ours"))
}

/// The state of the table at its last version.
pub(super) fn state(objects: &MemoryObjects) -> TableState {
    let mut state = TableState::default();
    while let Some(actions) = actions(objects, state.version.map_or(0, |last| last + 1)) {
        let version = state.version.map_or(0, |last| last + 1);
        state.apply(version, actions);
    }
    state
}

/// The rows of a file.
pub(super) fn rows_of(objects: &MemoryObjects, file: &AddFile) -> Vec<NamedKey> {
    let bytes = objects.get(&file.object()).expect("in memory").expect("the file is there");
    assert_eq!(bytes.len() as u64, file.size, "{}", file.path);
    let mut rows = Vec::new();
    each_key(Path::new(&file.path), &bytes, |store, key| rows.push((store.to_owned(), key)))
        .expect("a sound file");
    assert_eq!(file.rows(), Some(rows.len() as u64), "{}", file.path);
    rows
}

/// The rows of the table, at its last version.
pub(super) fn rows(objects: &MemoryObjects) -> BTreeSet<NamedKey> {
    all_rows(objects, &state(objects), &mut BTreeMap::new())
}

fn all_rows(
    objects: &MemoryObjects,
    state: &TableState,
    read: &mut BTreeMap<String, Vec<NamedKey>>,
) -> BTreeSet<NamedKey> {
    let mut rows = BTreeSet::new();
    for (path, file) in &state.files {
        let own = read.entry(path.clone()).or_insert_with(|| rows_of(objects, file));
        for row in own.iter() {
            assert!(rows.insert(row.clone()), "{row:?} twice in version {:?}", state.version);
        }
    }
    rows
}

/// Checks that no version from `from` on has a row twice, that commits without a change of data
/// change no rows, and that numbers of stores grow one by one.
pub(super) fn check_versions(objects: &MemoryObjects, from: u64) {
    let mut state = TableState::default();
    let mut read = BTreeMap::new();
    let mut before = BTreeSet::new();
    for version in 0.. {
        let Some(actions) = actions(objects, version) else { return };
        let known = state.txns.clone();
        let changes = actions.iter().any(|action| match action {
            Action::Add(file) => file.data_change,
            Action::Remove(file) => file.data_change,
            _ => false,
        });
        state.apply(version, actions);
        if version < from {
            continue;
        }
        let now = all_rows(objects, &state, &mut read);
        if version > from && !changes {
            assert_eq!(now, before, "version {version} says that it changes nothing");
        }
        before = now;
        for (store, txn) in &state.txns {
            let last = known.get(store).map_or(0, |txn| txn.version);
            assert!([last, last + 1].contains(&txn.version), "{store} at version {version}");
        }
    }
}

/// Merges all files of each partition into one, as `OPTIMIZE` of another program does.
pub(super) fn optimize(objects: &Arc<MemoryObjects>, name: &str) {
    let patient = crate::lake::objects::Patient::new(objects.clone(), "memory:///table");
    let state = state(objects);
    let columns = table_columns(&state).expect("ours");
    let mut classes: BTreeMap<String, Vec<&AddFile>> = BTreeMap::new();
    for file in state.files.values() {
        let class = file.partition_values[CLASS].clone().expect("a class");
        classes.entry(class).or_default().push(file);
    }
    let mut actions = Vec::new();
    for (class, files) in classes.into_iter().filter(|(_, files)| files.len() > 1) {
        let mut merged = ParquetFile::new(&columns, false).expect("a file");
        for file in &files {
            each_row(&patient, file, |store_id, key, stored| {
                let row = Row { store_id, epoch: key.epoch, stored: &stored };
                merged.push(row).expect("a row");
                Ok(())
            })
            .expect("a sound file");
            actions.push(Action::Remove(file.removed(0, false)));
        }
        let (bytes, facts) = merged.finish().expect("a file").expect("with rows");
        let path = format!("class={class}/part-{name}.parquet");
        let size = bytes.len() as u64;
        let put = objects.put_new(&path, bytes.into()).expect("in memory");
        assert_eq!(put, PutAnswer::Put);
        actions.push(Action::Add(AddFile {
            path,
            partition_values: BTreeMap::from([(CLASS.to_owned(), Some(class))]),
            size,
            modification_time: 0,
            data_change: false,
            stats: Some(format!("{{\"numRecords\":{}}}", facts.rows)),
            tags: None,
            deletion_vector: None,
        }));
    }
    commit(objects, &actions);
}

/// Adds a commit of somebody else.
pub(super) fn commit(objects: &MemoryObjects, actions: &[Action]) {
    let version = state(objects).version.map_or(0, |last| last + 1);
    let bytes = Action::print_all(actions);
    let put = objects.put_new(&log_path(version), bytes.into()).expect("in memory");
    assert_eq!(put, PutAnswer::Put);
}
