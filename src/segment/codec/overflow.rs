//! Values of the overflow column: the leaves of events that are stored whole, each as its path,
//! its kind and its text in one string.

use crate::event::shape::Kind;
use crate::json::append_escaped;

/// Ends a key; cannot be in a JSON string as it is spelled between quotes.
const KEY_END: u8 = 1;
/// Ends the path.
const PATH_END: u8 = 0;

/// Replaces `out` with the value of a leaf.
pub(crate) fn encode(path: &[&[u8]], kind: Kind, text: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for key in path {
        out.extend_from_slice(key);
        out.push(KEY_END);
    }
    out.push(PATH_END);
    out.push(match kind {
        Kind::Null => b'n',
        Kind::Bool => b'b',
        Kind::Number => b'd',
        _ => b's',
    });
    out.extend_from_slice(text);
}

/// What the values begin with whose path may be these segments of a query; several segments may
/// stand for one key with dots between them.
pub(crate) fn prefixes(segments: &[String]) -> Vec<Vec<u8>> {
    let Some((first, behind)) = segments.split_first() else {
        return vec![Vec::new()];
    };
    let mut begin = Vec::new();
    append_escaped(&mut begin, first.as_bytes());
    let Some(second) = behind.first() else {
        begin.push(KEY_END);
        return vec![begin];
    };
    let mut joined = begin.clone();
    joined.push(b'.');
    begin.push(KEY_END);
    append_escaped(&mut begin, second.as_bytes());
    vec![begin, joined]
}

/// The value of a string at exactly this path, a key for each segment.
pub(crate) fn string_at(segments: &[String], text: &str) -> Vec<u8> {
    let escaped = |segment: &String| {
        let mut key = Vec::new();
        append_escaped(&mut key, segment.as_bytes());
        key
    };
    let keys: Vec<Vec<u8>> = segments.iter().map(escaped).collect();
    let path: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
    let mut value = Vec::new();
    encode(&path, Kind::String, text.as_bytes(), &mut value);
    value
}

/// A leaf, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OverflowValue<'v> {
    /// The keys, escapes resolved.
    pub path: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// The text.
    pub text: &'v str,
}

/// Takes a value apart; `None` if it is none.
pub(crate) fn decode(value: &str) -> Option<OverflowValue<'_>> {
    let (path, rest) = value.split_once(PATH_END as char)?;
    let (kind, text) = rest.split_at_checked(1)?;
    let kind = match kind {
        "n" => Kind::Null,
        "b" => Kind::Bool,
        "d" => Kind::Number,
        "s" => Kind::String,
        _ => return None,
    };
    let mut keys = Vec::new();
    for key in path.split_terminator(KEY_END as char) {
        let mut plain = Vec::new();
        crate::event::shape::unescape(key.as_bytes(), &mut plain);
        keys.push(String::from_utf8(plain).ok()?);
    }
    Some(OverflowValue { path: keys, kind, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_come_back() {
        let mut value = Vec::new();
        encode(&[b"a.b", br"c\n\u0000\u0001"], Kind::Number, b"-1.50", &mut value);
        let text = String::from_utf8(value).unwrap();
        let path = vec!["a.b".to_owned(), "c\n\0\u{1}".to_owned()];
        assert_eq!(decode(&text), Some(OverflowValue { path, kind: Kind::Number, text: "-1.50" }));
        assert_eq!(decode("no end"), None);
    }

    #[test]
    fn values_at_a_path_begin_with_one_of_its_prefixes() {
        let begins = |path: &[&[u8]], segments: &[&str]| {
            let mut value = Vec::new();
            encode(path, Kind::String, b"x", &mut value);
            let segments: Vec<String> = segments.iter().map(|s| s.to_string()).collect();
            prefixes(&segments).iter().any(|prefix| value.starts_with(prefix))
        };
        assert!(begins(&[b"category"], &["category"]));
        assert!(begins(&[b"details", b"a", b"b"], &["details", "a", "b"]));
        assert!(begins(&[b"details", b"a.b"], &["details", "a", "b"]));
        assert!(begins(&[b"details.a", b"b"], &["details", "a", "b"]));
        assert!(begins(&[b"q\\\"\\u0001", b"b"], &["q\"\u{1}", "b"]));
        assert!(!begins(&[b"categories"], &["category"]));
        assert!(!begins(&[b"details", b"b"], &["details", "a"]));
    }
}
