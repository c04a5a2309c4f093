//! The working parts of a store that is open for writing, and which lock guards which.
//!
//! Order of the locks: `upkeep`, then `writer`. Only the holder of `upkeep` seals, compacts,
//! forgets or touches the manifest; only the holder of `writer` appends or publishes a view.

use super::group::CommitGroup;
use super::signal::Signal;
use super::writer::Writer;
use crate::event::{Event, Timestamp};
use crate::io::LockGuard;
use crate::segment::SegmentId;
use crate::store::aliases::live::{HeldAliases, LiveAliases};
use crate::store::folder::files;
use crate::store::folder::paths::{SegmentPath, StorePaths};
use crate::store::manifest::Manifest;
use crate::store::manifest::state::{Listed, LogFile, ManifestEdit};
use crate::store::options::Options;
use crate::store::report::Receipt;
use crate::store::report::SegmentSummary;
use crate::store::settings::live::LiveSettings;
use crate::store::settings::load::LoadedSettings;
use crate::store::threads::lock;
use crate::store::view::live::{DeferredUnlink, LiveSegment};
use crate::store::view::publication::Notifier;
use crate::store::view::snapshot::{Snapshot, View};
use crate::{Error, Result};
use arc_swap::ArcSwap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What readers and writers of a store share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) paths: StorePaths,
    pub(crate) options: Options,
    pub(crate) view: ArcSwap<View>,
    pub(crate) settings: LiveSettings,
    pub(crate) aliases: Arc<LiveAliases>,
    pub(crate) notifier: Arc<Notifier>,
    pub(crate) unlinks: Arc<DeferredUnlink>,
}

impl Core {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.options.clock.now_micros())
    }

    /// Lets readers see `view`, and wakes those who wait for something to see.
    pub(crate) fn publish(&self, view: View) {
        self.view.store(Arc::new(view));
        self.notifier.announce();
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Arc<LoadedSettings> {
        self.settings.current(&self.options.disk, &self.paths)
    }

    /// The settings by which events may be dropped.
    ///
    /// # Errors
    /// What is wrong with the file of the settings: those that somebody is about to change drop
    /// nothing.
    pub(crate) fn sound_settings(&self) -> Result<Arc<LoadedSettings>> {
        let problem = self.settings_problem();
        problem.map_or_else(|| Ok(self.settings()), Err)
    }

    /// Why the files of the settings, as they are now, are not in force.
    pub(crate) fn settings_problem(&self) -> Option<Error> {
        self.settings.problem(&self.options.disk, &self.paths)
    }

    /// The live segments, oldest first.
    pub(crate) fn segments(&self) -> Vec<SegmentSummary> {
        let view = self.view.load();
        view.segments.live().iter().map(|segment| segment.summary()).collect()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let aliases = Arc::new(HeldAliases::new(&self.aliases));
        Snapshot::new(self.view.load_full(), self.settings(), aliases, self.now())
    }

    pub(crate) fn random_id(&self) -> u64 {
        random_id(&self.options)
    }

    pub(crate) fn hold_segment(&self, listed: Listed) -> Result<LiveSegment> {
        let access = self.options.access;
        LiveSegment::hold(&self.unlinks, &self.paths, access, listed)
    }
}

/// A random id; never 0, which is what unwritten bytes look like.
pub(crate) fn random_id(options: &Options) -> u64 {
    let mut bytes = [0; 8];
    options.random.fill(&mut bytes);
    u64::from_le_bytes(bytes).max(1)
}

/// A store that is open for writing.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) core: Core,
    pub(crate) group: CommitGroup<Vec<Event>, Result<Vec<Receipt>>>,
    pub(crate) upkeep: Mutex<Maintenance>,
    pub(crate) writer: Mutex<Writer>,
    pub(crate) signal: Signal,
    /// Released when the store is closed, by who holds `upkeep`: then another process may write it.
    pub(crate) lock: Mutex<Option<Box<dyn LockGuard>>>,
}

