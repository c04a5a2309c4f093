//! Words of pure ASCII text: one table look-up a byte, no allocation.

use crate::limits::WORD_BYTES_MAX;

const SEPARATOR: u8 = 0;
const WORD: u8 = 1;
const UPPER: u8 = 3;

/// What each byte is; bytes beyond ASCII are never asked for.
const CLASSES: [u8; 256] = {
    let mut classes = [SEPARATOR; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        if b.is_ascii_uppercase() {
            classes[byte] = UPPER;
        } else if b.is_ascii_lowercase() || b.is_ascii_digit() {
            classes[byte] = WORD;
        }
        byte += 1;
    }
    classes
};

/// Whether this ASCII byte is a letter or a digit.
pub(super) fn is_word(byte: u8) -> bool {
    CLASSES[usize::from(byte)] != SEPARATOR
}

/// Calls `each` with every word of `text`, which must be ASCII, in order and in lower case.
///
/// A word that is lower case already is a slice of `text`; others pass through a stack buffer.
pub(super) fn for_each_word(text: &str, mut each: impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let mut class = CLASSES[usize::from(bytes[at])];
        if class == SEPARATOR {
            at += 1;
            continue;
        }
        let start = at;
        let mut seen = class;
        while class != SEPARATOR {
            seen |= class;
            at += 1;
            class = bytes
                .get(at)
                .map_or(SEPARATOR, |&b| CLASSES[usize::from(b)]);
        }
        emit(&text[start..at], seen == UPPER, &mut each);
    }
}

/// Hands out one run of word characters, cut at the longest length of a word.
fn emit(run: &str, has_upper: bool, each: &mut impl FnMut(&str)) {
    let mut rest = run;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.len().min(WORD_BYTES_MAX));
        rest = after;
        if has_upper {
            let mut buffer = [0; WORD_BYTES_MAX];
            let lower = &mut buffer[..word.len()];
            lower.copy_from_slice(word.as_bytes());
            lower.make_ascii_lowercase();
            each(std::str::from_utf8(lower).expect("lower-cased ASCII is ASCII"));
        } else {
            each(word);
        }
    }
}
