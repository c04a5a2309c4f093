//! What a footer says of a segment: its id, its rows, times and sequences.

use super::retention_keys::RetentionKey;
use super::retention_keys::RetentionKeys;
use crate::event::Timestamp;
use std::ops::Deref;

/// The random id of a segment; names its file and salts its checksums.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct SegmentId(pub u64);

/// What footer and manifest say of a segment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SegmentStats {
    /// The id.
    pub id: SegmentId,
    /// The class that chose the folder.
    pub class: String,
    /// Number of rows, at least 1.
    pub rows: u32,
    /// Length of the file in bytes.
    pub len: u64,
    /// Checksum of the footer.
    pub footer_crc: u32,
    /// Oldest `occurred_at`.
    pub min_time: Timestamp,
    /// Newest `occurred_at`.
    pub max_time: Timestamp,
    /// Lowest `seq`.
    pub min_seq: u64,
    /// Highest `seq`.
    pub max_seq: u64,
    /// Canonical bytes of the events, for statistics.
    pub event_bytes: u64,
}

/// What the footer of a segment says of the whole.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Footer {
    /// What the manifest says as well.
    pub facts: SegmentStats,
    /// Segments whose rows this one took over.
    pub replaces: Vec<SegmentId>,
    /// The combinations that retention rules tell apart.
    pub retention_keys: RetentionKeys,
    /// Whether `retention_keys` lists all of them: more than 4,096 are not listed.
    pub retention_keys_complete: bool,
}

impl Footer {
    /// Every combination that the segment holds; `None` where the footer does not list them.
    pub(crate) fn retention_keys(&self) -> Option<&[RetentionKey]> {
        self.retention_keys.all().filter(|_| self.retention_keys_complete)
    }
}

impl Deref for Footer {
    type Target = SegmentStats;
    fn deref(&self) -> &SegmentStats {
        &self.facts
    }
}
