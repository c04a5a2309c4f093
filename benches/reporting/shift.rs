//! The same event again, as if it had happened at another time: another time and other hashes.

use crate::Outcome;
use annals::event::{Event, Timestamp, format_instant};

/// Hexadecimal digits of the shortest word that is taken for a hash.
const HASH_LEN_MIN: usize = 12;
/// Digits of a hash that differ from round to round, from its beginning on: what is the beginning
/// of another hash stays so.
const SHIFTED_LEN: usize = 8;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The canonical text of `event`, which happens `later` microseconds later, or earlier if that is
/// negative, in a round above 0.
///
/// Every word of 12 or more hexadecimal digits, the last group of a UUID among them, becomes
/// another one, the same for the same; ids of people (`u-...`) stay.
pub(crate) fn shifted(event: &Event, round: u64, later: i64) -> Outcome<String> {
    let text = std::str::from_utf8(event.canonical())?;
    if round == 0 {
        return Ok(text.to_owned());
    }
    let key = "\"occurred_at\":\"";
    let start = text.find(key).ok_or("an event has a time")? + key.len();
    let len = text[start..].find('"').ok_or("a time is a text")?;
    let time = Timestamp(event.occurred_at().0 + later);
    let mut result = with_other_hashes(&text[..start], round);
    result.push_str(&format_instant(time, 0).to_string());
    result.push_str(&with_other_hashes(&text[start + len..], round));
    Ok(result)
}

/// The text with every hash changed.
pub(crate) fn with_other_hashes(text: &str, round: u64) -> String {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let mut bytes = text.as_bytes().to_vec();
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let len = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        if is_hash(&bytes[start..start + len]) && !bytes[..start].ends_with(b"\"u-") {
            shift(&mut bytes[start..start + SHIFTED_LEN], round);
        }
        start += len + 1;
    }
    String::from_utf8(bytes).expect("digits of ASCII became digits of ASCII")
}

/// Digits alone are a number.
fn is_hash(word: &[u8]) -> bool {
    let is_digit = |byte: &u8| DIGITS.contains(byte);
    word.len() >= HASH_LEN_MIN
        && word.iter().all(is_digit)
        && word.iter().any(u8::is_ascii_alphabetic)
}

/// Adds the digits of `round` to those of a hash, each modulo 16: no two hashes become the same.
fn shift(digits: &mut [u8], round: u64) {
    for (place, digit) in digits.iter_mut().enumerate() {
        let value = DIGITS.iter().position(|other| other == digit).unwrap_or_default();
        let added = (round >> (4 * place)) as usize & 15;
        *digit = DIGITS[(value + added) % DIGITS.len()];
    }
}
