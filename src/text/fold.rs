//! Folding: what makes two spellings equal to a reader.

use std::borrow::Cow;

use super::property;

/// Folds `text` for comparison.
///
/// NFKD; full default case folding; NFKD; what is invisible dropped (Default_Ignorable_Code_Point
/// and the tatweel U+0640); the accents dropped: nonspacing marks (Mn) whose script is Inherited,
/// Latin, Greek, Cyrillic, Arabic, Hebrew or Syriac, but not the voiced sound marks U+3099 and
/// U+309A, nor a breve that makes `й` or `ў`; then `ø` to `o`, `œ` to `oe`, `æ` to `ae`, `ł` to
/// `l`, `đ` to `d`, `ı` to `i`, the apostrophes U+2018, U+2019 and U+02BC to `'` and the dashes
/// U+2010 to U+2015 and U+2212 to `-`; NFC. Folded text folds to itself.
///
/// Borrows what is folded ASCII already.
///
/// # Examples
/// ```
/// assert_eq!(annals::text::fold("Straße Œrsted"), "strasse oersted");
/// assert_eq!(annals::text::fold("Андре\u{301}й パリ"), "андрей パリ");
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

/// Folds cluster by cluster: a character before which a text can be cut, and those behind it
/// before which it cannot. Most clusters are one character, whose fold is looked up; the others
/// are folded by the definition.
pub(super) fn fold_beyond_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (cluster, behind) = rest.split_at(cluster_len(first, rest));
        if cluster.len() > first.len_utf8() {
            folded.push_str(&property::fold_plainly(cluster.chars()));
        } else if first.is_ascii() {
            folded.push(first.to_ascii_lowercase());
        } else {
            folded.push_str(property::fold_of(first));
        }
        rest = behind;
    }
    folded
}

/// Length in bytes of the cluster that a text begins with.
fn cluster_len(first: char, text: &str) -> usize {
    let behind = &text[first.len_utf8()..];
    let is_stable = |c: char| c.is_ascii() || property::class(c).is_stable();
    text.len() - behind.trim_start_matches(|c| !is_stable(c)).len()
}
