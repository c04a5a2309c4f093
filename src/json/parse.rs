//! JSON text to a tree: strict, digits kept, nothing repaired.
//!
//! Refused beyond RFC 8259: duplicate keys, lone surrogates, invalid UTF-8, nesting beyond a
//! depth, and numbers beyond the limits of [`Number::parse`](super::Number::parse).

use std::borrow::Cow;

use super::escape::plain_len;
use super::number_syntax::{check_limits, number_len};
use super::problem::{Checked, Problem};
use super::tree::{Member, Node, check_unique};
use super::value::Value;
use crate::error::Result;
use crate::limits::JSON_DEPTH_MAX;

/// Room for the members of an outermost object: most events have fewer.
const EVENT_MEMBERS: usize = 16;

impl Value {
    /// Parses JSON text; keys stay in their order, numbers keep their digits.
    ///
    /// Objects and lists may nest 128 deep; the size is for the caller to bound.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) with the path of the value that is wrong, such as
    /// `details.a[2].b`, and the byte offset.
    pub fn parse(json: &[u8]) -> Result<Value> {
        match parse(json, JSON_DEPTH_MAX) {
            Ok(node) => Ok(node.into_value()),
            Err(problem) => Err(problem.to_error("json")),
        }
    }
}

/// Parses JSON text in which objects and lists nest at most `depth_max` deep.
pub(crate) fn parse(json: &[u8], depth_max: usize) -> Checked<Node<'_>> {
    let text = std::str::from_utf8(json).map_err(|error| {
        let at = error.valid_up_to();
        Problem::new(format!("has invalid UTF-8 at byte {at}"))
    })?;
    let mut parser = JsonParser::new(text, depth_max);
    parser.skip_space();
    let mut node = Node::Null;
    parser.value(0, &mut node)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.syntax("the end of the text"));
    }
    Ok(node)
}

/// A position in a JSON text.
pub(super) struct JsonParser<'a> {
    text: &'a str,
    /// Byte offset of what comes next; at a character border between tokens.
    pub(super) at: usize,
    depth_max: usize,
}

impl<'a> JsonParser<'a> {
    /// Begins at the first byte of a text in which objects and lists nest at most `depth_max` deep.
    pub(super) fn new(text: &'a str, depth_max: usize) -> Self {
        JsonParser { text, at: 0, depth_max }
    }

    /// Parses a value that lies in `depth` objects and lists, in place into `node`: moving nodes
    /// costs more than reading them.
    pub(super) fn value(&mut self, depth: usize, node: &mut Node<'a>) -> Checked<()> {
        match self.peek() {
            Some(b'"') => *node = Node::String(self.string()?),
            Some(b'{') => *node = Node::Object(self.object(self.deeper(depth)?)?),
            Some(b'[') => *node = Node::List(self.list(self.deeper(depth)?)?),
            Some(b'-' | b'0'..=b'9') => *node = Node::Number(self.number()?),
            Some(b't') => *node = self.literal("true", Node::Bool(true))?,
            Some(b'f') => *node = self.literal("false", Node::Bool(false))?,
            Some(b'n') => *node = self.literal("null", Node::Null)?,
            _ => return Err(self.syntax("a value")),
        }
        Ok(())
    }

    fn deeper(&self, depth: usize) -> Checked<usize> {
        if depth < self.depth_max {
            return Ok(depth + 1);
        }
        let limit = self.depth_max;
        Err(self.problem(&format!("is nested deeper than the limit of {limit}")))
    }

