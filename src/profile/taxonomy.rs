//! The taxonomy (controlled vocabulary) of a source: its categories, and what happens in them.

use super::labels::Labels;

/// The category of activities that belong to every category, also to those that no profile lists.
pub const ANY_CATEGORY: &str = "*";

/// An area of changes, such as `user_management`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Category {
    /// What events store.
    pub code: String,
    /// What people read.
    pub labels: Labels,
    /// Whether it can be switched off.
    pub capture: CaptureRule,
}

/// What decides whether the events of a category are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureRule {
    /// They are always.
    Always,
    /// The switch of this name; several categories may share one.
    Switch(String),
}

/// Something that is done within a category, such as `role_changed`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Activity {
    /// The code of its category, or [`ANY_CATEGORY`].
    pub category: String,
    /// What events store.
    pub code: String,
    /// The operation of its events where the source says none; one that the schema lists.
    pub operation: Option<String>,
    /// The outcome of its events where the source says none; one that the schema lists.
    pub outcome: Option<String>,
    /// What people read.
    pub labels: Labels,
    /// Other spellings of its full name, as interfaces and pages of the source write it.
    pub aliases: Vec<Alias>,
}

/// A further spelling of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alias {
    /// As the source writes it.
    pub spelling: String,
    /// How the event came about where the source says it by this spelling only.
    pub origin: Option<String>,
}

impl Activity {
    /// Whether it belongs to every category.
    pub fn is_open(&self) -> bool {
        self.category == ANY_CATEGORY
    }

    /// Category and code joined by a dot.
    pub fn action(&self) -> String {
        format!("{}.{}", self.category, self.code)
    }
}
