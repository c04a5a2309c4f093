//! Columns: names, kinds, and where their values come from.

/// The partition column; its values stand in paths and in the log, not in the files.
pub(in crate::lake) const CLASS: &str = "class";
/// The columns of a row's identity.
pub(in crate::lake) const STORE_ID: &str = "store_id";
/// The epoch of `seq`.
pub(in crate::lake) const EPOCH: &str = "epoch";
/// The sequence.
pub(in crate::lake) const SEQ: &str = "seq";
/// When the store accepted the event.
pub(in crate::lake) const RECORDED_AT: &str = "recorded_at";
/// When it happened.
pub(in crate::lake) const OCCURRED_AT: &str = "occurred_at";
/// The canonical JSON of the event, from which a store can be rebuilt.
pub(in crate::lake) const EVENT: &str = "event";

/// The mark of a commit of ours within its `commitInfo`.
pub(in crate::lake) const MARK: &str = "annalsMark";

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) enum ColumnKind {
    /// Strings.
    Text,
    /// 64-bit integers; what does not fit is null.
    Integer,
    /// 64-bit floating point numbers.
    Number,
    /// Truth values.
    Bool,
    /// Microseconds, UTC.
    Instant,
    /// Any value, as canonical JSON text.
    Json,
    /// Lists of strings.
    TextList,
    /// Lists of structures.
    Objects(Vec<(String, ColumnKind)>),
}

/// Where the values of a column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) enum ColumnSource {
    /// The name of the store.
    Store,
    /// The epoch of the sequence.
    Epoch,
    /// The sequence.
    Seq,
    /// The instant of the append.
    RecordedAt,
    /// The instant of the event.
    OccurredAt,
    /// Its offset from UTC, as text; null for `Z`.
    Offset,
    /// The member of the event at a path of keys.
    Path(Vec<String>),
    /// The event as JSON.
    Whole,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct TableColumn {
    pub(in crate::lake) name: String,
    pub(in crate::lake) kind: ColumnKind,
    pub(in crate::lake) source: ColumnSource,
}
