//! Which (tenant, data_source, category) combinations a segment holds.

use crate::event::Timestamp;
use crate::io::codec;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::OnceLock;

/// One (tenant, data_source, category) combination that a segment holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Combination {
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
pub(crate) struct Combinations {
    encoded: Vec<u8>,
    /// `None` for bytes that are no combinations.
    decoded: OnceLock<Option<Vec<Combination>>>,
}

impl Combinations {
    /// As they stand in a footer.
    pub(super) fn encoded(bytes: &[u8]) -> Combinations {
        Combinations { encoded: bytes.to_vec(), decoded: OnceLock::new() }
    }

    /// All of them; `None` for bytes that passed their checksum and are no combinations.
    pub(crate) fn all(&self) -> Option<&[Combination]> {
        self.decoded.get_or_init(|| codec::decode(&self.encoded)).as_deref()
    }
}

impl From<Vec<Combination>> for Combinations {
    fn from(list: Vec<Combination>) -> Combinations {
        Combinations { encoded: codec::encode(&list), decoded: OnceLock::from(Some(list)) }
    }
}

impl PartialEq for Combinations {
    fn eq(&self, other: &Combinations) -> bool {
        self.encoded == other.encoded
    }
}

impl Eq for Combinations {}

impl Serialize for Combinations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.all().ok_or_else(|| serde::ser::Error::custom("no combinations"))?;
        all.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Combinations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Combinations, D::Error> {
        Vec::<Combination>::deserialize(deserializer).map(Combinations::from)
    }
}
