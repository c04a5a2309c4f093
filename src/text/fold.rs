//! Folding: the normal form in which texts are compared.

use std::borrow::Cow;

use super::property;

/// Folds `text` for comparison.
///
/// 1. NFKD, full default case folding, NFKD.
/// 2. Invisible characters are dropped: Default_Ignorable_Code_Point and the tatweel U+0640.
/// 3. Accents are dropped: nonspacing marks (Mn) whose script is Inherited, Latin, Greek, Cyrillic,
///    Arabic, Hebrew or Syriac, except the voiced sound marks U+3099 and U+309A and the breve of
///    `й` and `ў`.
/// 4. `ø` becomes `o`, `œ` `oe`, `æ` `ae`, `ł` `l`, `đ` `d`, `ı` `i`, the apostrophes U+2018,
///    U+2019 and U+02BC `'`, the dashes U+2010 to U+2015 and U+2212 `-`.
/// 5. NFC.
///
/// Idempotent. Folded ASCII is borrowed.
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

/// Folds cluster by cluster: a character with the unstable ones behind it, before which a text
/// cannot be cut. Most clusters are one character, whose fold is looked up; the others are folded
/// by the definition.
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

/// Length in bytes of the first cluster of `text`, which begins with `first`.
fn cluster_len(first: char, text: &str) -> usize {
    let behind = &text[first.len_utf8()..];
    let is_stable = |c: char| c.is_ascii() || property::class(c).is_stable();
    text.len() - behind.trim_start_matches(|c| !is_stable(c)).len()
}
