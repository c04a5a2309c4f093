//! The attributes (searchable fields) of a source, by the names that its users have for them.

use super::kind::{Kind, Operator};
use super::labels::Labels;
use super::path::AttributePath;

/// A field of the events of a source, as its users call it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attribute {
    /// Where its values stand in an event.
    pub path: AttributePath,
    /// Its names in queries and for columns; the first is its code.
    pub names: Vec<String>,
    /// What people read; they are names, too.
    pub labels: Labels,
    /// What it holds.
    pub kind: Kind,
    /// What may be asked of it.
    pub operators: Vec<Operator>,
    /// The values that the source documents; others may come.
    pub values: Vec<ListedValue>,
    /// Whether stored rules (alerts) may use it.
    pub alertable: bool,
    /// Whether it holds content that a reader may be refused.
    pub sensitive: bool,
    /// Whether a table shows it unless asked otherwise.
    pub columns: bool,
    /// The code of the attribute that it is a part of.
    pub part_of: Option<String>,
}

/// A value that a source documents for an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedValue {
    /// What events store.
    pub code: String,
    /// What people read.
    pub labels: Labels,
}

impl Attribute {
    /// Its first name, which stays when labels change.
    pub fn code(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}
