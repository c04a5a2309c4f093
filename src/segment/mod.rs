//! The segment: one immutable, indexed file of columns, dictionaries, postings and terms.

use crate::Result;
use crate::event::{StoredEvent, Timestamp};
use crate::io::Region;
use std::path::{Path, PathBuf};

/// The random id of a segment; names its file and salts its CRCs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct SegmentId(pub u64);

/// One (tenant, data_source, category) combination that a segment holds.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Combination {
    pub tenant: Option<String>,
    pub data_source: Option<String>,
    pub category: String,
    /// Newest `min(occurred_at, recorded_at)` among its rows.
    pub newest: Timestamp,
    pub rows: u32,
}

/// What the footer of a segment says of the whole.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SegmentMeta {
    pub id: SegmentId,
    pub class: String,
    pub rows: u32,
    pub len: u64,
    pub footer_crc: u32,
    pub min_time: Timestamp,
    pub max_time: Timestamp,
    pub min_seq: u64,
    pub max_seq: u64,
    /// Canonical bytes of the events, for statistics.
    pub event_bytes: u64,
    /// Segments whose rows this one took over.
    pub replaces: Vec<SegmentId>,
    pub combinations: Vec<Combination>,
}

/// Collects rows in `(occurred_at, seq)` order and lays them out as a segment.
pub(crate) struct SegmentBuilder {}

impl SegmentBuilder {
    pub(crate) fn new(_id: SegmentId, _class: &str, _replaces: Vec<SegmentId>) -> Self {
        unimplemented!()
    }
    /// Adds the next row; rows must come in `(occurred_at, seq)` order.
    pub(crate) fn push(
        &mut self,
        _seq: u64,
        _recorded_at: Timestamp,
        _occurred_at: Timestamp,
        _canonical: &[u8],
    ) -> Result<()> {
        unimplemented!()
    }
    pub(crate) fn rows(&self) -> u32 {
        unimplemented!()
    }
    /// Canonical bytes pushed so far.
    pub(crate) fn event_bytes(&self) -> u64 {
        unimplemented!()
    }
    /// The bytes of the file and its meta.
    pub(crate) fn finish(self) -> Result<(Vec<u8>, SegmentMeta)> {
        unimplemented!()
    }
}

/// An open segment: mapped from a file, or on the heap (a frozen chunk of the tail).
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    region: Region,
    meta: SegmentMeta,
}

impl Segment {
    /// Opens and checks footer, tables and small sections.
    pub(crate) fn open(_region: Region, _path: &Path) -> Result<Segment> {
        unimplemented!()
    }
    pub(crate) fn meta(&self) -> &SegmentMeta {
        &self.meta
    }
    /// Decodes one row whole.
    pub(crate) fn event(&self, _row: u32) -> Result<StoredEvent> {
        unimplemented!()
    }
    pub(crate) fn time(&self, _row: u32) -> Result<Timestamp> {
        unimplemented!()
    }
    pub(crate) fn seq(&self, _row: u32) -> Result<u64> {
        unimplemented!()
    }
    /// The `seq` of the stored event with this tenant, id, instant and canonical bytes, if any;
    /// `same_id` is set when the tenant and id are there with other content.
    pub(crate) fn find_duplicate(
        &self,
        _tenant: Option<&str>,
        _id: &str,
        _occurred_at: Timestamp,
        _canonical: &[u8],
    ) -> Result<Duplicate> {
        unimplemented!()
    }
    /// Reads every byte and checks that the sections agree with each other; returns bytes read.
    pub(crate) fn verify(&self) -> Result<u64> {
        unimplemented!()
    }
    /// Heap bytes this segment holds (for chunks: the whole region).
    pub(crate) fn heap_bytes(&self) -> usize {
        unimplemented!()
    }
}

/// What a look-up for duplicates found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicate {
    /// Nothing with this tenant and id at this instant.
    None,
    /// The same event, stored under this `seq`.
    Same(u64),
    /// Another event with this tenant and id, stored under this `seq`.
    OtherContent(u64),
}
