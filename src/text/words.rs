//! Words: the maximal runs of letters, marks and numbers of folded text.

use super::{ascii, fold, property};
use crate::limits::WORD_BYTES_MAX;

/// Calls `each` with every word of `text` in order, folded.
///
/// A word is a maximal run of characters that are Alphabetic, numbers (Nd, Nl, No) or marks (Mn,
/// Mc, Me); each such character of Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar is a word
/// by itself. Words have 1 to 256 bytes; longer runs are cut into consecutive words. ASCII costs no
/// allocation up to 512 bytes, or of any length without capitals.
///
/// # Examples
/// ```
/// let mut words = Vec::new();
/// annals::text::for_each_word("30-minütiges", |word| words.push(word.to_string()));
/// assert_eq!(words, ["30", "minutiges"]);
/// ```
pub fn for_each_word(text: &str, mut each: impl FnMut(&str)) {
    if text.is_ascii() {
        ascii::for_each_word(text.as_bytes(), |word| {
            each(std::str::from_utf8(word).expect("a slice of ASCII is ASCII"));
        });
    } else {
        for_each_folded_word(&fold::fold_beyond_ascii(text), each);
    }
}

/// Does [`for_each_word`] for the bytes of a text; bytes that are no UTF-8 have no words.
pub(crate) fn for_each_word_of_bytes(text: &[u8], mut each: impl FnMut(&[u8])) {
    if text.is_ascii() {
        ascii::for_each_word(text, each);
    } else if let Ok(text) = std::str::from_utf8(text) {
        for_each_folded_word(&fold::fold_beyond_ascii(text), |word| each(word.as_bytes()));
    }
}

/// The words of `text` in order, folded; see [`for_each_word`].
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, |word| words.push(word.to_string()));
    words
}

/// Calls `each` with every word of a folded text.
pub(crate) fn for_each_folded_word(folded: &str, mut each: impl FnMut(&str)) {
    let mut start = None;
    for (index, c) in folded.char_indices() {
        let (is_word, is_single) = match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => (ascii::is_word(byte), false),
            _ => {
                let class = property::class(c);
                (class.is_word(), class.is_single())
            }
        };
        if is_word && !is_single {
            start.get_or_insert(index);
            continue;
        }
        if let Some(start) = start.take() {
            cut(&folded[start..index], &mut each);
        }
        if is_single {
            each(&folded[index..index + c.len_utf8()]);
        }
    }
    if let Some(start) = start {
        cut(&folded[start..], &mut each);
    }
}

/// Whether `text` has a character of general category Nd, Nl or No.
pub(crate) fn has_numeric(text: &str) -> bool {
    let is_numeric =
        |c: char| if c.is_ascii() { c.is_ascii_digit() } else { property::class(c).is_numeric() };
    text.chars().any(is_numeric)
}

/// Calls `each` with the words of a run, each the longest piece of at most 256 bytes.
fn cut(run: &str, each: &mut impl FnMut(&str)) {
    let mut rest = run;
    while rest.len() > WORD_BYTES_MAX {
        let border = (0..=WORD_BYTES_MAX).rev().find(|&at| rest.is_char_boundary(at));
        let (word, after) = rest.split_at(border.expect("a text begins with a border"));
        each(word);
        rest = after;
    }
    each(rest);
}
