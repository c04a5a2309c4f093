//! The manifest: the durable list of live and doomed segments and of the logs that go on from them.

pub(super) mod epochs;
mod frame;
pub(super) mod state;

pub(crate) use frame::Loaded;
pub(crate) use state::{ManifestEdit, ManifestState};

use crate::io::Random;
use crate::io::{Disk, File, Mode};
use crate::store::folder::files;
use crate::store::folder::paths::StorePaths;
use crate::{Error, Result, limits};
use std::path::{Path, PathBuf};

/// Zeros are written ahead in steps of this, so that an edit needs no space that a full disk lacks.
const ROOM_STEP: u64 = 64 << 10;
/// Room that is kept ahead of the last edit.
const ROOM_MIN: u64 = 32 << 10;
/// A manifest below this is never rewritten.
const REWRITE_MIN: u64 = 1 << 20;
/// How often a manifest is read that seems to be damaged.
const READ_ATTEMPTS: usize = 8;

/// The writer's handle on the manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    disk: Disk,
    path: PathBuf,
    file: Box<dyn File>,
    id: u64,
    state: ManifestState,
    /// Where the next frame goes.
    end: u64,
    /// Where the last edit ends.
    durable: u64,
    /// Length of the file: bytes from `end` on are zeros.
    len: u64,
    /// `end` at which the file is rewritten.
    rewrite_at: u64,
    /// Why no more edits are accepted.
    broken: Option<Error>,
}

/// What a reader remembers to see cheaply whether a manifest has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ManifestVersion {
    id: u64,
    end: u64,
}

impl Manifest {
    /// Creates a manifest without segments and logs, and opens it.
    ///
    /// Durability: on `Ok` it survives power loss; after a crash it is there whole or not at all.
    pub(crate) fn create(disk: &Disk, paths: &StorePaths, random: &dyn Random) -> Result<Manifest> {
        write_whole(disk, &paths.manifest(), random, &ManifestState::default())
    }

    /// Opens the manifest of a store for edits.
    ///
    /// A torn tail is cut, and an edit that no mark vouches for is made durable, by writing a new
    /// file: after a failed sync a second one may say `Ok` with the bytes gone. `check` sees the
    /// state before any of that.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a byte that was durable is not what was written; what `check` says.
    pub(crate) fn open(
        disk: &Disk,
        paths: &StorePaths,
        random: &dyn Random,
        check: &dyn Fn(&ManifestState) -> Result<()>,
    ) -> Result<Manifest> {
        let path = paths.manifest();
        let loaded = read(disk, &path)?;
        check(&loaded.state)?;
        if loaded.torn_bytes > 0 || loaded.end == loaded.durable {
            return write_whole(disk, &path, random, &loaded.state);
        }
        let failed = |error| Error::io("open", &path, error);
        let file = disk.open(&path, Mode::ReadWrite).map_err(failed)?;
        let len = file.len().map_err(failed)?;
        Ok(Manifest {
            disk: disk.clone(),
            path,
            file,
            id: loaded.id,
            state: loaded.state,
            end: loaded.end,
            durable: loaded.durable,
            len,
            rewrite_at: REWRITE_MIN.max(loaded.end),
            broken: None,
        })
    }

    pub(crate) fn state(&self) -> &ManifestState {
        &self.state
    }

    /// Applies one edit; an empty one does nothing.
    ///
    /// Durability: on `Ok` the edit survives power loss; on an error the state is what it was.
    ///
    /// # Errors
    /// [`Error::Io`]: without space for the edit nothing was written and a later one may succeed.
    /// [`Error::Poisoned`]: it is not known whether the edit is stored; reopen the store.
    pub(crate) fn commit(&mut self, edit: &[ManifestEdit], random: &dyn Random) -> Result<()> {
        if edit.is_empty() {
            return Ok(());
        }
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let mut state = self.state.clone();
        if let Err(misfit) = state.apply(edit) {
            let got = misfit.1;
            return Err(Error::corrupt(&self.path, self.end, "edit", misfit.0, got));
        }
        let bytes = frame::frame(self.id, self.end, self.durable, edit)
            .ok_or_else(|| Error::invalid("edit", "is larger than the manifest takes"))?;
        self.make_room(self.end + bytes.len() as u64 + frame::HEAD_LEN)?;
        self.write_synced(&bytes)?;
        self.state = state;
        self.write_mark();
        self.settle(random)
    }

    fn write_synced(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all_at(bytes, self.end);
        if let Err(error) = written.and_then(|()| self.file.sync()) {
            let error = Error::Poisoned { cause: std::sync::Arc::new(error) };
            self.broken = Some(error.clone());
            return Err(error);
        }
        self.end += bytes.len() as u64;
        self.durable = self.end;
        Ok(())
    }

    /// Vouches for the edit before it, without a sync. A mark that cannot be written is overwritten
    /// by the next edit, which is longer.
    fn write_mark(&mut self) {
        let Some(mark) = frame::frame(self.id, self.end, self.durable, &[]) else {
            return;
        };
        if self.file.write_all_at(&mark, self.end).is_ok() {
            self.end += mark.len() as u64;
        }
    }

    /// After an edit: zeros ahead, a whole new file if this one has grown. Neither has to succeed
    /// now, only a rewritten file whose name may not be durable stops the manifest.
    fn settle(&mut self, random: &dyn Random) -> Result<()> {
        if self.end < self.rewrite_at {
            let _ = self.make_room(self.end + ROOM_MIN);
            return Ok(());
        }
        self.rewrite_at = self.end.saturating_mul(2);
        match write_whole(&self.disk, &self.path, random, &self.state) {
            Ok(manifest) => *self = manifest,
            Err(Error::Poisoned { cause }) => {
                self.broken = Some(Error::Poisoned { cause });
            }
            Err(error) => tracing::warn!(%error, "the manifest could not be rewritten"),
        }
        Ok(())
    }

