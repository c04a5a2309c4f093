//! JSON text to a tree: strict, digits kept, nothing repaired.
//!
//! Refused beyond RFC 8259: duplicate keys, lone surrogates, invalid UTF-8, nesting beyond a
//! depth, and numbers beyond the limits of [`Number::parse`](super::Number::parse).

use std::borrow::Cow;

use super::node::{Member, Node, check_unique};
use super::number::{check_limits, number_len};
use super::problem::{Checked, Problem};
use super::value::Value;
use crate::error::Result;
use crate::limits::JSON_DEPTH_MAX;

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
            Err(problem) => Err(problem.into_error("json")),
        }
    }
}

/// Parses JSON text in which objects and lists nest at most `depth_max` deep.
pub(super) fn parse(json: &[u8], depth_max: usize) -> Checked<Node<'_>> {
    let text = std::str::from_utf8(json).map_err(|error| {
        let at = error.valid_up_to();
        Problem::new(format!("has invalid UTF-8 at byte {at}"))
    })?;
    let mut parser = Parser {
        text,
        at: 0,
        depth_max,
    };
    parser.skip_space();
    let node = parser.value(0)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.syntax("the end of the text"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    /// Byte offset of what comes next; at a character border between tokens.
    at: usize,
    depth_max: usize,
}

impl<'a> Parser<'a> {
    /// Parses a value that lies in `depth` objects and lists.
    fn value(&mut self, depth: usize) -> Checked<Node<'a>> {
        match self.peek() {
            Some(b'"') => Ok(Node::String(self.string()?)),
            Some(b'{') => self.object(self.deeper(depth)?),
            Some(b'[') => self.list(self.deeper(depth)?),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Node::Bool(true)),
            Some(b'f') => self.literal("false", Node::Bool(false)),
            Some(b'n') => self.literal("null", Node::Null),
            _ => Err(self.syntax("a value")),
        }
    }

    fn deeper(&self, depth: usize) -> Checked<usize> {
        if depth < self.depth_max {
            return Ok(depth + 1);
        }
        let limit = self.depth_max;
        Err(self.problem(&format!("is nested deeper than the limit of {limit}")))
    }

    fn object(&mut self, depth: usize) -> Checked<Node<'a>> {
        let mut members: Vec<Member<'a>> = Vec::new();
        if depth == 1 {
            members.reserve(16);
        }
        self.at += 1;
        self.skip_space();
        if self.take(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a key in double quotes"));
            }
            let key = self.string()?;
            match self.member_value(depth) {
                Ok(node) => members.push((key, node)),
                Err(problem) => return Err(problem.under_key(&key)),
            }
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
        Ok(Node::Object(members))
    }

    fn member_value(&mut self, depth: usize) -> Checked<Node<'a>> {
        self.skip_space();
        if !self.take(b':') {
            return Err(self.syntax("`:`"));
        }
        self.skip_space();
        self.value(depth)
    }

    fn list(&mut self, depth: usize) -> Checked<Node<'a>> {
        let mut nodes = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.take(b']') {
            return Ok(Node::List(nodes));
        }
        loop {
            match self.value(depth) {
                Ok(node) => nodes.push(node),
                Err(problem) => return Err(problem.at_index(nodes.len())),
            }
            self.skip_space();
            if self.take(b']') {
                return Ok(Node::List(nodes));
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

    fn number(&mut self) -> Checked<Node<'a>> {
        let len = number_len(self.rest()).ok_or_else(|| self.syntax("a number"))?;
        let number = self.text.get(self.at..self.at + len).unwrap_or_default();
        check_limits(number).map_err(|what| self.problem(&what))?;
        self.at += len;
        Ok(Node::Number(number))
    }

    /// Parses a string; the next byte is its opening quote.
    fn string(&mut self) -> Checked<Cow<'a, str>> {
        self.at += 1;
        let plain = self.plain_run()?;
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::with_capacity(plain.len() + 16);
        text.push_str(plain);
        loop {
            text.push(self.escape()?);
            text.push_str(self.plain_run()?);
            if self.take(b'"') {
                return Ok(Cow::Owned(text));
            }
        }
    }

    /// Reads up to the next quote or backslash of a string.
    fn plain_run(&mut self) -> Checked<&'a str> {
        let rest = self.rest();
        let ends = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < b' ';
        let len = rest.iter().position(ends).unwrap_or(rest.len());
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

    /// Reads `\uXXXX`, or two of them that are a surrogate pair.
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

    /// The number in a `\uXXXX` that begins at `at`.
    fn hex(&self, at: usize) -> Checked<u32> {
        let escape = self.text.as_bytes().get(at..at + 6);
        let Some([b'\\', b'u', digits @ ..]) = escape else {
            return Err(self.problem("has a `\\u` without four hexadecimal digits"));
        };
        let code = digits.iter().try_fold(0, |code, digit| {
            char::from(*digit)
                .to_digit(16)
                .map(|digit| code * 16 + digit)
        });
        code.ok_or_else(|| self.problem("has a `\\u` without four hexadecimal digits"))
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
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
        Problem::new(format!("expected {expected} at byte {at}, got {got}"))
    }

    #[cold]
    fn problem(&self, what: &str) -> Box<Problem> {
        Problem::new(format!("{what} at byte {}", self.at))
    }
}
