//! Text for a terminal: characters that steer it, or that nobody sees, are spelled out.

use annals::text::is_default_ignorable;
use std::borrow::Cow;
use std::io::{self, Write};
use std::str::from_utf8;

/// Whether a character is a control, or is not seen where it stands: what is ignorable by default,
/// controls of annotations and hieroglyphs, line and paragraph separators. U+FE0E and U+FE0F,
/// which choose the form of an emoji, are seen.
pub(super) fn is_hidden(character: char) -> bool {
    match character {
        '\u{fe0e}' | '\u{fe0f}' => false,
        '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' => true,
        _ => character.is_control() || is_default_ignorable(character),
    }
}

/// A text within a line: `\n` and `\t` are spelled out, too; others as `\u{202e}`.
pub(super) fn inline(text: &str) -> Cow<'_, str> {
    spelled(text, is_hidden, |character, out| match character {
        '\n' | '\r' | '\t' => out.extend(character.escape_default()),
        _ => out.extend(character.escape_unicode()),
    })
}

/// A text of several lines, which stay.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    let hidden = |character| is_hidden(character) && character != '\n';
    spelled(text, hidden, |character, out| out.extend(character.escape_unicode()))
}

/// JSON, perhaps laid out over several lines: spelled as JSON does it, so that it means the same.
/// Tabs, which no JSON string holds as they are, stay.
pub(super) fn json(text: &str) -> Cow<'_, str> {
    let hidden = |character| is_hidden(character) && !matches!(character, '\n' | '\t');
    spelled(text, hidden, |character, out| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

fn spelled(
    text: &str,
    hidden: impl Fn(char) -> bool,
    spell: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    let Some(first) = text.find(&hidden) else {
        return Cow::Borrowed(text);
    };
    let (plain, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(plain);
    for character in rest.chars() {
        match hidden(character) {
            true => spell(character, &mut out),
            false => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// A terminal to which data is written as it is: hidden characters are spelled as in JSON.
pub(super) struct Terminal<W: Write> {
    inner: W,
    /// The beginning of a character that a write has cut.
    begun: Vec<u8>,
}

impl<W: Write> Terminal<W> {
    pub(super) fn new(inner: W) -> Terminal<W> {
        Terminal { inner, begun: Vec::new() }
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        let whole = match from_utf8(&self.begun) {
            Ok(_) => self.begun.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            // No text of ours; what cannot be read cannot steer either once it is replaced.
            Err(_) => self.begun.len(),
        };
        let text = String::from_utf8_lossy(&self.begun[..whole]);
        self.inner.write_all(json(&text).as_bytes())?;
        self.begun.drain(..whole);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_or_hides_is_spelled_out() {
        for (text, shown) in [
            ("a\u{1b}[31m", "a\\u{1b}[31m"),
            ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
            ("x\u{202e}y\u{2066}\u{200f}\u{61c}", "x\\u{202e}y\\u{2066}\\u{200f}\\u{61c}"),
            ("ad\u{200b}min\u{ad}\u{feff}", "ad\\u{200b}min\\u{ad}\\u{feff}"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{e0041}", "\\u{e0041}"),
        ] {
            assert_eq!(inline(text), shown);
        }
        for text in ["Müller", "パリ", "e\u{301}", "❤\u{fe0f}", "שלום", "a\u{a0}b", ""] {
            assert!(matches!(inline(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn lines_stay_where_they_are_the_structure() {
        assert_eq!(lines("a\nb\u{85}c"), "a\nb\\u{85}c");
        assert_eq!(json("{\n \"\u{202e}\u{e0001}\"}"), "{\n \"\\u202e\\udb40\\udc01\"}");
    }

    #[test]
    fn data_on_a_terminal_is_spelled_though_a_write_cuts_a_character() {
        let mut out = Vec::new();
        let mut terminal = Terminal::new(&mut out);
        for byte in "é\u{202e}\u{e0001}\n".bytes() {
            terminal.write_all(&[byte]).unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), "é\\u202e\\udb40\\udc01\n");
    }
}
