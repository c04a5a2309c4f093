//! Footer and table of contents of a segment, written down again from `docs/format.md`.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Packed {
    pub(crate) span: Span,
    pub(crate) count: u64,
    pub(crate) width: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ints {
    pub(crate) span: Span,
    pub(crate) count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Presence {
    pub(crate) span: Span,
    pub(crate) rows: u32,
    pub(crate) values: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Texts {
    pub(crate) span: Span,
    pub(crate) count: u32,
    pub(crate) blocks: u32,
    /// 0 stored, 1 zstd.
    pub(crate) packing: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dictionary {
    pub(crate) ends: Packed,
    pub(crate) bytes: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Codec {
    Dictionary { ids: Packed, dictionary: Dictionary, lists: Packed },
    Ints(Ints),
    Texts(Texts),
    Uuids { ids: Span, sorted: Packed },
    Patterns { ids: Packed, dictionary: Dictionary, numbers: Vec<(Presence, Ints)> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) node: u32,
    pub(crate) kind: u32,
    pub(crate) presence: Presence,
    pub(crate) codec: Codec,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LongWords {
    pub(crate) in_columns: Vec<u32>,
    pub(crate) filter: Span,
    pub(crate) starts: Packed,
    pub(crate) remainders: Packed,
    pub(crate) columns: Packed,
    pub(crate) places: Packed,
}

/// The table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) nodes: Vec<(u32, Vec<u8>)>,
    pub(crate) shapes: Vec<Vec<u8>>,
    pub(crate) columns: Vec<Column>,
    pub(crate) times: Ints,
    pub(crate) offsets: Ints,
    pub(crate) seqs: Ints,
    pub(crate) recorded_from: Ints,
    pub(crate) recorded_ats: Ints,
    pub(crate) row_shapes: Packed,
    pub(crate) rest_rows: Presence,
    pub(crate) rest: Texts,
    pub(crate) postings: Span,
    pub(crate) future_rows: u64,
    pub(crate) actions: Option<Vec<(u32, u32)>>,
    pub(crate) fst: Span,
    pub(crate) entries: Span,
    pub(crate) long_words: LongWords,
    pub(crate) unicode: (u8, u8, u8),
}

/// What a footer, and in a shorter form the manifest, says of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) id: u64,
    pub(crate) class: String,
    pub(crate) rows: u32,
    pub(crate) len: u64,
    pub(crate) footer_crc: u32,
    pub(crate) min_time: i64,
    pub(crate) max_time: i64,
    pub(crate) min_seq: u64,
    pub(crate) max_seq: u64,
    pub(crate) event_bytes: u64,
    pub(crate) replaces: Vec<u64>,
    pub(crate) combinations: Vec<Combination>,
    pub(crate) combinations_complete: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Combination {
    pub(crate) tenant: Option<String>,
    pub(crate) data_source: Option<String>,
    pub(crate) category: String,
    pub(crate) newest: i64,
    pub(crate) rows: u32,
}

/// The footer of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Footer {
    pub(crate) meta: Meta,
    pub(crate) checked_len: u64,
    pub(crate) layout: Span,
    pub(crate) checksums: Span,
    pub(crate) checksums_crc: u32,
}

impl Meta {
    /// What the manifest holds of it.
    pub(crate) fn stripped(&self) -> Meta {
        Meta { replaces: Vec::new(), combinations: Vec::new(), ..self.clone() }
    }
}
