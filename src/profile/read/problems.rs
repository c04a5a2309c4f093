//! What is wrong with a profile, by line and key; all of it, not only the first.

use crate::event::schema::nearest_of;
use std::cell::RefCell;
use std::fmt;

/// One mistake in the text of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileProblem {
    /// The line, from 1.
    pub line: usize,
    /// The table and the key, such as `activity.operation`; empty for what is no TOML.
    pub key: String,
    /// What is wrong there, and what to do.
    pub problem: String,
}

impl fmt::Display for ProfileProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(formatter, "{}: {}", self.line, self.problem),
            key => write!(formatter, "{}: {key}: {}", self.line, self.problem),
        }
    }
}

/// Collects problems of one text.
pub(super) struct Problems<'t> {
    text: &'t str,
    found: RefCell<Vec<ProfileProblem>>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(text: &'t str) -> Problems<'t> {
        Problems { text, found: RefCell::default() }
    }

    /// Adds a problem at byte `at` of the text.
    pub(super) fn add(&self, at: usize, key: impl Into<String>, problem: impl Into<String>) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let (key, problem) = (key.into(), problem.into());
        self.found.borrow_mut().push(ProfileProblem { line, key, problem });
    }

    /// All problems in the order of their lines.
    pub(super) fn finish(self) -> Vec<ProfileProblem> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|problem| problem.line);
        found
    }
}

/// The text about a name that is not one of `known`, with the nearest of them.
pub(super) fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    match nearest_of(name, known) {
        Some(nearest) => format!("there is no {what} `{name}`; the nearest: `{nearest}`"),
        None => format!("there is no {what} `{name}`"),
    }
}
