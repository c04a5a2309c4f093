//! What lies in the folders of a store, whatever the manifest says.

use super::days::Day;
use super::files;
use super::paths::{SegmentPath, StorePaths};
use crate::io::{Access, DirKind, Disk};
use crate::segment::Footer;
use crate::segment::Segment;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// A segment file that was found.
#[derive(Debug, Clone)]
pub(crate) struct FoundSegment {
    pub(crate) path: PathBuf,
    /// The day that its folder names.
    pub(crate) first_day: Option<Day>,
    /// What its footer says, or why it cannot be opened.
    pub(crate) meta: Result<Footer>,
    /// Whether it lies where its footer says.
    pub(crate) in_place: bool,
}

/// The files of segments, in the order of their paths; temporary ones are left out.
pub(crate) fn segment_files(disk: &Disk, paths: &StorePaths) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let root = paths.segments();
    for class in files::list(disk, &root)? {
        let folder = root.join(&class.name);
        for day in folders(disk, &folder, class.kind)? {
            let folder = folder.join(&day.0);
            for (name, kind) in folders(disk, &folder, day.1)? {
                if kind == DirKind::File && !StorePaths::is_temporary(&name) {
                    found.push(folder.join(name));
                }
            }
        }
    }
    Ok(found)
}

fn folders(disk: &Disk, folder: &Path, kind: DirKind) -> Result<Vec<(String, DirKind)>> {
    if kind != DirKind::Dir {
        return Ok(Vec::new());
    }
    let items = files::list(disk, folder)?;
    Ok(items.into_iter().map(|item| (item.name, item.kind)).collect())
}

/// The numbers of the log files, ascending.
pub(crate) fn log_numbers(disk: &Disk, paths: &StorePaths) -> Result<Vec<u64>> {
    let items = files::list(disk, &paths.logs())?;
    let files = items.iter().filter(|item| item.kind == DirKind::File);
    let mut numbers: Vec<u64> =
        files.filter_map(|item| StorePaths::parse_log(&item.name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Opens a segment file, listed or not, on the heap.
pub(crate) fn open_segment(disk: &Disk, path: &Path) -> Result<Segment> {
    let region = disk.load(path, Access::Heap).map_err(|error| Error::io("read", path, error))?;
    Segment::open(region, path)
}

/// Opens every segment file once.
pub(crate) fn segments(disk: &Disk, paths: &StorePaths) -> Result<Vec<FoundSegment>> {
    let files = segment_files(disk, paths)?;
    Ok(files.into_iter().map(|path| look_at(disk, paths, path)).collect())
}

fn look_at(disk: &Disk, paths: &StorePaths, path: PathBuf) -> FoundSegment {
    let meta = open_segment(disk, &path).map(|segment| segment.meta().clone());
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned())
    };
    let first_day = name(path.parent()).and_then(|day| Day::parse(&day));
    let place = meta.as_ref().ok().zip(first_day).map(|(meta, first_day)| SegmentPath {
        class: meta.class.clone(),
        first_day,
        id: meta.id,
    });
    let in_place =
        place.filter(SegmentPath::is_valid).is_some_and(|place| paths.segment(&place) == path);
    FoundSegment { path, first_day, meta, in_place }
}
