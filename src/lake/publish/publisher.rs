//! The publisher of one store to one table.

use super::own::{ReadRows, StoreNames, own_files, was_made_here};
use super::plan::{Look, Step};
use super::seal::store_id_of;
use super::step::{MadeStep, Workshop};
use crate::lake::delta::{Action, Commit, DeltaLog, MetaData, Protocol, StoreTxn, TableState};
use crate::lake::objects::Patient;
use crate::lake::schema::{
    CLASS, ExtraColumn, MARK, TableColumn, columns, delta_schema, extras_of, with_extras,
};
use crate::store::{LakeFolder, LakeRules, LakeState, LakeTable, SealedSegment, Snapshot};
use crate::{Error, Result};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How often a plan is made anew because others changed what it was made from.
const PLANS: usize = 32;

/// How a store is published.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PublishOptions {
    /// Also what is past its `visible_for`.
    pub include_hidden: bool,
    /// Take over the rows of the store from which this one was restored, or those that a copy of
    /// this store has published since.
    pub adopt: bool,
    /// Columns that the table gets beside those that it has.
    pub columns: Vec<ExtraColumn>,
}

/// What one publication did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublishReport {
    /// The version of the table when it was done.
    pub version: u64,
    /// Commits of this store.
    pub commits: u64,
    /// Files that came.
    pub files_added: u64,
    /// Files that went; they are still there for readers of earlier versions.
    pub files_removed: u64,
    /// Rows in the files that came.
    pub rows_added: u64,
    /// Rows of this store in the files that went.
    pub rows_removed: u64,
    /// Rows of segments written now that were left out, as hidden or past their time.
    pub rows_held: u64,
}

/// Publishes one store to one table. It keeps what it has read of the table, so that a later
/// publication reads only what is new.
#[derive(Debug)]
pub struct Publisher {
    objects: Patient,
    folder: LakeFolder,
    options: PublishOptions,
    log: Option<DeltaLog>,
    read: ReadRows,
    /// Segments of which nothing is to be written, by the rules of the last publication.
    empty: Vec<String>,
    rules: Option<LakeRules>,
}

/// What the store is called, and in which table it is.
struct Standing {
    names: StoreNames,
    table: String,
    /// An epoch has begun since the last publication, as after a repair.
    is_suspect: bool,
}

impl Publisher {
    /// A publisher that holds the right to publish its store.
    pub fn new(objects: Patient, folder: LakeFolder, options: PublishOptions) -> Publisher {
        let (log, read, empty) = (None, ReadRows::default(), Vec::new());
        Publisher { objects, folder, options, log, read, empty, rules: None }
    }

    /// Brings the table to what the snapshot has sealed.
    ///
    /// Durability: on `Ok` all of it is in the table. After an error or a crash any part of it is,
    /// each row once; the next call does the rest.
    ///
    /// # Errors
    /// [`Error::Locked`] when another copy of the store has published, [`Error::Invalid`] for a
    /// table that is none of ours, has a protocol that is not known here, or may not be changed,
    /// and for a store that has lost events since which the table still has;
    /// [`Error::ClockJump`] when rows that only the table has would leave by a clock that is far
    /// ahead of the last sweep; [`Error::Corrupt`] for a damaged segment, log or file;
    /// [`Error::Io`].
    pub fn publish(&mut self, snapshot: &Snapshot) -> Result<PublishReport> {
        let mut log = match self.log.take() {
            Some(mut log) => {
                log.refresh()?;
                log
            }
            None => DeltaLog::open(&self.objects)?,
        };
        let report = self.publish_to(snapshot, &mut log)?;
        self.read.keep_only(log.state());
        self.log = Some(log);
        Ok(report)
    }

    fn publish_to(&mut self, snapshot: &Snapshot, log: &mut DeltaLog) -> Result<PublishReport> {
        let mut report = PublishReport::default();
        let live: BTreeMap<String, SealedSegment> =
            snapshot.sealed()?.into_iter().map(|one| (one.summary().id, one)).collect();
        let rules = snapshot.lake_rules();
        let aside = if self.options.adopt { Vec::new() } else { self.folder.aside()? };
        if !self.rules.as_ref().is_some_and(|before| before.are_those_of(&rules)) {
            self.empty.clear();
        }
        self.rules = Some(rules.clone());
        for _ in 0..PLANS {
            self.prepare(log)?;
            let Some(standing) = self.standing(snapshot, &live, log.state())? else {
                report.version = log.state().version.unwrap_or(0);
                return Ok(report);
            };
            let look = Look {
                snapshot,
                rules: &rules,
                live: &live,
                names: &standing.names,
                state: log.state(),
                objects: &self.objects,
                empty: &self.empty,
                include_hidden: self.options.include_hidden,
                is_suspect: standing.is_suspect,
                aside: &aside,
            };
            let steps = look.steps(&mut self.read)?;
            if self.take(&steps, (snapshot, &rules), &standing, log, &mut report)? {
                self.note_published(&standing.table, &live, (snapshot.epoch(), &rules))?;
                report.version = log.state().version.unwrap_or(0);
                return Ok(report);
            }
        }
        let problem = "others change the files of this store faster than it can follow";
        Err(Error::Locked { path: PathBuf::from(self.objects.url()), holder: problem.into() })
    }

