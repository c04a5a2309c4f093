//! Instants: microseconds since 1970-01-01T00:00:00Z.

/// An instant in microseconds since the Unix epoch, UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Timestamp(pub i64);

/// Prints.
pub fn format_instant(_timestamp: Timestamp, _offset_minutes: i32) -> String {
    unimplemented!()
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, _formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}

impl std::str::FromStr for Timestamp {
    type Err = crate::Error;
    fn from_str(_text: &str) -> crate::Result<Timestamp> {
        unimplemented!()
    }
}
