//! The end of a JSON value, by a pushdown automaton over its brackets, strings and separators.
//!
//! The contents of strings and the spelling of scalars are left to the parser: a record with a
//! lone surrogate or a malformed number has sound borders and is refused alone.

/// Bounds the stack of the automaton; no real JSON is nested deeper.
const DEPTH_MAX: usize = 1 << 20;

/// The automaton over one value, which may come in pieces.
#[derive(Debug)]
pub(super) struct Structure {
    /// The open brackets, `{` or `[`.
    open: Vec<u8>,
    expects: Expects,
    /// Bytes of the text that were followed.
    at: usize,
}

/// How far a value was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Followed {
    /// It goes on behind the text.
    Open,
    /// It ends before this byte.
    Ends(usize),
    /// This byte cannot stand here.
    Broken(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Colon,
    Separator,
    /// Inside of a string, which may be a key.
    Text {
        key: bool,
    },
    /// Behind the backslash in a string.
    Escaped {
        key: bool,
    },
    Scalar,
}

impl Structure {
    /// Begins at the first byte of a value.
    pub(super) fn new() -> Structure {
        Structure { open: Vec::new(), expects: Expects::Value, at: 0 }
    }

    /// Follows the value on in `text`, which has all of it so far, or all since
    /// [`Structure::forget_followed`]. `complete`: nothing comes behind `text`.
    ///
    /// Cost: linear in the bytes that are new.
    pub(super) fn follow(&mut self, text: &[u8], complete: bool) -> Followed {
        while let Some(byte) = text.get(self.at).copied() {
            match self.expects {
                Expects::Text { key } => {
                    let rest = &text[self.at..];
                    let Some(len) = memchr::memchr2(b'"', b'\\', rest) else {
                        self.at = text.len();
                        return Followed::Open;
                    };
                    self.at += len + 1;
                    self.expects = match (rest[len], key) {
                        (b'\\', key) => Expects::Escaped { key },
                        (_, true) => Expects::Colon,
                        (_, false) => Expects::Separator,
                    };
                }
                Expects::Escaped { key } => {
                    self.at += 1;
                    self.expects = Expects::Text { key };
                }
                Expects::Scalar if is_of_scalar(byte) => self.at += 1,
                Expects::Scalar => self.expects = Expects::Separator,
                _ if self.expects != Expects::Separator || !self.open.is_empty() => {
                    if !byte.is_ascii_whitespace() && !self.take(byte) {
                        return Followed::Broken(self.at);
                    }
                    self.at += 1;
                }
                _ => {}
            }
            if self.is_at_end() {
                return Followed::Ends(self.at);
            }
        }
        match self.expects {
            Expects::Scalar if complete && self.open.is_empty() => Followed::Ends(self.at),
            _ => Followed::Open,
        }
    }

    /// Forgets the bytes that were followed and returns their number; the next text begins behind
    /// them.
    pub(super) fn forget_followed(&mut self) -> usize {
        std::mem::take(&mut self.at)
    }

    fn is_at_end(&self) -> bool {
        self.open.is_empty() && self.expects == Expects::Separator
    }

    /// Takes a byte outside of strings and scalars; `false` if it cannot stand there.
    fn take(&mut self, byte: u8) -> bool {
        self.expects = match (self.expects, byte) {
            (Expects::FirstKey, b'}') | (Expects::FirstElement, b']') => return self.close(byte),
            (Expects::FirstKey | Expects::Key, b'"') => Expects::Text { key: true },
            (Expects::Colon, b':') => Expects::Value,
            (Expects::Value | Expects::FirstElement, b'"') => Expects::Text { key: false },
            (Expects::Value | Expects::FirstElement, b'{' | b'[') => {
                if self.open.len() == DEPTH_MAX {
                    return false;
                }
                self.open.push(byte);
                if byte == b'{' { Expects::FirstKey } else { Expects::FirstElement }
            }
            (Expects::Value | Expects::FirstElement, byte) if is_of_scalar(byte) => Expects::Scalar,
            (Expects::Separator, b',') => match self.open.last() {
                Some(b'{') => Expects::Key,
                _ => Expects::Value,
            },
            (Expects::Separator, b'}' | b']') => return self.close(byte),
            _ => return false,
        };
        true
    }

    fn close(&mut self, byte: u8) -> bool {
        let opened = if byte == b'}' { b'{' } else { b'[' };
        self.expects = Expects::Separator;
        self.open.pop() == Some(opened)
    }
}

/// Digits, letters and signs: numbers, `true`, `false`, `null`, and others such as `NaN`.
fn is_of_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// The end of an object that is no JSON: where its braces outside of strings are balanced.
pub(super) fn closing_brace(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Bytes of white space at the beginning of a text.
pub(super) fn space_len(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn followed(text: &str) -> Followed {
        Structure::new().follow(text.as_bytes(), true)
    }

    #[test]
    fn values_end_where_their_brackets_close() {
        for (value, behind) in [
            (r#"{"a":"]}\"","b":[1,{"c":null}]}"#, ",{}"),
            ("[]", "]"),
            ("\"x\"", ","),
            ("{ \"a\" : 1 }", "{"),
            ("-1.5e3", "]"),
            ("{\"a\":\"\u{1}\n\"}", ""),
        ] {
            assert_eq!(followed(&format!("{value}{behind}")), Followed::Ends(value.len()));
        }
        assert_eq!(followed("5"), Followed::Ends(1));
        assert_eq!(Structure::new().follow(b"5", false), Followed::Open);
        assert_eq!(followed("{\"a\":"), Followed::Open);
    }

    #[test]
    fn the_first_byte_that_cannot_stand_there_is_named() {
        for (text, at) in [
            ("{\"a\":1,{", 7),
            ("{\"a\":1 \"b\"", 7),
            ("{\"a\" 1}", 5),
            ("[1,]", 3),
            ("[{}}", 3),
            ("{]", 1),
            ("{\"a\":é", 5),
            ("}", 0),
        ] {
            assert_eq!(followed(text), Followed::Broken(at), "{text}");
        }
    }

    #[test]
    fn braces_close_an_object_that_is_no_json() {
        assert_eq!(closing_brace(b"{\"a\":[{\"x}\":1},\"c\":1},{"), Some(21));
        assert_eq!(closing_brace(b"{\"a\":{"), None);
    }

    proptest! {
        #[test]
        fn pieces_are_followed_as_the_whole(
            text in "[\\[\\]{}\",:\\\\a1 \n]{0,40}",
            cut in 0_usize..40,
        ) {
            let text = text.as_bytes();
            let mut pieces = Structure::new();
            let mut found = pieces.follow(&text[..cut.min(text.len())], false);
            if found == Followed::Open {
                found = pieces.follow(text, true);
            }
            prop_assert_eq!(found, Structure::new().follow(text, true));
        }

        #[test]
        fn what_serde_reads_is_sound(text in "[\\[\\]{}\",:a1 ]{1,16}") {
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                let begin = space_len(text.as_bytes());
                let end = text.trim_end().len() - begin;
                prop_assert_eq!(followed(&text[begin..]), Followed::Ends(end));
            }
        }
    }
}
