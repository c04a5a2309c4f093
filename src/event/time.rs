//! Instants: microseconds since 1970-01-01T00:00:00Z.

/// An instant in microseconds since the Unix epoch, UTC.
///
/// Displayed in RFC 3339, UTC. Serialised as that text in formats that people read, and as the
/// number in the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);
