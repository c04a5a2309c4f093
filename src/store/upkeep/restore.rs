//! Restoring: a new store from events that were stored before, under the sequences and instants
//! that they had.

use crate::event::{StoredEvent, Timestamp};
use crate::io::LockGuard;
use crate::log::{LogHeader, LogWriter};
use crate::segment::{SegmentBuilder, SegmentId};
use crate::store::builder::StoreBuilder;
use crate::store::folder::days::Day;
use crate::store::folder::files;
use crate::store::folder::paths::{StorePaths, is_class_name};
use crate::store::lake::state::{self, LakeState};
use crate::store::manifest::epochs::EpochStart;
use crate::store::manifest::state::{Listed, LogFile, ManifestState};
use crate::store::manifest::write_whole;
use crate::store::open::writer::{sync_way, take_lock};
use crate::store::options::Options;
use crate::store::retention::policy::DEFAULT_CLASS;
use crate::store::settings::content::Settings;
use crate::store::settings::file;
use crate::store::write::engine::random_id;
use crate::store::write::runs::RunCutter;
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The number of the first log.
const LOG_NUMBER: u64 = 1;

/// A store that is being restored. Its manifest comes last: before it the folder holds no store,
/// and what was written goes when this is dropped.
#[derive(Debug)]
pub struct Restoration {
    options: Options,
    paths: StorePaths,
    state: ManifestState,
    /// The lowest sequence of each epoch.
    epochs: BTreeMap<u64, u64>,
    folders: BTreeSet<PathBuf>,
    /// What goes if there will be no store.
    written: Vec<PathBuf>,
    lock: Option<Box<dyn LockGuard>>,
    events: u64,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct RestoreReport {
    /// Events.
    pub events: u64,
    /// Segments.
    pub segments: u64,
    /// The highest `seq`; the store goes on behind it.
    pub last_seq: Option<u64>,
    /// The epoch of what the store gets from now on, which no other store has.
    pub epoch: u64,
}

impl StoreBuilder {
    /// Begins to restore a store in a folder that is not there or empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a folder with something in it, [`Error::Io`].
    pub fn restore(&self, dir: impl AsRef<Path>) -> Result<Restoration> {
        let (options, dir) = (self.options(), dir.as_ref());
        let disk = &options.disk;
        let paths = StorePaths::new(dir);
        if let Some(item) = files::list(disk, dir)?.first() {
            let problem = format!("{} is not empty: it holds {}", dir.display(), item.name);
            return Err(Error::invalid("store", problem));
        }
        disk.create_dir_all(dir).map_err(|error| Error::io("create", dir, error))?;
        let lock = Some(take_lock(&options, &paths)?);
        sync_way(&options, dir)?;
        Ok(Restoration {
            written: vec![paths.lock()],
            options,
            paths,
            state: ManifestState::default(),
            epochs: BTreeMap::new(),
            folders: BTreeSet::new(),
            lock,
            events: 0,
        })
    }
}

impl Restoration {
    /// Adds events of one class, each with the epoch of its `seq`, in any order. The caller sees to
    /// it that no `seq` comes twice. Cost: builds their segments, in memory.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn add(&mut self, class: &str, mut events: Vec<(u64, StoredEvent)>) -> Result<()> {
        let class = if is_class_name(class) { class } else { DEFAULT_CLASS };
        events.sort_by_key(|(_, stored)| (stored.event.occurred_at(), stored.seq));
        let mut cutter = RunCutter::new(None);
        let mut run: Vec<&StoredEvent> = Vec::new();
        for (epoch, stored) in &events {
            let lowest = self.epochs.entry(*epoch).or_insert(stored.seq);
            *lowest = (*lowest).min(stored.seq);
            let bytes = stored.event.canonical().len() as u64;
            if cutter.next_begins_segment(day_of(stored), bytes) {
                self.write_segment(class, &run)?;
                run.clear();
            }
            run.push(stored);
        }
        if run.is_empty() { Ok(()) } else { self.write_segment(class, &run) }
    }