    /// Makes the steps; `false` if others changed what they were made from.
    fn take(
        &mut self,
        steps: &[Step],
        (snapshot, rules): (&Snapshot, &LakeRules),
        standing: &Standing,
        log: &mut DeltaLog,
        report: &mut PublishReport,
    ) -> Result<bool> {
        for step in steps {
            let columns = table_columns(log.state())?;
            let workshop = Workshop {
                snapshot,
                rules,
                names: &standing.names,
                objects: &self.objects,
                columns: &columns,
                include_hidden: self.options.include_hidden,
                now: self.folder.now(),
            };
            let made = workshop.make(step, log.state())?;
            self.empty.extend(made.empty.iter().cloned());
            report.rows_held += made.rows_held;
            if made.actions.is_empty() {
                continue;
            }
            if !self.commit(&made, standing, log)? {
                return Ok(false);
            }
            report.commits += 1;
            report.files_added += made.files_added;
            report.files_removed += made.removed_paths.len() as u64;
            report.rows_added += made.rows_added;
            report.rows_removed += made.rows_removed;
        }
        Ok(true)
    }

    /// Commits a step as the next version that is free; `false` if it is no longer right.
    fn commit(&mut self, made: &MadeStep, standing: &Standing, log: &mut DeltaLog) -> Result<bool> {
        check_may_remove(log.state(), made)?;
        let before = Grounds::of(log.state(), &standing.names);
        let version = log.state().txn(&standing.names.id).saturating_add(1);
        let mark = format!("{:032x}", self.folder.random_bits());
        self.remember(&standing.table, |table| {
            table.pending = Some(mark.clone());
            table.settled = false;
        })?;
        let now_ms = self.folder.now().0.div_euclid(1000);
        let txn = |app_id: &str, version| {
            Action::Txn(StoreTxn { app_id: app_id.into(), version, last_updated: Some(now_ms) })
        };
        let mut actions = vec![
            Action::CommitInfo(json!({
                "timestamp": now_ms,
                "operation": "WRITE",
                "operationParameters": { "mode": "Append" },
                "engineInfo": concat!("annals ", env!("CARGO_PKG_VERSION")),
                MARK: mark,
            })),
            txn(&standing.names.id, version),
        ];
        // The store whose rows these were is not to publish them again.
        if let Some(before) = standing.names.before.as_deref()
            && !made.removed_paths.is_empty()
        {
            actions.push(txn(before, log.state().txn(before).saturating_add(1)));
        }
        actions.extend(made.actions.iter().cloned());
        while log.commit(&actions)? == Commit::Lost {
            if Grounds::of(log.state(), &standing.names) != before {
                return Ok(false);
            }
        }
        self.remember(&standing.table, |table| {
            table.version = version;
            table.pending = None;
        })?;
        Ok(true)
    }

    /// Sees to it that there is a table, that it is ours, and that it has the columns.
    fn prepare(&mut self, log: &mut DeltaLog) -> Result<()> {
        loop {
            let (state, wanted) = (log.state(), &self.options.columns);
            let Some(metadata) = &state.metadata else {
                if state.version.is_some() {
                    return Err(Error::invalid("table", "has a log without metadata"));
                }
                let actions = self.creation()?;
                log.commit(&actions)?;
                continue;
            };
            check_is_ours(metadata)?;
            let extras = extras_of(&metadata.schema_string)?;
            let merged = with_extras(&extras, wanted)?;
            if merged == extras {
                return Ok(());
            }
            let schema_string = delta_schema(&merged);
            log.commit(&[Action::MetaData(MetaData { schema_string, ..metadata.clone() })])?;
        }
    }

    /// The commit that makes the table.
    fn creation(&self) -> Result<Vec<Action>> {
        let extras = with_extras(&[], &self.options.columns)?;
        let now_ms = self.folder.now().0.div_euclid(1000);
        Ok(vec![
            Action::CommitInfo(json!({
                "timestamp": now_ms,
                "operation": "CREATE TABLE",
                "operationParameters": {},
                "engineInfo": concat!("annals ", env!("CARGO_PKG_VERSION")),
            })),
            Action::Protocol(Protocol::plain()),
            Action::MetaData(MetaData {
                id: uuid(self.folder.random_bits()),
                name: None,
                description: None,
                format: MetaData::parquet(),
                schema_string: delta_schema(&extras),
                partition_columns: vec![CLASS.to_owned()],
                configuration: BTreeMap::new(),
                created_time: Some(now_ms),
            }),
        ])
    }