    fn object(&mut self, depth: usize) -> Checked<Vec<Member<'a>>> {
        let mut members: Vec<Member<'a>> = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.take(b'}') {
            return Ok(members);
        }
        if depth == 1 {
            members.reserve(EVENT_MEMBERS);
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a key in double quotes"));
            }
            let (key, node) = pushed(&mut members, (self.string()?, Node::Null));
            self.member_value(depth, node).map_err(|problem| problem.under_key(key))?;
            self.skip_space();
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return Err(self.syntax("`,` or `}`"));
            }
            self.skip_space();
        }
        check_unique(&members)?;
        Ok(members)
    }

    fn member_value(&mut self, depth: usize, node: &mut Node<'a>) -> Checked<()> {
        self.skip_space();
        if !self.take(b':') {
            return Err(self.syntax("`:`"));
        }
        self.skip_space();
        self.value(depth, node)
    }

    fn list(&mut self, depth: usize) -> Checked<Vec<Node<'a>>> {
        let mut nodes = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.take(b']') {
            return Ok(nodes);
        }
        loop {
            let index = nodes.len();
            self.value(depth, pushed(&mut nodes, Node::Null))
                .map_err(|problem| problem.at_index(index))?;
            self.skip_space();
            if self.take(b']') {
                return Ok(nodes);
            }
            if !self.take(b',') {
                return Err(self.syntax("`,` or `]`"));
            }
            self.skip_space();
        }
    }

    fn literal(&mut self, word: &str, node: Node<'a>) -> Checked<Node<'a>> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.syntax("a value"));
        }
        self.at += word.len();
        Ok(node)
    }

    fn number(&mut self) -> Checked<&'a str> {
        let len = number_len(self.rest()).ok_or_else(|| self.syntax("a number"))?;
        let number = self.text.get(self.at..self.at + len).unwrap_or_default();
        check_limits(number).map_err(|what| self.problem(&what))?;
        self.at += len;
        Ok(number)
    }

    /// Parses a string; the next byte is its opening quote.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Checked<Cow<'a, str>> {
        self.at += 1;
        let start = self.at;
        let end = start + plain_len(self.rest());
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(self.text.get(start..end).unwrap_or_default()));
        }
        self.escaped().map(Cow::Owned)
    }

    /// Reads the rest of a string after its opening quote, with its escapes.
    #[cold]
    fn escaped(&mut self) -> Checked<String> {
        let mut text = String::new();
        loop {
            text.push_str(self.plain_run()?);
            if self.take(b'"') {
                return Ok(text);
            }
            text.push(self.escape()?);
        }
    }

    /// Reads up to the next quote or backslash of a string.
    fn plain_run(&mut self) -> Checked<&'a str> {
        let len = plain_len(self.rest());
        let run = self.text.get(self.at..self.at + len).unwrap_or_default();
        self.at += len;
        match self.peek() {
            None => Err(self.syntax("the closing quote of a string")),
            Some(byte) if byte < b' ' => Err(self.problem("has a control character not escaped")),
            Some(_) => Ok(run),
        }
    }

    /// Reads an escape sequence; the next byte is its backslash.
    fn escape(&mut self) -> Checked<char> {
        let letter = self.rest().get(1).copied();
        let character = match letter {
            Some(b'u') => return self.unicode_escape(),
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(mark @ (b'"' | b'\\' | b'/')) => char::from(mark),
            _ => return Err(self.problem("has an unknown escape")),
        };
        self.at += 2;
        Ok(character)
    }

    /// Reads `\uhhhh`, or two of them that are a surrogate pair.
    fn unicode_escape(&mut self) -> Checked<char> {
        let first = self.hex(self.at)?;
        let (code, len) = match first {
            0xD800..=0xDBFF => match self.hex(self.at + 6) {
                Ok(second @ 0xDC00..=0xDFFF) => {
                    (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
                }
                _ => return Err(self.problem("has a lone surrogate")),
            },
            code => (code, 6),
        };
        let character = char::from_u32(code).ok_or_else(|| self.problem("has a lone surrogate"))?;
        self.at += len;
        Ok(character)
    }

    /// The number in a `\uhhhh` that begins at `at`.
    fn hex(&self, at: usize) -> Checked<u32> {
        let escape = self.text.as_bytes().get(at..at + 6);
        let Some([b'\\', b'u', digits @ ..]) = escape else {
            return Err(self.problem("has a `\\u` without four hexadecimal digits"));
        };
        let code = digits.iter().try_fold(0, |code, digit| {
            char::from(*digit).to_digit(16).map(|digit| code * 16 + digit)
        });
        code.ok_or_else(|| self.problem("has a `\\u` without four hexadecimal digits"))
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    #[cold]
    fn syntax(&self, expected: &str) -> Box<Problem> {
        let at = self.at;
        let got = match self.text.get(at..).and_then(|rest| rest.chars().next()) {
            Some(character) => format!("{character:?}"),
            None => "the end of the text".to_owned(),
        };
        Problem::new(format!("expected {expected} at byte {at}, got {got}")).at_byte(at)
    }

    #[cold]
    fn problem(&self, what: &str) -> Box<Problem> {
        Problem::new(format!("{what} at byte {}", self.at)).at_byte(self.at)
    }
}

/// Appends to a list; returns the new element.
fn pushed<T>(list: &mut Vec<T>, element: T) -> &mut T {
    let index = list.len();
    list.push(element);
    &mut list[index]
}
