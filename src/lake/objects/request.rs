//! The four requests that a table needs, and their answers.

use bytes::Bytes;
use std::fmt::Debug;

/// An object that a listing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundObject {
    /// Its path within the table.
    pub path: String,
    /// Its length in bytes.
    pub len: u64,
    /// When it was written, in microseconds since 1970.
    pub modified: i64,
}

/// Why a request got no answer that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFailure {
    /// What the other side said.
    pub message: String,
    /// Whether the same request may succeed later. What it was to do may be done all the same.
    pub is_transient: bool,
}

/// The answer to a request.
pub type Answer<T> = Result<T, RequestFailure>;

/// What a put that must not replace anything came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutAnswer {
    /// The object is there with these bytes.
    Put,
    /// There was one of this name already; it stays.
    Taken,
}

/// The requests that a table needs, one attempt each. Paths are relative to the table, with `/`.
pub trait Objects: Debug + Send + Sync {
    /// All objects below a folder, `""` for the table, whose paths are greater than `after`.
    fn list(&self, folder: &str, after: Option<&str>) -> Answer<Vec<FoundObject>>;
    /// The bytes of an object; `None` where there is none.
    fn get(&self, path: &str) -> Answer<Option<Bytes>>;
    /// Writes an object if there is none of this name, as a whole or not at all.
    ///
    /// Durability: on `Put` it survives power loss.
    fn put_new(&self, path: &str, bytes: Bytes) -> Answer<PutAnswer>;
    /// Removes an object; one that is not there is fine.
    fn remove(&self, path: &str) -> Answer<()>;
}
