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
pub(super) fn for_each_word(text: &[u8], each: impl FnMut(&[u8])) {
    if !has_upper(text) {
        return for_each_lower_word(text, each);
    }
    let mut buffer = [0; STACK_BYTES];
    match buffer.get_mut(..text.len()) {
        Some(lower) => {
            lower.copy_from_slice(text);
            lower.make_ascii_lowercase();
            for_each_lower_word(lower, each);
        }
        None => for_each_lower_word(&text.to_ascii_lowercase(), each),
    }
}

fn has_upper(text: &[u8]) -> bool {
    // A fold and not `any`: without an early exit the compiler vectorises the loop.
    text.iter().fold(false, |has, byte| has | byte.is_ascii_uppercase())
}

fn for_each_lower_word(text: &[u8], mut each: impl FnMut(&[u8])) {
    let mut at = 0;
    while at < text.len() {
        if !is_word(text[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && is_word(text[at]) {
            at += 1;
        }
        text[start..at].chunks(WORD_BYTES_MAX).for_each(&mut each);
    }
}
