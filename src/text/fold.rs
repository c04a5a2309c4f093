//! Folding: what makes two spellings equal to a reader.

use std::borrow::Cow;

use super::property;

/// Folds `text` for comparison.
///
/// NFKD; full default case folding; NFKD; nonspacing marks (Mn) dropped; then `ø` to `o`, `œ` to
/// `oe`, `æ` to `ae`, `ł` to `l`, `đ` to `d`, `ı` to `i`, the apostrophes U+2018, U+2019 and
/// U+02BC to `'` and the dashes U+2010 to U+2015 and U+2212 to `-`.
///
/// Borrows what is folded ASCII already.
///
/// # Examples
/// ```
/// assert_eq!(annals::text::fold("Straße Œrsted"), "strasse oersted");
/// ```
pub fn fold(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        return Cow::Owned(fold_beyond_ascii(text));
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Borrowed(text)
}

/// Folds character by character. That equals the definition except where the order of combining
/// marks has an effect; such texts are folded by the definition.
pub(super) fn fold_beyond_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
            continue;
        }
        let (class, fold) = property::look_up(c);
        if class.reorders() {
            return property::fold_plainly(text.chars());
        }
        folded.push_str(fold);
    }
    folded
}
