//! Whether an input is lines of JSON or a document that spans lines; told by its beginning.

/// How the records of an input are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputForm {
    /// One record a line (NDJSON).
    Lines,
    /// JSON values over several lines, or an array.
    Document,
}

/// Tells the form by the beginning of an input; `None` when more of it is needed.
///
/// `complete` says that `beginning` is the whole input, or all that may be looked at. A broken
/// first line must not turn a file of lines into one broken document, so a document is only what
/// begins like an array of objects, or whose first line ends in the middle of an object that goes
/// on as printers lay it out.
pub(super) fn tell(beginning: &[u8], complete: bool) -> Option<InputForm> {
    let text = beginning.trim_ascii_start();
    let undecided = complete.then_some(InputForm::Lines);
    match text.split_first() {
        None => undecided,
        Some((b'[', rest)) => match rest.trim_ascii_start().first() {
            Some(b'{' | b']') => Some(InputForm::Document),
            Some(_) => Some(InputForm::Lines),
            None => undecided,
        },
        Some((b'{', _)) => match text.iter().position(|byte| *byte == b'\n') {
            None => undecided,
            Some(end) => tell_by_first_line(&text[..end], &text[end..], undecided),
        },
        Some(_) => Some(InputForm::Lines),
    }
}

fn tell_by_first_line(
    first: &[u8],
    after: &[u8],
    undecided: Option<InputForm>,
) -> Option<InputForm> {
    if open_depth(first) == 0 {
        return Some(InputForm::Lines);
    }
    match first.trim_ascii_end().last() {
        Some(b'{' | b'[') => Some(InputForm::Document),
        Some(b',') => match after.trim_ascii_start().first() {
            Some(b'"') => Some(InputForm::Document),
            Some(_) => Some(InputForm::Lines),
            None => undecided,
        },
        _ => Some(InputForm::Lines),
    }
}

/// How many objects and lists are open at the end of a line of JSON.
fn open_depth(line: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut bytes = line.iter();
    let mut in_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if in_string => {
                bytes.next();
            }
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::{InputForm::*, tell};

    #[test]
    fn lines_and_documents_are_told_by_their_beginning() {
        let form = |text: &str| tell(text.as_bytes(), true).unwrap();
        assert_eq!(form("{\"a\":1}\n{\"a\":2}\n"), Lines);
        assert_eq!(form("\n\n{\"a\":\"}{\"}\n"), Lines);
        assert_eq!(form("{\"a\":1}"), Lines);
        assert_eq!(form("[{\"a\":1}]"), Document);
        assert_eq!(form("[\n  {"), Document);
        assert_eq!(form("[]"), Document);
        assert_eq!(form("{\n\t\"collection\": [\n"), Document);
        assert_eq!(form("{\"kind\": \"x\",\n \"items\": []}"), Document);
        assert_eq!(form(""), Lines);
    }

    #[test]
    fn a_broken_first_line_does_not_make_a_document() {
        let form = |text: &str| tell(text.as_bytes(), true).unwrap();
        assert_eq!(form("{\"a\":\n{\"a\":2}\n"), Lines);
        assert_eq!(form("{\"a\":1,\n{\"a\":2}\n"), Lines);
        assert_eq!(form("[broken\n{\"a\":2}\n"), Lines);
        assert_eq!(form("no json\n{\"a\":2}\n"), Lines);
    }

    #[test]
    fn more_is_asked_for_while_the_beginning_does_not_tell() {
        for text in ["", "  \n", "[", "{\"a\":1", "{\"a\":1,\n"] {
            assert_eq!(tell(text.as_bytes(), false), None, "{text:?}");
        }
    }
}
