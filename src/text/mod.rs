//! Folding and words: one definition, used by sealing, tail and query.

use std::borrow::Cow;

/// The Unicode version of every property used here.
pub const UNICODE_VERSION: (u8, u8, u8) = (0, 0, 0);

/// Folds `text` for comparison.
pub fn fold(_text: &str) -> Cow<'_, str> {
    unimplemented!()
}

/// Calls `each` with every word of `text` in order.
pub fn for_each_word(_text: &str, _each: impl FnMut(&str)) {
    unimplemented!()
}