    fn write_segment(&mut self, class: &str, run: &[&StoredEvent]) -> Result<()> {
        let id = SegmentId(random_id(&self.options));
        let mut builder = SegmentBuilder::new(id, class, Vec::new());
        for stored in run {
            let (at, canonical) = (stored.event.occurred_at(), stored.event.canonical());
            builder.push(stored.seq, stored.recorded_at, at, canonical)?;
            self.state.next_seq = self.state.next_seq.max(stored.seq.saturating_add(1));
            self.state.recorded_at = self.state.recorded_at.max(stored.recorded_at);
        }
        let (bytes, meta) = builder.finish()?;
        let first_day = run.iter().map(|stored| day_of(stored)).min();
        let listed = Listed::new(&meta, first_day.unwrap_or(Day::of(meta.min_time)));
        let disk = &self.options.disk;
        let place = listed.place();
        let (folder, path) = (self.paths.segment_folder(&place), self.paths.segment(&place));
        if self.folders.insert(folder.clone()) {
            files::create_folders(disk, self.paths.root(), &folder)?;
        }
        self.written.push(path.clone());
        files::create_synced(disk, &path, &bytes)?;
        disk.protect(&path).map_err(|error| Error::io("protect", &path, error))?;
        self.events += run.len() as u64;
        self.state.segments.insert(id, listed);
        Ok(())
    }

    /// 64 random bits of the random source of the store.
    pub fn random_id(&self) -> u64 {
        random_id(&self.options)
    }

    /// Makes the store of what was added, with settings that keep everything, and remembers what
    /// its publisher is to know.
    ///
    /// Durability: on `Ok` the store survives power loss; after an error there is none.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(mut self, memory: &LakeState) -> Result<RestoreReport> {
        let disk = self.options.disk.clone();
        self.folders.iter().try_for_each(|folder| files::sync_folder(&disk, folder))?;
        let first_seq = self.state.next_seq;
        let latest = self.epochs.keys().next_back().copied().unwrap_or(1);
        // As of a backup: neither the original nor another restored store comes to it.
        let epoch = latest.saturating_add(1 + (random_id(&self.options) >> 32));
        for (epoch, first_seq) in std::mem::take(&mut self.epochs) {
            self.state.epochs.begin(EpochStart { epoch, first_seq });
        }
        self.state.epochs.begin(EpochStart { epoch, first_seq });
        self.state.epoch = epoch;
        self.write_log(epoch, first_seq)?;
        self.written.extend([self.paths.settings(), self.paths.lake(), self.paths.manifest()]);
        file::create(&disk, &self.paths, &Settings::default())?;
        state::write(&disk, &self.paths, memory)?;
        let manifest = self.paths.manifest();
        drop(write_whole(&disk, &manifest, &*self.options.random, &self.state)?);
        self.written.clear();
        self.lock = None;
        Ok(RestoreReport {
            events: self.events,
            segments: self.state.segments.len() as u64,
            last_seq: (first_seq > 1).then(|| first_seq - 1),
            epoch,
        })
    }

    fn write_log(&mut self, epoch: u64, first_seq: u64) -> Result<()> {
        let (disk, logs) = (&self.options.disk, self.paths.logs());
        let id = random_id(&self.options);
        files::create_folders(disk, self.paths.root(), &logs)?;
        self.folders.insert(logs);
        let path = self.paths.log(LOG_NUMBER);
        self.written.push(path.clone());
        LogWriter::create(disk, &path, LogHeader { id, epoch, first_seq })?.close()?;
        self.state.logs = vec![LogFile { number: LOG_NUMBER, id, first_seq }];
        self.state.next_log = LOG_NUMBER + 1;
        Ok(())
    }
}

impl Drop for Restoration {
    /// Removes what is no store, as far as the disk allows.
    fn drop(&mut self) {
        let disk = &self.options.disk;
        if self.written.is_empty() {
            return;
        }
        self.lock = None;
        for path in self.written.iter().rev() {
            let _ = files::remove(disk, path);
        }
        let parents = self.folders.iter().flat_map(|folder| folder.ancestors());
        let own = parents.filter(|folder| folder.starts_with(self.paths.root()));
        let own: BTreeSet<&Path> = own.chain([self.paths.root()]).collect();
        for folder in own.into_iter().rev() {
            let _ = disk.remove_dir(folder);
        }
    }
}

/// The day that names the folder of an event.
fn day_of(stored: &StoredEvent) -> Day {
    let dated: Timestamp = stored.event.occurred_at().min(stored.recorded_at);
    Day::of(dated)
}
