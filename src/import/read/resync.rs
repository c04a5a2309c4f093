//! Where reading goes on after a record that is no JSON, so that its neighbours are not lost.

use super::structure::{Followed, Structure, closing_brace, space_len};

/// Where a broken record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// Bytes of the record.
    pub(super) len: usize,
    /// Bytes up to the place where reading goes on.
    pub(super) next: usize,
    /// The next record begins there; else a separator or the end of the container is expected.
    pub(super) at_record: bool,
}

impl Cut {
    fn behind(end: usize) -> Cut {
        Cut { len: end, next: end, at_record: false }
    }
}

/// The result of a look for the end of a broken record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Found(Cut),
    Nothing,
    /// More text is needed to decide.
    More,
}

/// Panic-mode recovery in a pretty-printed text: the record ends before the next line that begins
/// with its own `indent` and `{`, or behind the `}` of the next line that begins with `indent` and
/// `}`, whichever comes first.
pub(super) fn by_layout(text: &[u8], indent: &[u8]) -> Option<Cut> {
    memchr::memchr_iter(b'\n', text).find_map(|line_end| {
        let start = line_end + 1;
        let line = &text[start..];
        let at = start + indent.len();
        let mark = line.strip_prefix(indent)?.first()?;
        match mark {
            b'{' => Some(Cut { len: record_len(&text[..start]), next: at, at_record: true }),
            b'}' => Some(Cut::behind(at + 1)),
            _ => None,
        }
    })
}

/// Panic-mode recovery in a list: the record ends before the next comma behind which a sound record
/// begins, or where its braces close before a separator, or at `by_layout`, whichever comes first.
///
/// The result does not depend on how much text has been read: what more text could change is
/// [`Look::More`], unless the text is `complete`.
pub(super) fn by_trial(
    text: &[u8],
    by_layout: Option<Cut>,
    complete: bool,
    is_sound: &dyn Fn(&[u8]) -> bool,
) -> Look {
    let limit = by_layout.map_or(text.len(), |cut| cut.next);
    let behind = closing_brace(&text[..limit]).map(|end| (end, mark_at(text, end)));
    let closed = match behind {
        Some((end, Some(b',' | b']'))) => Look::Found(Cut::behind(end)),
        Some((_, None)) if !complete => Look::More,
        _ => by_layout.map_or(Look::Nothing, Look::Found),
    };
    let end = match (closed, behind) {
        (Look::Found(cut), _) => cut.next,
        (Look::More, Some((end, _))) => end,
        _ => limit,
    };
    for comma in memchr::memchr_iter(b',', &text[..end]) {
        let at = comma + 1 + space_len(&text[comma + 1..]);
        if at >= end && at < text.len() {
            break;
        }
        match text.get(at) {
            Some(b'{') => {}
            None if !complete => return Look::More,
            _ => continue,
        }
        match Structure::new().follow(&text[at..], complete) {
            Followed::Ends(len) if is_sound(&text[at..at + len]) => {
                return Look::Found(Cut { len: comma, next: at, at_record: true });
            }
            Followed::Open if !complete => return Look::More,
            _ => {}
        }
    }
    closed
}

/// The first byte from `at` on that is no white space.
fn mark_at(text: &[u8], at: usize) -> Option<u8> {
    text[at..].iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// The length of a record without the comma and the white space behind it.
fn record_len(text: &[u8]) -> usize {
    let text = text.trim_ascii_end();
    text.strip_suffix(b",").unwrap_or(text).trim_ascii_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_begins_like_the_record_ends_it() {
        let text = b"{\n    \"a\": \"x,\n    \"b\": 1\n  },\n  {\n";
        let cut = by_layout(text, b"  ").unwrap();
        assert_eq!((cut.next, cut.at_record), (cut.len, false));
        assert!(text[..cut.len].ends_with(b"1\n  }"));
        let text = b"{\"a\":1,\n{\"b\":2}";
        assert_eq!(by_layout(text, b""), Some(Cut { len: 6, next: 8, at_record: true }));
        assert_eq!(by_layout(text, b"\t"), None);
    }

    #[test]
    fn without_layout_a_closing_brace_or_a_sound_record_ends_it() {
        let is_sound = |text: &[u8]| text.starts_with(b"{\"r\"");
        for (text, record, next) in [
            ("{\"a\":1 \"b\":2},{\"r\":1}]", "{\"a\":1 \"b\":2}", ",{\"r\":1}]"),
            ("{\"a\":1,{\"r\":1}]", "{\"a\":1", "{\"r\":1}]"),
            ("{\"a\":\"x},{\"x\":1},{\"r\":1}]", "{\"a\":\"x},{\"x\":1}", "{\"r\":1}]"),
        ] {
            let Look::Found(cut) = by_trial(text.as_bytes(), None, true, &is_sound) else {
                panic!("{text}");
            };
            assert_eq!((&text[..cut.len], &text[cut.next..]), (record, next));
        }
        let open = b"{\"a\":\"x},{\"r\"";
        assert_eq!(by_trial(open, None, true, &is_sound), Look::Nothing);
        assert_eq!(by_trial(open, None, false, &is_sound), Look::More);
    }
}
