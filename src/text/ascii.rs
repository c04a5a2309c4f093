//! Words of pure ASCII text: one table look-up a byte.

use crate::limits::WORD_BYTES_MAX;

/// Look-up table by byte; bytes beyond ASCII are not looked up.
const IS_WORD: [bool; 256] = {
    let mut is_word = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        is_word[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    is_word
};

/// Longest text that is lower-cased on the stack.
const STACK_BYTES: usize = 512;

/// Whether this ASCII byte is a letter or a digit.
pub(super) fn is_word(byte: u8) -> bool {
    IS_WORD[usize::from(byte)]
}

/// Calls `each` with every word of `text`, which must be ASCII, in order and in lower case.
///
/// Words of lower-case text are slices of it. Other text is lower-cased as a whole before, up to
/// 512 bytes without allocation.
pub(super) fn for_each_word(text: &str, each: impl FnMut(&str)) {
    // A fold and not `any`: without an early exit the compiler vectorises the loop.
    let has_upper = text.bytes().fold(false, |has, byte| has | byte.is_ascii_uppercase());
    if !has_upper {
        return for_each_lower_word(text, each);
    }
    let mut buffer = [0; STACK_BYTES];
    match buffer.get_mut(..text.len()) {
        Some(lower) => {
            lower.copy_from_slice(text.as_bytes());
            lower.make_ascii_lowercase();
            let lower = std::str::from_utf8(lower).expect("lower-cased ASCII is ASCII");
            for_each_lower_word(lower, each);
        }
        None => for_each_lower_word(&text.to_ascii_lowercase(), each),
    }
}

fn for_each_lower_word(text: &str, mut each: impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        let mut rest = &text[start..at];
        while rest.len() > WORD_BYTES_MAX {
            let (word, after) = rest.split_at(WORD_BYTES_MAX);
            each(word);
            rest = after;
        }
        each(rest);
    }
}