/// What only one thread at a time may change: files and the manifest that lists them.
#[derive(Debug)]
pub(crate) struct Maintenance {
    pub(crate) manifest: Manifest,
    /// Folders whose names are durable.
    pub(crate) folders: BTreeSet<PathBuf>,
    /// Accounted bytes of the tails when the last inline seal failed; 0: it did not.
    pub(crate) failed_at: usize,
    /// Segments that could not be merged because they are damaged: they are left alone.
    pub(crate) unreadable: BTreeSet<SegmentId>,
    /// Logs that are no longer listed, and not durably gone.
    pub(crate) sealed_logs: Vec<LogFile>,
}

impl Maintenance {
    pub(crate) fn new(manifest: Manifest) -> Maintenance {
        Maintenance {
            manifest,
            folders: BTreeSet::new(),
            failed_at: 0,
            unreadable: BTreeSet::new(),
            sealed_logs: Vec::new(),
        }
    }

    /// Removes the logs that are sealed and no longer listed.
    ///
    /// Durability: on `Ok` they are gone also after a power loss.
    pub(crate) fn remove_sealed_logs(&mut self, core: &Core) -> Result<()> {
        if self.sealed_logs.is_empty() {
            return Ok(());
        }
        for log in &self.sealed_logs {
            files::remove(&core.options.disk, &core.paths.log(log.number))?;
        }
        files::sync_folder(&core.options.disk, &core.paths.logs())?;
        self.sealed_logs.clear();
        Ok(())
    }

    /// Commits an edit, and with it what has been unlinked since the last one.
    pub(crate) fn commit(&mut self, core: &Core, mut edit: Vec<ManifestEdit>) -> Result<()> {
        let gone = core.unlinks.take_gone();
        edit.extend(self.clear(core, gone)?);
        self.manifest.commit(&edit, &*core.options.random)
    }

    /// The changes that clear doomed segments whose files are gone, once that is durable.
    pub(crate) fn clear(
        &mut self,
        core: &Core,
        gone: Vec<SegmentPath>,
    ) -> Result<Vec<ManifestEdit>> {
        let folder = |place| core.paths.segment_folder(place);
        let folders: BTreeSet<PathBuf> = gone.iter().map(folder).collect();
        for path in folders {
            match files::sync_folder(&core.options.disk, &path) {
                Err(error) if !files::is_missing(&error) => return Err(error),
                _ => {}
            }
            // Succeeds only if it is empty; a segment that comes later creates it again.
            if core.options.disk.remove_dir(&path).is_ok() {
                self.folders.remove(&path);
            }
        }
        Ok(gone.iter().map(|place| ManifestEdit::Clear(place.id)).collect())
    }

    /// Sees to it that the folder of a segment is there, durably.
    pub(crate) fn folder_for(&mut self, core: &Core, place: &SegmentPath) -> Result<PathBuf> {
        let folder = core.paths.segment_folder(place);
        if !self.folders.contains(&folder) {
            files::create_folders(&core.options.disk, core.paths.root(), &folder)?;
            self.folders.insert(folder.clone());
        }
        Ok(folder)
    }
}

impl Engine {
    /// Whether the store may be another's by now; whoever waits for a ticket still has the engine.
    /// To be asked under `upkeep` by all that change files.
    pub(crate) fn is_closed(&self) -> bool {
        lock(&self.lock).is_none()
    }

    /// Shows readers what the writer has; everything in it is durable, or durability is buffered.
    pub(crate) fn publish(&self, writer: &Writer) {
        self.core.publish(writer.view());
    }

    /// Shows readers the writer's segments. Of the tails they see what they saw, without the
    /// `sealed` oldest: what was pushed since but could not be synced stays unseen.
    pub(crate) fn publish_segments(&self, writer: &Writer, sealed: usize) {
        let view = self.core.view.load();
        self.core.publish(View {
            segments: Arc::clone(&writer.segments),
            tails: view.tails.iter().skip(sealed).cloned().collect(),
            epochs: Arc::clone(&view.epochs),
            last_sweep: writer.last_sweep,
            ..**view
        });
    }

    /// Puts segments in the place of others that the manifest no longer lists.
    pub(crate) fn replace_segments(
        &self,
        removed: &[Arc<LiveSegment>],
        added: Vec<Arc<LiveSegment>>,
    ) {
        for segment in removed {
            segment.mark_dropped();
        }
        let mut writer = lock(&self.writer);
        writer.segments = Arc::new(writer.segments.replaced(removed, added));
        self.publish_segments(&writer, 0);
    }
}
