//! The segments of a store: those whose files are held, read when first needed, and those whose
//! files are not there.

use crate::error::Reading;
use crate::event::{Event, Timestamp};
use crate::io::{Access, Disk, Region};
use crate::segment::SegmentStats;
use crate::segment::{Decoder, Duplicate, Segment};
use crate::store::folder::files;
use crate::store::folder::paths::{SegmentPath, StorePaths};
use crate::store::manifest::state::Listed;
use crate::store::report::SegmentSummary;
use crate::store::threads::lock;
use crate::{Error, Result};
use std::collections::BTreeMap;
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
    /// Buffers of the look-up for duplicates.
    decoder: Mutex<Decoder>,
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
            decoder: Mutex::default(),
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
        let open = || open_as_listed(self.file.clone(), &self.path, &self.listed);
        let opened = self.segment.get_or_init(open);
        opened.as_ref().map_err(Error::clone)
    }

    /// The segment, if it was asked for before and could be read.
    pub(crate) fn opened(&self) -> Option<&Segment> {
        self.segment.get()?.as_ref().ok()
    }

    /// Whether the segment holds an event already, or another one of the same tenant and id.
    ///
    /// # Errors
    /// As [`Self::segment`]; [`Error::Corrupt`] where the rows of that instant are damaged.
    pub(crate) fn find_duplicate(
        &self,
        tenant: Option<&str>,
        id: &str,
        event: &Event,
    ) -> Result<Duplicate> {
        let (at, canonical) = (event.occurred_at(), event.canonical());
        self.segment()?.find_duplicate(tenant, id, at, canonical, &mut lock(&self.decoder))
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

/// A listed segment whose file is missing, of another length, or cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct DamagedSegment {
    pub(crate) listed: Listed,
    /// What the attempt to hold it said.
    pub(crate) error: Error,
}

/// All segments of a view.
#[derive(Debug, Default)]
pub(crate) struct SegmentSet {
    /// In the order of their oldest, then newest time.
    live: Vec<Arc<LiveSegment>>,
    /// For each of `live`, the newest time in it and all before it.
    newest_upto: Vec<Timestamp>,
    /// The highest sequence of `live`.
    max_seq: u64,
    damaged: Vec<DamagedSegment>,
}

impl SegmentSet {
    pub(crate) fn new(mut live: Vec<Arc<LiveSegment>>, damaged: Vec<DamagedSegment>) -> SegmentSet {
        live.sort_by_key(|segment| {
            let facts = segment.facts();
            (facts.min_time, facts.max_time, facts.id)
        });
        let mut newest = Timestamp(i64::MIN);
        let newest_upto = live.iter().map(|segment| {
            newest = newest.max(segment.facts().max_time);
            newest
        });
        let newest_upto = newest_upto.collect();
        let max_seq = live.iter().map(|segment| segment.facts().max_seq).max().unwrap_or(0);
        SegmentSet { newest_upto, max_seq, live, damaged }
    }

    /// Holds the file of every listed segment, reusing those of an earlier set; what cannot be held
    /// is kept as damaged.
    pub(crate) fn hold<'a>(
        listed: impl Iterator<Item = &'a Listed>,
        earlier: &SegmentSet,
        hold: impl Fn(Listed) -> Result<LiveSegment>,
    ) -> SegmentSet {
        let ids = earlier.live.iter().map(|segment| (segment.facts().id, segment));
        let earlier: BTreeMap<_, _> = ids.collect();
        let (mut live, mut damaged) = (Vec::new(), Vec::new());
        for listed in listed {
            if let Some(segment) = earlier.get(&listed.meta.id) {
                live.push(Arc::clone(segment));
                continue;
            }
            match hold(listed.clone()) {
                Ok(segment) => live.push(Arc::new(segment)),
                Err(error) => damaged.push(DamagedSegment { listed: listed.clone(), error }),
            }
        }
        SegmentSet::new(live, damaged)
    }

    pub(crate) fn live(&self) -> &[Arc<LiveSegment>] {
        &self.live
    }

    /// The segments with sequences above `seq`, in no order; costs nothing while there are none.
    pub(crate) fn above(&self, seq: u64) -> impl Iterator<Item = &Arc<LiveSegment>> {
        let live = if self.max_seq > seq { &self.live[..] } else { &[] };
        live.iter().filter(move |segment| segment.facts().max_seq > seq)
    }

    /// The damaged segment with the lowest sequences of those that have some above `seq`.
    pub(crate) fn damage_above(&self, seq: u64) -> Option<&DamagedSegment> {
        let above = self.damaged.iter().filter(|damaged| damaged.listed.meta.max_seq > seq);
        above.min_by_key(|damaged| damaged.listed.meta.min_seq)
    }

    pub(crate) fn damaged(&self) -> &[DamagedSegment] {
        &self.damaged
    }

    /// The segments whose time range holds an instant; cost: logarithmic plus what overlaps.
    pub(crate) fn holding(&self, at: Timestamp) -> impl Iterator<Item = &Arc<LiveSegment>> {
        let end = self.live.partition_point(|segment| segment.facts().min_time <= at);
        let candidates = self.live.iter().zip(&self.newest_upto).take(end).rev();
        candidates
            .take_while(move |(_, newest)| **newest >= at)
            .filter(move |(segment, _)| segment.facts().max_time >= at)
            .map(|(segment, _)| segment)
    }

    /// The error of a damaged segment whose time range meets `from..=to`, if there is one.
    pub(crate) fn damage_within(&self, from: Timestamp, to: Timestamp) -> Result<()> {
        let meets = |damaged: &&DamagedSegment| {
            damaged.listed.meta.min_time <= to && damaged.listed.meta.max_time >= from
        };
        let damaged = self.damaged.iter().find(meets);
        damaged.map_or(Ok(()), |damaged| Err(damaged.error.clone()))
    }

    /// The set without some segments and with others.
    pub(crate) fn replaced(
        &self,
        removed: &[Arc<LiveSegment>],
        added: Vec<Arc<LiveSegment>>,
    ) -> SegmentSet {
        let stays = |segment: &&Arc<LiveSegment>| {
            !removed.iter().any(|removed| Arc::ptr_eq(removed, segment))
        };
        let mut live: Vec<_> = self.live.iter().filter(stays).cloned().collect();
        live.extend(added);
        SegmentSet::new(live, self.damaged.clone())
    }
}
