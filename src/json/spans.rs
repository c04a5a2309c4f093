//! Finds members of an event in its canonical bytes without parsing the rest.

use super::escape::plain_len;
use memchr::memmem::Finder;
use std::ops::Range;
use std::sync::LazyLock;

/// A member at the top of an object: its key as written, and the span of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberSpan<'a> {
    /// The bytes of the key between its quotes, not unescaped.
    pub(crate) key: &'a [u8],
    /// Byte offset of the opening quote of the key.
    pub(crate) start: usize,
    /// Where the value stands.
    pub(crate) value: Range<usize>,
}

/// Walks over the members of the object that `json` is. Ends early where the text is no compact
/// object; never panics.
pub(crate) fn members(json: &[u8]) -> impl Iterator<Item = MemberSpan<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mark = if at == 0 { b'{' } else { b',' };
        if json.get(at) != Some(&mark) {
            return None;
        }
        let start = at + 1;
        let key_end = string_end(json, start)?;
        if json.get(key_end) != Some(&b':') {
            return None;
        }
        let value = key_end + 1..value_end(json, key_end + 1)?;
        at = value.end;
        let key = json.get(start + 1..key_end - 1)?;
        Some(MemberSpan { key, start, value })
    })
}

/// The member with this key, which needs no escapes.
pub(crate) fn find<'a>(json: &'a [u8], key: &str) -> Option<MemberSpan<'a>> {
    members(json).find(|member| member.key == key.as_bytes())
}

/// Where the value stands that follows `literal` at `at`.
pub(crate) fn value_behind(json: &[u8], at: usize, literal: &[u8]) -> Option<Range<usize>> {
    let start = at + literal.len();
    (json.get(at..start)? == literal).then_some(())?;
    Some(start..value_end(json, start)?)
}

/// The member `raw`, which is never the first. One substring search, prepared once, rules out most
/// events without it.
pub(crate) fn find_raw(json: &[u8]) -> Option<MemberSpan<'_>> {
    // A quote inside a string is escaped, so this text can only be a comma and a key.
    static MEMBER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"raw\":"));
    MEMBER.find(json)?;
    find(json, "raw")
}

/// The offset behind the string that begins at `at`.
pub(super) fn string_end(json: &[u8], at: usize) -> Option<usize> {
    if json.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        at += plain_len(json.get(at..)?);
        match json.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The offset behind the value that begins at `at`.
pub(super) fn value_end(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => string_end(json, at),
        b'{' | b'[' => nested_end(json, at),
        _ => {
            let ends = |b: &u8| matches!(b, b',' | b'}' | b']');
            let len = json.get(at..)?.iter().position(ends)?;
            Some(at + len)
        }
    }
}

fn nested_end(json: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    let mut depth = 0_usize;
    loop {
        match json.get(at)? {
            b'"' => at = string_end(json, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}
