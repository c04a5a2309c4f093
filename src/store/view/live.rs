//! A segment of a store whose file is held: read when first needed, unlinked with the last holder.

use crate::error::Reading;
use crate::io::{Access, Disk, Region};
use crate::segment::{Segment, SegmentStats, SegmentTimes};
use crate::store::folder::files;
use crate::store::folder::paths::{SegmentPath, StorePaths};
use crate::store::manifest::state::Listed;
use crate::store::report::SegmentSummary;
use crate::store::threads::lock;
use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// A listed segment and its file, which is unlinked with the last holder if the segment is doomed.
///
/// The file is mapped (or, as [`Access`] says, read) from the beginning, so that its bytes are
/// there as long as this lives, whoever unlinks it. Nothing of a map is touched before somebody
/// asks for the segment: opening a store costs some system calls for each, whatever they hold.
#[derive(Debug)]
pub(crate) struct LiveSegment {
    listed: Listed,
    path: PathBuf,
    file: Region,
    /// What reading its footer and table of contents gave.
    segment: OnceLock<Result<Segment>>,
    /// The times in it, for those who look events up.
    times: OnceLock<Result<SegmentTimes>>,
    dropped: AtomicBool,
    unlinks: Arc<DeferredUnlink>,
}

impl LiveSegment {
    /// Holds the file of a listed segment.
    ///
    /// # Errors
    /// [`Error::Io`] where it is not there or may not be read, [`Error::Corrupt`] where it has
    /// another length.
    pub(crate) fn hold(
        unlinks: &Arc<DeferredUnlink>,
        paths: &StorePaths,
        access: Access,
        listed: Listed,
    ) -> Result<LiveSegment> {
        let path = paths.segment(&listed.place());
        let file = load(&unlinks.disk, &path, access)?;
        if file.len() as u64 != listed.meta.len {
            let expected = format!("{} bytes as the manifest lists it", listed.meta.len);
            let (at, got) = (file.len() as u64, format!("{} bytes", file.len()));
            return Err(Error::corrupt(&path, at, "segment file", expected, got));
        }
        Ok(LiveSegment {
            listed,
            path,
            file,
            segment: OnceLock::new(),
            times: OnceLock::new(),
            dropped: AtomicBool::new(false),
            unlinks: Arc::clone(unlinks),
        })
    }

    /// The segment; the first call reads its footer and table of contents and compares the footer
    /// with the listing.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or [`Error::Unsupported`], the same one each time.
    pub(crate) fn segment(&self) -> Result<&Segment> {
        let opened = self.segment.get_or_init(|| self.open());
        opened.as_ref().map_err(Error::clone)
    }

    /// The times of its events; the first call reads the footer and the table of contents.
    ///
    /// # Errors
    /// As [`Self::segment`].
    pub(crate) fn times(&self) -> Result<&SegmentTimes> {
        let times = self.times.get_or_init(|| self.open().map(Segment::into_times));
        times.as_ref().map_err(Error::clone)
    }

    /// The segment, opened anew and not kept.
    ///
    /// # Errors
    /// As [`Self::segment`].
    pub(super) fn open(&self) -> Result<Segment> {
        open_as_listed(self.file.clone(), &self.path, &self.listed)
    }

    /// The segment, if it was asked for before and could be read.
    pub(crate) fn opened(&self) -> Option<&Segment> {
        self.segment.get()?.as_ref().ok()
    }

    pub(crate) fn listed(&self) -> &Listed {
        &self.listed
    }

    /// What the manifest says of it.
    pub(crate) fn facts(&self) -> &SegmentStats {
        &self.listed.meta
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of the file, unchecked.
    pub(crate) fn file(&self) -> &Region {
        &self.file
    }

    /// The manifest no longer lists the segment: the file goes with the last holder.
    pub(crate) fn mark_dropped(&self) {
        self.dropped.store(true, Ordering::Release);
    }

    pub(crate) fn summary(&self) -> SegmentSummary {
        SegmentSummary::of(&self.listed)
    }
}

fn load(disk: &Disk, path: &Path, access: Access) -> Result<Region> {
    disk.load(path, access).map_err(|error| Error::io("read", path, error))
}

/// Opens a segment file and compares its footer with the listing.
pub(crate) fn open_listed(
    disk: &Disk,
    path: &Path,
    access: Access,
    listed: &Listed,
) -> Result<Segment> {
    open_as_listed(load(disk, path, access)?, path, listed)
}

fn open_as_listed(file: Region, path: &Path, listed: &Listed) -> Result<Segment> {
    let segment = Segment::open(file, path)?;
    if !listed.agrees_with(segment.meta()) {
        let (expected, got) = (listed.meta.id.0, segment.meta().id.0);
        let expected = format!("segment {expected:016x} as the manifest lists it");
        let got = format!("the footer of segment {got:016x}");
        let reading = Reading::Listing("segment as listed");
        return Err(Error::corrupt(path, 0, reading, expected, got));
    }
    Ok(segment)
}

impl Drop for LiveSegment {
    fn drop(&mut self) {
        if self.dropped.load(Ordering::Acquire) {
            self.unlinks.unlink(&self.path, self.listed.place());
        }
    }
}

/// Unlinks the files of doomed segments and remembers which are gone.
#[derive(Debug)]
pub(crate) struct DeferredUnlink {
    disk: Disk,
    gone: Mutex<Vec<SegmentPath>>,
}

impl DeferredUnlink {
    pub(crate) fn new(disk: &Disk) -> Arc<DeferredUnlink> {
        Arc::new(DeferredUnlink { disk: disk.clone(), gone: Mutex::default() })
    }

    /// A file that cannot be removed now stays doomed: the next opening removes it.
    fn unlink(&self, path: &Path, place: SegmentPath) {
        match files::remove(&self.disk, path) {
            Ok(()) => lock(&self.gone).push(place),
            Err(error) => tracing::warn!(%error, "a dropped segment stays until the next opening"),
        }
    }

    /// The places whose files have gone since the last call.
    pub(crate) fn take_gone(&self) -> Vec<SegmentPath> {
        std::mem::take(&mut lock(&self.gone))
    }
}
