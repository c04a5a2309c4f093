//! What the calls of a store answer with.

use crate::event::Timestamp;
use crate::store::manifest::state::Listed;

/// What an append gives back for one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The sequence under which the event is stored (for a duplicate: the first one's).
    pub seq: u64,
    /// The event was stored before and has not been stored again.
    pub duplicate: bool,
    /// Another event with this `tenant` and `id` and other content is stored too, among the
    /// unsealed events or in a segment whose time range holds this event.
    pub same_id: bool,
    /// The category of the event is not captured: it has not been stored, and `seq` is 0.
    pub skipped: bool,
    /// The event is past the `kept_for` of its class already: no answer has it, and the next sweep
    /// may drop it.
    pub expired: bool,
    /// The event is past the `visible_for` of its class, or expired: ordinary readers do not see
    /// it.
    pub hidden: bool,
}

impl Receipt {
    /// The receipt of an event that was not stored since its category is not captured.
    pub(crate) const SKIPPED: Receipt = Receipt {
        seq: 0,
        duplicate: false,
        same_id: false,
        skipped: true,
        expired: false,
        hidden: false,
    };
}

/// What opening found and repaired.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OpenReport {
    /// Events replayed from the log.
    pub replayed: u64,
    /// Bytes of a torn tail that were cut off the log.
    pub torn_bytes: u64,
    /// Files that no manifest edit names, moved aside: their paths within the store.
    pub moved_aside: Vec<String>,
    /// The last close was clean.
    pub clean: bool,
}

/// Figures of a store.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Events held (sealed and unsealed), hidden ones included.
    pub events: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Live segments.
    pub segments: u64,
    /// Events not sealed yet.
    pub tail_events: u64,
    /// Lowest `seq` held.
    pub first_seq: Option<u64>,
    /// Highest `seq` ever given.
    pub last_seq: Option<u64>,
    /// Epoch of the sequence.
    pub epoch: u64,
    /// Oldest `occurred_at` held.
    pub oldest: Option<Timestamp>,
    /// Newest `occurred_at` held.
    pub newest: Option<Timestamp>,
}

/// One live segment, for listings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SegmentSummary {
    /// Hexadecimal id, as in the file's name.
    pub id: String,
    /// Retention class of the folder.
    pub class: String,
    /// Path relative to the store.
    pub path: String,
    /// Rows.
    pub events: u64,
    /// File length in bytes.
    pub bytes: u64,
    /// Canonical bytes of its events.
    pub event_bytes: u64,
    /// Oldest `occurred_at`.
    pub oldest: Timestamp,
    /// Newest `occurred_at`.
    pub newest: Timestamp,
    /// Lowest `seq`.
    pub first_seq: u64,
    /// Highest `seq`.
    pub last_seq: u64,
}

impl SegmentSummary {
    pub(crate) fn of(listed: &Listed) -> SegmentSummary {
        let meta = &listed.meta;
        SegmentSummary {
            id: format!("{:016x}", meta.id.0),
            class: meta.class.clone(),
            path: listed.place().relative(),
            events: u64::from(meta.rows),
            bytes: meta.len,
            event_bytes: meta.event_bytes,
            oldest: meta.min_time,
            newest: meta.max_time,
            first_seq: meta.min_seq,
            last_seq: meta.max_seq,
        }
    }
}

/// What a seal, a compaction or a sweep of retention did.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct ChangeReport {
    /// Segments written.
    pub added: Vec<SegmentSummary>,
    /// Segments dropped.
    pub removed: Vec<SegmentSummary>,
    /// Events that are dropped: in `removed` and in no added segment, or never sealed.
    pub events_removed: u64,
    /// Bytes on disk given back (negative: taken). A file that a snapshot still holds counts as
    /// given back; it goes with the snapshot. A dry run counts the segments in `removed` only.
    pub bytes_freed: i64,
    /// What a sweep left, and why; `None` of a seal and a compaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<LeftBehind>,
}

/// What a sweep of retention has left on the disk although somebody may expect it to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct LeftBehind {
    /// Events past their `kept_for`: in no answer, but in segments with events that are not. They
    /// go with their segment, or are left out of it once they are late by more than a run spans.
    pub events_in_slack: u64,
    /// Events past their `kept_for` that are in no segment yet, because the disk is too full to
    /// seal what stands beside them: give it space and sweep again.
    pub events_unsealed: u64,
    /// Events past their `visible_for` only: hidden from ordinary readers, and kept as the rules
    /// say.
    pub events_hidden: u64,
    /// Files of dropped segments that open snapshots of this process hold: they go with those.
    pub files_held: u64,
    /// Segments that cannot be read, so that nobody knows whether they may go.
    pub segments_unreadable: u64,
    /// Events past their `kept_for` that stay because they were not published yet, as
    /// `lake_before_drop` asks for: publish, and sweep again.
    #[serde(skip_serializing_if = "is_zero")]
    pub events_unpublished: u64,
    /// What lies in the folder `aside`, which no rule reaches: look at it and delete it.
    pub files_aside: u64,
}

impl ChangeReport {
    /// The sum of two.
    pub(crate) fn and(mut self, other: ChangeReport) -> ChangeReport {
        self.added.extend(other.added);
        self.removed.extend(other.removed);
        self.events_removed += other.events_removed;
        self.bytes_freed += other.bytes_freed;
        self.left = match (self.left, other.left) {
            (Some(one), Some(other)) => Some(one.and(other)),
            (one, other) => one.or(other),
        };
        self
    }
}

impl LeftBehind {
    /// The sum of two.
    fn and(self, other: LeftBehind) -> LeftBehind {
        LeftBehind {
            events_in_slack: self.events_in_slack + other.events_in_slack,
            events_unsealed: self.events_unsealed + other.events_unsealed,
            events_hidden: self.events_hidden + other.events_hidden,
            files_held: self.files_held + other.files_held,
            segments_unreadable: self.segments_unreadable + other.segments_unreadable,
            files_aside: self.files_aside + other.files_aside,
            events_unpublished: self.events_unpublished + other.events_unpublished,
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
