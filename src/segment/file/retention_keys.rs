//! Which (tenant, data_source, category) combinations a segment holds.

use crate::event::Timestamp;
use crate::io::codec;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::OnceLock;

/// One (tenant, data_source, category) combination that a segment holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct RetentionKey {
    /// The tenant of the rows, if they have one.
    pub tenant: Option<String>,
    /// Their source, if they have one.
    pub data_source: Option<String>,
    /// Their category.
    pub category: String,
    /// Newest `min(occurred_at, recorded_at)` among its rows.
    pub newest: Timestamp,
    /// Number of rows.
    pub rows: u32,
}

/// The combinations of a footer, decoded when first asked for: only rules of retention and merging
/// need them, and to decode them takes a third of the time of opening a segment.
#[derive(Debug, Clone)]
pub(crate) struct RetentionKeys {
    encoded: Vec<u8>,
    /// `None` for bytes that are no combinations.
    decoded: OnceLock<Option<Vec<RetentionKey>>>,
}

impl RetentionKeys {
    /// As they stand in a footer.
    pub(super) fn encoded(bytes: &[u8]) -> RetentionKeys {
        RetentionKeys { encoded: bytes.to_vec(), decoded: OnceLock::new() }
    }

    /// All of them; `None` for bytes that passed their checksum and are no combinations.
    pub(crate) fn all(&self) -> Option<&[RetentionKey]> {
        self.decoded.get_or_init(|| codec::decode(&self.encoded)).as_deref()
    }
}

impl From<Vec<RetentionKey>> for RetentionKeys {
    fn from(list: Vec<RetentionKey>) -> RetentionKeys {
        RetentionKeys { encoded: codec::encode(&list), decoded: OnceLock::from(Some(list)) }
    }
}

impl PartialEq for RetentionKeys {
    fn eq(&self, other: &RetentionKeys) -> bool {
        self.encoded == other.encoded
    }
}

impl Eq for RetentionKeys {}

impl Serialize for RetentionKeys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.all().ok_or_else(|| serde::ser::Error::custom("no combinations"))?;
        all.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RetentionKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RetentionKeys, D::Error> {
        Vec::<RetentionKey>::deserialize(deserializer).map(RetentionKeys::from)
    }
}
