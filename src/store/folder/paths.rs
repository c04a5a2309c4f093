//! Where things lie: every file name of a store.

use super::days::Day;
use crate::limits;
use crate::segment::SegmentId;
use std::path::{Path, PathBuf};

/// The place of a segment's file: retention class and first day name its folder, the id its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct SegmentPath {
    pub(crate) class: String,
    pub(crate) first_day: Day,
    pub(crate) id: SegmentId,
}

impl SegmentPath {
    /// The path relative to the store.
    pub(crate) fn relative(&self) -> String {
        let (class, day, id) = (&self.class, self.first_day, self.id.0);
        format!("{SEGMENTS}/{class}/{day}/{id:016x}{SEGMENT_SUFFIX}")
    }

    /// Whether the parts are what this crate writes; anything else never becomes a path.
    pub(crate) fn is_valid(&self) -> bool {
        is_class_name(&self.class) && self.first_day.is_valid()
    }

    /// Reads a place back from the names of folders and file.
    pub(crate) fn parse(class: &str, day: &str, file: &str) -> Option<SegmentPath> {
        let id = parse_hex(file.strip_suffix(SEGMENT_SUFFIX)?)?;
        let place = SegmentPath {
            class: class.to_string(),
            first_day: Day::parse(day)?,
            id: SegmentId(id),
        };
        place.is_valid().then_some(place)
    }
}

const SEGMENTS: &str = "segments";
const SEGMENT_SUFFIX: &str = ".seg";
const LOG_SUFFIX: &str = ".log";
const PROFILE_SUFFIX: &str = ".toml";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// The paths of a store.
#[derive(Debug, Clone)]
pub(crate) struct StorePaths {
    root: PathBuf,
}

impl StorePaths {
    pub(crate) fn new(root: &Path) -> StorePaths {
        StorePaths { root: root.to_path_buf() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The settings, readable.
    pub(crate) fn settings(&self) -> PathBuf {
        self.root.join("store.toml")
    }

    /// The lock of those who change the settings.
    pub(crate) fn settings_lock(&self) -> PathBuf {
        self.root.join("store.toml.lock")
    }

    /// The switches of capture as the log recorded them last.
    pub(crate) fn captured(&self) -> PathBuf {
        self.root.join("captured.toml")
    }

    /// The profiles of the store's own.
    pub(crate) fn profiles(&self) -> PathBuf {
        self.root.join("profiles")
    }

    /// The file of a profile of the store's own; `name` is one of [`is_class_name`].
    pub(crate) fn profile(&self, name: &str) -> PathBuf {
        self.profiles().join(format!("{name}{PROFILE_SUFFIX}"))
    }

    /// The names of persons, readable.
    pub(crate) fn aliases(&self) -> PathBuf {
        self.root.join("aliases.toml")
    }

    /// The lock of those who change the names.
    pub(crate) fn aliases_lock(&self) -> PathBuf {
        self.root.join("aliases.toml.lock")
    }

    /// What was published to which table.
    pub(crate) fn lake(&self) -> PathBuf {
        self.root.join("lake.toml")
    }

    /// The lock of the publisher.
    pub(crate) fn lake_lock(&self) -> PathBuf {
        self.root.join("lake.toml.lock")
    }

    /// The lock of the writer.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("manifest")
    }

    /// The hint how far the log is durable.
    pub(crate) fn synced(&self) -> PathBuf {
        self.root.join("synced")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The log file with a number.
    pub(crate) fn log(&self, number: u64) -> PathBuf {
        self.logs().join(format!("{number:08}{LOG_SUFFIX}"))
    }

    /// The number of a log file, from its name.
    pub(crate) fn parse_log(name: &str) -> Option<u64> {
        let digits = name.strip_suffix(LOG_SUFFIX)?;
        let number = digits.parse().ok()?;
        (format!("{number:08}") == digits).then_some(number)
    }

    pub(crate) fn segments(&self) -> PathBuf {
        self.root.join(SEGMENTS)
    }

    pub(crate) fn segment(&self, place: &SegmentPath) -> PathBuf {
        self.root.join(place.relative())
    }

    /// The folder of a segment.
    pub(crate) fn segment_folder(&self, place: &SegmentPath) -> PathBuf {
        self.segments().join(&place.class).join(place.first_day.to_string())
    }

    /// Where files go that no manifest edit names.
    pub(crate) fn aside(&self) -> PathBuf {
        self.root.join("aside")
    }

    /// The name under which a file is written before it is renamed to `path`.
    pub(crate) fn temporary(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(TEMPORARY_SUFFIX);
        PathBuf::from(name)
    }

    /// Whether a name is one of [`StorePaths::temporary`].
    pub(crate) fn is_temporary(name: &str) -> bool {
        name.ends_with(TEMPORARY_SUFFIX)
    }
}

/// Whether a name may be a retention class, and so a folder: `[a-z0-9_-]{1,64}`.
pub(crate) fn is_class_name(name: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=limits::CLASS_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed)
}

fn parse_hex(digits: &str) -> Option<u64> {
    let number = u64::from_str_radix(digits, 16).ok()?;
    (format!("{number:016x}") == digits).then_some(number)
}

/// The path of a file within the store.
pub(crate) fn within(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let place =
            SegmentPath::parse("default", "2026-03-20", "00000000000000ff.seg").expect("valid");
        assert_eq!(place.id, SegmentId(255));
        assert_eq!(place.relative(), "segments/default/2026-03-20/00000000000000ff.seg");
        for (class, day, file) in [
            ("..", "2026-03-20", "00000000000000ff.seg"),
            ("default", "2026-3-20", "00000000000000ff.seg"),
            ("default", "2026-03-20", "ff.seg"),
            ("default", "2026-03-20", "00000000000000FF.seg"),
            ("default", "2026-03-20", "00000000000000ff.seg.tmp"),
        ] {
            assert_eq!(SegmentPath::parse(class, day, file), None, "{class}/{day}/{file}");
        }
        assert_eq!(StorePaths::parse_log("00000012.log"), Some(12));
        assert_eq!(StorePaths::parse_log("12.log"), None);
    }

    #[test]
    fn class_names_are_short_and_plain() {
        assert!(is_class_name(&"a".repeat(64)));
        assert!(!is_class_name(&"a".repeat(65)));
        for wrong in ["", ".", "..", "a/b", "A", "ä", "a b", "a\0"] {
            assert!(!is_class_name(wrong), "{wrong:?}");
        }
    }
}
