//! Problems of a JSON text or an event, whose path is collected while the error returns through the
//! callers.

use crate::error::Error;

/// Bytes of a key that an error names; the rest of a longer key is left out.
const SHOWN_KEY_BYTES: usize = 64;

/// A result whose error still collects its path.
pub(crate) type Checked<T> = Result<T, Box<Problem>>;

/// What is wrong, and the steps from the top to it, innermost first.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(super) steps: Vec<PathStep>,
    pub(super) what: String,
    /// The byte of the text that is wrong, where it is a text and the byte is known.
    pub(super) at: Option<usize>,
}

/// A step from a JSON value to one in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathStep {
    /// To the member with this key.
    Key(String),
    /// To the element with this index.
    Index(usize),
}

impl Problem {
    /// `what` is the end of a sentence about the field.
    #[cold]
    pub(crate) fn new(what: impl Into<String>) -> Box<Self> {
        Box::new(Problem { steps: Vec::new(), what: what.into(), at: None })
    }

    /// Adds the byte of the text that is wrong.
    #[cold]
    pub(super) fn at_byte(mut self: Box<Self>, at: usize) -> Box<Self> {
        self.at = Some(at);
        self
    }

    /// Adds the key that leads here.
    #[cold]
    pub(crate) fn under_key(mut self: Box<Self>, key: &str) -> Box<Self> {
        let mut shown = key.len().min(SHOWN_KEY_BYTES);
        while !key.is_char_boundary(shown) {
            shown -= 1;
        }
        let (head, rest) = key.split_at(shown);
        let mark = if rest.is_empty() { "" } else { "…" };
        self.steps.push(PathStep::Key(format!("{head}{mark}")));
        self
    }

    /// Adds the place in a list that leads here.
    #[cold]
    pub(crate) fn at_index(mut self: Box<Self>, index: usize) -> Box<Self> {
        self.steps.push(PathStep::Index(index));
        self
    }

    /// The error for the caller, which names `whole` where the problem is with the text as such.
    #[cold]
    pub(crate) fn to_error(&self, whole: &str) -> Error {
        let mut field = String::new();
        for step in self.steps.iter().rev() {
            match step {
                PathStep::Index(index) => field.push_str(&format!("[{index}]")),
                PathStep::Key(key) => {
                    if !field.is_empty() {
                        field.push('.');
                    }
                    push_key(&mut field, key);
                }
            }
        }
        if field.is_empty() {
            field.push_str(whole);
        }
        Error::invalid(field, self.what.as_str())
    }
}

/// Writes a key as the query language does: quoted unless it is a plain word.
fn push_key(field: &mut String, key: &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
    if key.starts_with(starts) && key.chars().all(plain) {
        field.push_str(key);
    } else {
        field.push('"');
        field.extend(key.chars().flat_map(char::escape_debug));
        field.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(problem: &Problem) -> String {
        match problem.to_error("json") {
            Error::Invalid { field, .. } => field,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_path_is_named_from_the_top() {
        let problem = Problem::new("is wrong").under_key("b").at_index(2);
        assert_eq!(field(&problem.under_key("a").under_key("details")), "details.a[2].b");
        assert_eq!(field(&Problem::new("is wrong")), "json");
    }

    #[test]
    fn odd_keys_are_quoted_and_long_ones_cut() {
        assert_eq!(field(&Problem::new("x").under_key("aws:SourceIp")), "\"aws:SourceIp\"");
        assert_eq!(field(&Problem::new("x").under_key("")), "\"\"");
        assert_eq!(field(&Problem::new("x").under_key("a\nb")), "\"a\\nb\"");
        let long = "é".repeat(1000);
        assert_eq!(field(&Problem::new("x").under_key(&long)).chars().count(), 32 + 3);
    }
}