    /// Who the store is in the table; `None` while it has nothing to be named by.
    ///
    /// # Errors
    /// [`Error::Locked`] when somebody else has published under its name.
    fn standing(
        &mut self,
        snapshot: &Snapshot,
        live: &BTreeMap<String, SealedSegment>,
        state: &TableState,
    ) -> Result<Option<Standing>> {
        let table = state.metadata.as_ref().map(|metadata| metadata.id.clone());
        let table = table.expect("prepared before");
        let mut memory = self.folder.state().clone();
        if memory.store_id.is_none() {
            memory.store_id = store_id_of(live.values());
        }
        self.adopt(&mut memory, &table)?;
        let Some(names) = StoreNames::of(&memory, &table) else { return Ok(None) };
        let known = memory.tables.entry(table.clone()).or_default();
        known.url = self.objects.url().to_owned();
        let version = state.txn(&names.id);
        if !was_made_here(state, &names, known) && !self.options.adopt {
            let holder = format!(
                "a copy of this store, which has published as {} since: it made commit {version}, \
                 this one knows of {}; --adopt takes over from it",
                names.id, known.version
            );
            return Err(Error::Locked { path: PathBuf::from(self.objects.url()), holder });
        }
        known.version = version;
        known.pending = None;
        let has_begun = ![0, snapshot.epoch()].contains(&known.epoch);
        let is_suspect = has_begun && !self.options.adopt;
        self.folder.write(memory)?;
        Ok(Some(Standing { names, table, is_suspect }))
    }

    /// Takes over the rows of the store from which this one was restored, if that is asked for.
    fn adopt(&self, memory: &mut LakeState, table: &str) -> Result<()> {
        let Some(origin) = memory.origin.as_mut().filter(|origin| origin.table == table) else {
            return Ok(());
        };
        origin.adopted |= self.options.adopt;
        if origin.adopted {
            return Ok(());
        }
        let problem = format!(
            "has the rows of {}, from which this store was restored; --adopt takes them over, \
             another table takes them anew",
            origin.store_id
        );
        Err(Error::invalid("table", problem))
    }

    fn note_published(
        &mut self,
        table: &str,
        live: &BTreeMap<String, SealedSegment>,
        (epoch, rules): (u64, &LakeRules),
    ) -> Result<()> {
        self.remember(table, |known| {
            known.published = live.keys().cloned().collect();
            known.epoch = epoch;
            known.settled = !rules.outlives_store();
        })
    }

    fn remember(&mut self, table: &str, change: impl FnOnce(&mut LakeTable)) -> Result<()> {
        let mut memory = self.folder.state().clone();
        change(memory.tables.entry(table.to_owned()).or_default());
        self.folder.write(memory)
    }
}

/// What a commit of a store is right for: as long as this is the same, others may commit.
#[derive(Debug, PartialEq)]
struct Grounds {
    metadata: Option<MetaData>,
    version: u64,
    files: BTreeSet<String>,
}

impl Grounds {
    fn of(state: &TableState, names: &StoreNames) -> Grounds {
        Grounds {
            metadata: state.metadata.clone(),
            version: state.txn(&names.id),
            files: own_files(state, names).into_iter().map(|file| file.add.path).collect(),
        }
    }
}

/// The columns of a table.
///
/// # Errors
/// [`Error::Invalid`] for the table of somebody else.
pub(in crate::lake) fn table_columns(state: &TableState) -> Result<Vec<TableColumn>> {
    let schema = state.metadata.as_ref().map_or("{}", |metadata| &metadata.schema_string);
    Ok(columns(&extras_of(schema)?))
}

fn check_is_ours(metadata: &MetaData) -> Result<()> {
    match metadata.partition_columns.as_slice() {
        [class] if class == CLASS => Ok(()),
        _ => Err(Error::invalid("table", "is none of annals: its partition is not `class` alone")),
    }
}

fn check_may_remove(state: &TableState, made: &MadeStep) -> Result<()> {
    let configuration = state.metadata.as_ref().map(|metadata| &metadata.configuration);
    let append_only = configuration.and_then(|it| it.get("delta.appendOnly").cloned().flatten());
    match append_only.as_deref() == Some("true") && !made.removed_paths.is_empty() {
        true => Err(Error::invalid("table", "is append-only (delta.appendOnly), and rows leave")),
        false => Ok(()),
    }
}

/// Random bits as a UUID of version 4.
fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let text = format!("{bits:032x}");
    let parts = [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_version_4() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
