//! What is wrong with a term, and where in it.

/// The part of a term that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum TermPart {
    /// The first segment of the path is no field: perhaps the term was meant as text.
    Name,
    Path,
    Operator,
    /// The value, or the one of a list with this index.
    Value(usize),
}

/// What is wrong with a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct TermError {
    pub(in crate::query) place: TermPart,
    pub(in crate::query) text: String,
}

impl TermError {
    pub(super) fn new(place: TermPart, text: impl Into<String>) -> TermError {
        let text = text.into();
        TermError { place, text }
    }

    pub(super) fn value(text: impl Into<String>) -> TermError {
        TermError::new(TermPart::Value(0), text)
    }
}
