//! One line of JSON that is being written; its texts need no escapes, or have them already.

use std::fmt::{Display, Write};

/// Writes members in the order of the calls.
#[derive(Debug, Clone)]
pub(super) struct Line(String);

impl Line {
    /// An empty line with room for an event.
    pub(super) fn new() -> Line {
        Line(String::with_capacity(1024))
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What was written.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Adds a member whose value is a text without quotes, controls and backslashes but those of
    /// escapes.
    pub(super) fn text(&mut self, key: &str, value: impl Display) {
        self.key(key);
        self.push(format_args!("\"{value}\""));
    }

    /// Adds a member whose value is JSON already.
    pub(super) fn json(&mut self, key: &str, value: impl Display) {
        self.key(key);
        self.push(format_args!("{value}"));
    }

    /// Begins an object, or a list, or both: `{`, `[{`.
    pub(super) fn open(&mut self, key: &str, brackets: &str) {
        self.key(key);
        self.0.push_str(brackets);
    }

    /// Ends what [`Line::open`] began.
    pub(super) fn close(&mut self, brackets: &str) {
        self.0.push_str(brackets);
    }

    fn key(&mut self, key: &str) {
        if !self.0.ends_with('{') && !self.0.is_empty() {
            self.0.push(',');
        }
        if !key.is_empty() {
            self.push(format_args!("\"{key}\":"));
        }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        self.0.write_fmt(text).expect("a String takes any text");
    }
}