    /// Sees to it that the file has zeros up to `end` at least.
    fn make_room(&mut self, end: u64) -> Result<()> {
        if end <= self.len {
            return Ok(());
        }
        let len = end.next_multiple_of(ROOM_STEP);
        let result = write_zeros(&*self.file, self.len, len);
        if let Err(error) = result {
            // What was written is zeros behind the last frame: harmless, and written again later.
            return Err(Error::io("extend", &self.path, error));
        }
        self.len = len;
        Ok(())
    }
}

/// Reads a manifest without touching it, also beside its writer.
///
/// Reading is not atomic: of an edit that is being written it may see the end without the
/// beginning, which looks like damage. Damage that is there is there again.
pub(crate) fn read(disk: &Disk, path: &Path) -> Result<Loaded> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let bytes = files::read_whole(disk, path, limits::MANIFEST_BYTES_MAX)?;
        match parse_whole(&bytes, path) {
            Err(Error::Corrupt { .. }) if attempt < READ_ATTEMPTS => {}
            parsed => return parsed,
        }
    }
}

fn parse_whole(bytes: &[u8], path: &Path) -> Result<Loaded> {
    let loaded = frame::parse(bytes, path)?;
    if loaded.durable == frame::HEADER_LEN {
        // A manifest is synced with its first edits before it gets its name: no crash takes them.
        let expected = "the edits that a manifest begins with";
        return Err(Error::corrupt(path, loaded.durable, "manifest frame", expected, "none"));
    }
    Ok(loaded)
}

/// The edits that are left of a damaged manifest, in their order; none when it is missing.
pub(crate) fn remains(disk: &Disk, path: &Path) -> Result<Vec<Vec<ManifestEdit>>> {
    match files::read_whole(disk, path, limits::MANIFEST_BYTES_MAX) {
        Ok(bytes) => Ok(frame::remains(&bytes)),
        Err(Error::Corrupt { .. }) => Ok(Vec::new()),
        Err(error) if files::is_missing(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

impl Loaded {
    /// What to remember of this reading.
    pub(crate) fn seen(&self) -> ManifestVersion {
        ManifestVersion { id: self.id, end: self.end }
    }
}

/// Whether the manifest is another one or has more frames than when it was `seen`; reads 60 bytes.
pub(crate) fn has_changed(disk: &Disk, path: &Path, seen: ManifestVersion) -> Result<bool> {
    let failed = |error| Error::io("read", path, error);
    let file = disk.open(path, Mode::Read).map_err(failed)?;
    let mut header = [0; frame::HEADER_LEN as usize];
    let filled = file.read_at(&mut header, 0).map_err(failed)?;
    if frame::parse_header(&header[..filled], path)? != seen.id {
        return Ok(true);
    }
    let mut head = [0; frame::HEAD_LEN as usize];
    let filled = file.read_at(&mut head, seen.end).map_err(failed)?;
    Ok(head[..filled].iter().any(|byte| *byte != 0))
}

/// Writes a new file with a new id that holds `state`, and puts it in the place of the old one.
///
/// # Errors
/// [`Error::Poisoned`] when the new name may not be durable: nothing may be built on either file.
pub(crate) fn write_whole(
    disk: &Disk,
    path: &Path,
    random: &dyn Random,
    state: &ManifestState,
) -> Result<Manifest> {
    let temporary = StorePaths::temporary(path);
    files::remove(disk, &temporary)?;
    let mut id = [0; 8];
    random.fill(&mut id);
    let id = u64::from_le_bytes(id);
    let (bytes, durable) = whole(id, state)
        .ok_or_else(|| Error::invalid("edit", "is larger than the manifest takes"))?;
    let end = bytes.len() as u64;
    let len = (end + ROOM_MIN).next_multiple_of(ROOM_STEP);
    let mut bytes = bytes;
    bytes.resize(usize::try_from(len).unwrap_or(bytes.len()), 0);
    files::create_synced(disk, &temporary, &bytes)?;
    let file = disk
        .open(&temporary, Mode::ReadWrite)
        .map_err(|error| Error::io("open", &temporary, error))?;
    disk.rename(&temporary, path).map_err(|error| Error::io("rename", &temporary, error))?;
    let folder = path.parent().unwrap_or(path);
    disk.sync_dir(folder).map_err(|error| Error::Poisoned { cause: std::sync::Arc::new(error) })?;
    Ok(Manifest {
        disk: disk.clone(),
        path: path.to_path_buf(),
        file,
        id,
        state: state.clone(),
        end,
        durable,
        len,
        rewrite_at: REWRITE_MIN.max(end.saturating_mul(2)),
        broken: None,
    })
}

/// The bytes of a manifest that holds `state`, and where its last edit ends.
fn whole(id: u64, state: &ManifestState) -> Option<(Vec<u8>, u64)> {
    let mut bytes = frame::header(id).to_vec();
    for edit in state.as_edits() {
        // The file is synced before it gets its name: each frame may count on those before it.
        let offset = bytes.len() as u64;
        bytes.extend(frame::frame(id, offset, offset, &edit)?);
    }
    let durable = bytes.len() as u64;
    bytes.extend(frame::frame(id, durable, durable, &[])?);
    Some((bytes, durable))
}

fn write_zeros(file: &dyn File, from: u64, to: u64) -> std::io::Result<()> {
    let zeros = vec![0; usize::try_from(to - from).unwrap_or(usize::MAX)];
    file.write_all_at(&zeros, from)
}

#[cfg(test)]
mod tests;
