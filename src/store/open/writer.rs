//! Opening for writing: create or find the store, lock it, tidy it, replay its logs.

use super::cleanup::tidy;
use super::consistency::{check_complete, check_heads};
use super::recover::{Recovered, recover};
use crate::io::{Disk, LockGuard};
use crate::log::{LogWriter, SyncedHint};
use crate::store::aliases::live::LiveAliases;
use crate::store::folder::files;
use crate::store::folder::links::refuse_links;
use crate::store::folder::paths::StorePaths;
use crate::store::manifest::Manifest;
use crate::store::manifest::state::ManifestEdit;
use crate::store::options::{Durability, Options};
use crate::store::report::OpenReport;
use crate::store::settings::file;
use crate::store::settings::fresh::fresh;
use crate::store::settings::live::LiveSettings;
use crate::store::settings::load;
use crate::store::view::live::DeferredUnlink;
use crate::store::view::segments::SegmentSet;
use crate::store::view::snapshot::View;
use crate::store::write::admission::SkippedIds;
use crate::store::write::capture_log::read_captured;
use crate::store::write::derive::Deriver;
use crate::store::write::engine::{Core, Engine, Maintenance};
use crate::store::write::group::CommitGroup;
use crate::store::write::seal::begin_log;
use crate::store::write::signal::Signal;
use crate::store::write::writer::{OpenTail, Writer};
use crate::{Error, Result};
use arc_swap::ArcSwap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Opens a store for writing, creating it if it is not there and the options say so.
pub(crate) fn open_engine(root: &Path, options: Options) -> Result<(Engine, OpenReport)> {
    let paths = StorePaths::new(root);
    let disk = options.disk.clone();
    match options.create {
        true => create_root(&options, root)?,
        // Before the file of the lock is made in a folder that has nothing to do with it.
        false => check_there(&disk, &paths)?,
    }
    let lock = take_lock(&options, &paths)?;
    refuse_links(&disk, &paths)?;
    let manifest = open_or_create(&options, &paths)?;
    let core = new_core(paths, options)?;
    let mut upkeep = Maintenance::new(manifest);
    if upkeep.manifest.state().logs.is_empty() {
        // Durable before the first log is listed: where one is, this was done.
        files::create_folders(&disk, root, &core.paths.logs())?;
    }
    let moved_aside = tidy(&core, &mut upkeep)?;
    let (writer, report) = begin_writer(&core, &mut upkeep, moved_aside)?;
    core.publish(writer.view());
    let engine = Engine {
        core,
        group: CommitGroup::new(),
        upkeep: Mutex::new(upkeep),
        writer: Mutex::new(writer),
        signal: Signal::default(),
        lock: Mutex::new(Some(lock)),
    };
    Ok((engine, report))
}

/// The shared parts of a store, with nothing to see yet.
///
/// # Errors
/// What is wrong with the settings.
pub(crate) fn new_core(paths: StorePaths, options: Options) -> Result<Core> {
    let view = View {
        segments: Arc::new(SegmentSet::default()),
        tails: Vec::new(),
        last_seq: 0,
        epoch: 1,
        epochs: Arc::default(),
        last_sweep: None,
    };
    Ok(Core {
        unlinks: DeferredUnlink::new(&options.disk),
        settings: LiveSettings::open(&options.disk, &paths)?,
        aliases: LiveAliases::new(&options.disk, &paths),
        paths,
        options,
        view: ArcSwap::from_pointee(view),
        notifier: Arc::default(),
    })
}

fn create_root(options: &Options, root: &Path) -> Result<()> {
    let created = options.disk.create_dir_all(root);
    created.map_err(|error| Error::io("create", root, error))
}

/// Makes the way to a new store durable: an earlier try may have created any of the folders.
pub(crate) fn sync_way(options: &Options, root: &Path) -> Result<()> {
    use std::io::ErrorKind::{InvalidInput, PermissionDenied, ReadOnlyFilesystem, Unsupported};
    for folder in root.ancestors().skip(1) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        match options.disk.sync_dir(folder) {
            Ok(()) => {}
            // A folder that may not even be opened was not created by us.
            Err(error)
                if matches!(
                    error.kind(),
                    InvalidInput | PermissionDenied | ReadOnlyFilesystem | Unsupported
                ) => {}
            Err(error) => return Err(Error::io("sync", folder, error)),
        }
    }
    Ok(())
}

/// Takes the lock of the writer.
pub(crate) fn take_lock(options: &Options, paths: &StorePaths) -> Result<Box<dyn LockGuard>> {
    const HOLDER_BYTES_MAX: u64 = 4096;
    let path = paths.lock();
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(paths),
        _ => Error::io("lock", &path, error),
    };
    if let Some(guard) = options.disk.lock(&path).map_err(failed)? {
        return Ok(guard);
    }
    let text = files::read_whole(&options.disk, &path, HOLDER_BYTES_MAX).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).trim().to_string();
    let holder = if text.is_empty() { "another process".into() } else { text };
    Err(Error::Locked { path, holder })
}

/// The error for a folder without a store.
pub(crate) fn missing(paths: &StorePaths) -> Error {
    Error::Missing { path: paths.root().to_path_buf() }
}

/// The error for a folder without a manifest, which comes first in the life of a store: without it
/// there can be no event, unless it was lost.
pub(crate) fn no_manifest(disk: &Disk, paths: &StorePaths) -> Error {
    for folder in [paths.logs(), paths.segments()] {
        let items = disk.list(&folder).unwrap_or_default();
        if let Some(item) = items.first() {
            let (path, got) = (paths.manifest(), format!("none, but {}", item.name));
            return Error::corrupt(&path, 0, "manifest", "a manifest", got);
        }
    }
    missing(paths)
}

/// Fails when a folder holds nothing of a store.
pub(crate) fn check_there(disk: &Disk, paths: &StorePaths) -> Result<()> {
    match files::len(disk, &paths.manifest()) {
        Err(error) if files::is_missing(&error) => match no_manifest(disk, paths) {
            Error::Corrupt { .. } => Ok(()),
            error => Err(error),
        },
        _ => Ok(()),
    }
}

fn open_or_create(options: &Options, paths: &StorePaths) -> Result<Manifest> {
    let disk = &options.disk;
    let hint = SyncedHint::read(disk, &paths.synced())?;
    let opened = Manifest::open(disk, paths, &*options.random, &|state| {
        check_complete(disk, paths, state, hint)?;
        check_heads(disk, paths, &state.logs)
    });
    let is_new = files::len(disk, &paths.manifest()).is_err_and(|error| files::is_missing(&error));
    if !is_new {
        return opened;
    }
    match no_manifest(&options.disk, paths) {
        Error::Missing { .. } if options.create => {}
        error => return Err(error),
    }
    sync_way(options, paths.root())?;
    create_settings(options, paths)?;
    Manifest::create(&options.disk, paths, &*options.random)
}

/// Writes the settings of a store that is new, unless somebody has written them already, and notes
/// what it captures from its beginning.
fn create_settings(options: &Options, paths: &StorePaths) -> Result<()> {
    let disk = &options.disk;
    if files::len(disk, &paths.settings()).is_err() {
        let fresh = fresh(disk, paths, &options.profiles, options.plan.as_deref())?;
        file::create(disk, paths, &fresh)?;
    }
    let capture = load::read(disk, paths)?.settings.capture;
    match capture.is_everything() {
        true => Ok(()),
        false => file::write_captured(disk, paths, &capture),
    }
}

/// Replays the logs and makes a writer that goes on from them.
fn begin_writer(
    core: &Core,
    upkeep: &mut Maintenance,
    moved_aside: Vec<String>,
) -> Result<(Writer, OpenReport)> {
    let (disk, paths) = (&core.options.disk, &core.paths);
    let state = upkeep.manifest.state().clone();
    let hint = SyncedHint::read(disk, &paths.synced())?;
    let recovered = recover(disk, paths, &state.logs, state.next_seq, hint)?;
    let report = OpenReport {
        replayed: recovered.tail.end_seq() - recovered.tail.first_seq,
        torn_bytes: recovered.torn_bytes,
        moved_aside,
        clean: recovered.is_clean(),
    };
    // Events that were acknowledged before they were durable may have been seen and be lost.
    let lost = state.buffered && !report.clean;
    let epoch = state.epoch.saturating_add(lost.into());
    let recorded_at = recovered.recorded_at(state.recorded_at);
    let (log, active) = begin_tail(core, upkeep, recovered, epoch)?;
    let hold = |listed| core.hold_segment(listed);
    let segments = SegmentSet::hold(state.segments.values(), &SegmentSet::default(), hold);
    let writer = Writer {
        log: Some(log),
        hint: open_hint(core),
        next_seq: if planted!(SequenceFromFloor) { state.next_seq } else { active.end_seq() },
        active,
        sealing: None,
        segments: Arc::new(segments),
        recorded_at,
        epoch,
        epochs: Arc::new(upkeep.manifest.state().epochs.clone()),
        last_sweep: upkeep.manifest.state().last_sweep,
        deriver: core.options.recorded_changes.clone().map(Deriver::new),
        captured: read_captured(core)?,
        skipped_ids: SkippedIds::default(),
        poison: None,
    };
    writer.write_hint();
    Ok((writer, report))
}

/// Notes a new epoch, then goes on in the last log, or in a new one: the first, or that of the new
/// epoch. In this order a crash in between finds the same state again.
fn begin_tail(
    core: &Core,
    upkeep: &mut Maintenance,
    recovered: Recovered,
    epoch: u64,
) -> Result<(LogWriter, OpenTail)> {
    let buffered = core.options.durability == Durability::Buffered;
    let state = upkeep.manifest.state();
    let grows = state.epoch != epoch;
    let mut edit = Vec::new();
    if grows {
        edit.push(ManifestEdit::Epoch(epoch));
    }
    if state.buffered && (grows || !buffered) {
        edit.push(ManifestEdit::Buffered(false));
    }
    upkeep.commit(core, edit)?;
    let started = begin_log_or_resume(core, upkeep, recovered, epoch)?;
    if buffered && !upkeep.manifest.state().buffered {
        upkeep.commit(core, vec![ManifestEdit::Buffered(true)])?;
    }
    Ok(started)
}

fn begin_log_or_resume(
    core: &Core,
    upkeep: &mut Maintenance,
    recovered: Recovered,
    epoch: u64,
) -> Result<(LogWriter, OpenTail)> {
    let mut active = recovered.tail;
    if let (Some(file), Some(found)) = (active.logs.last(), &recovered.last) {
        let path = core.paths.log(file.number);
        let log = LogWriter::resume(&core.options.disk, &path, found)?;
        if found.header.epoch == epoch {
            return Ok((log, active));
        }
        log.close()?;
    }
    let (log, file) = begin_log(core, upkeep, epoch, active.end_seq())?;
    active.logs.push(file);
    Ok((log, active))
}

/// A hint that cannot be written costs only its use.
fn open_hint(core: &Core) -> Option<SyncedHint> {
    let (disk, path) = (&core.options.disk, core.paths.synced());
    let hint = SyncedHint::open(disk, &path).or_else(|_| SyncedHint::create(disk, &path));
    hint.map_err(|error| tracing::warn!(%error, "no synced hint")).ok()
}
