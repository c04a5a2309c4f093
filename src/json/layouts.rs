//! Layouts of JSON texts: a radix tree of the texts between their values.
//!
//! The texts of one source differ in their values and hardly in what stands between them. An edge
//! of the tree is such a text, a *literal* (`","category":"`), and the kind of the value behind
//! it. A text that follows the tree to its end has a known structure: only literals are compared,
//! values are scanned, no key is hashed and nothing is allocated. What the tree leads to is for the
//! caller to choose.
//!
//! The literals and kinds up to a value fix the place in the grammar of JSON, and kinds begin with
//! different bytes. So at most one edge of a node fits a text, whatever their order.

use super::escape::{canonical_escape_len, plain_len};
use super::number_syntax::{check_limits, number_len};
use super::spans::value_end;

/// What a value is. The quotes of a string belong to the literals around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// A value of any kind, as a whole.
    Whole,
}

/// A value by its place in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// First byte; of a string that behind its quote.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
    /// Whether it is a string with escapes.
    pub is_escaped: bool,
    /// What it is.
    pub kind: TokenKind,
}

impl Token {
    /// The bytes of the value.
    pub(crate) fn of<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start as usize..self.end()).unwrap_or_default()
    }

    /// The byte behind it.
    pub(crate) fn end(&self) -> usize {
        self.start as usize + self.len as usize
    }
}

/// The values that are words.
const WORDS: [&str; 3] = ["true", "false", "null"];

/// How strictly the values of a text are scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scan {
    /// Input: a string with escapes that canonical form writes in another way, or a number that is
    /// none, follows no layout.
    Checked,
    /// Text that was written in canonical form by this crate.
    Canonical,
}

/// Nodes of a tree.
const NODES_MAX: usize = 1 << 14;
/// Edges of a node: they are tried one after the other.
const EDGES_MAX: usize = 64;
/// Bytes of a literal; a longer one is a structure that hardly comes again.
const LITERAL_BYTES_MAX: usize = 4096;
/// Bytes of all literals.
const LITERALS_BYTES_MAX: usize = 1 << 21;

/// The layouts that were learned, and what each leads to.
#[derive(Debug)]
pub(crate) struct Layouts<T> {
    nodes: Vec<LayoutNode>,
    ends: Vec<T>,
    literal_bytes: usize,
    /// Texts since the tree was empty.
    texts: usize,
}

/// A place behind a value.
#[derive(Debug, Default)]
struct LayoutNode {
    edges: Vec<LayoutEdge>,
}

#[derive(Debug)]
struct LayoutEdge {
    literal: Box<[u8]>,
    /// The value behind the literal and the node behind that, or what the layout leads to.
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Value(TokenKind, u32),
    End(u32),
}

impl<T> Default for Layouts<T> {
    fn default() -> Self {
        let nodes = vec![LayoutNode::default()];
        Layouts { nodes, ends: Vec::new(), literal_bytes: 0, texts: 0 }
    }
}

impl<T> Layouts<T> {
    /// Follows a text to its end; its values are left in `tokens`.
    ///
    /// `None` if it has another layout than those learned, or a value that `scan` refuses.
    /// Cost: linear in the text.
    pub(crate) fn follow(
        &mut self,
        text: &[u8],
        scan: Scan,
        tokens: &mut Vec<Token>,
    ) -> Option<&T> {
        tokens.clear();
        self.texts += 1;
        let (mut node, mut at) = (0_usize, 0_usize);
        loop {
            let rest = text.get(at..)?;
            let edges = &mut self.nodes.get_mut(node)?.edges;
            let place = edges.iter().position(|edge| edge.fits(rest))?;
            // Self-organising list: the edge that was used last is tried first.
            if place > 0 {
                edges.swap(0, place);
            }
            let edge = edges.first()?;
            at += edge.literal.len();
            match edge.then {
                Then::End(end) => return self.ends.get(end as usize),
                Then::Value(kind, to) => {
                    let token = scan_value(text, at, kind, scan)?;
                    at = token.end();
                    tokens.push(token);
                    node = to as usize;
                }
            }
        }
    }

    /// Adds the layout of a text with these values, in their order, unless there is no room.
    ///
    /// A tree that is full is emptied first once it was used for as many texts as it has nodes, so
    /// that a new source is learned in its turn and learning costs no more than following.
    pub(crate) fn learn(&mut self, text: &[u8], tokens: &[Token], end: T) -> Option<()> {
        let is_full = self.nodes.len() + tokens.len() > NODES_MAX
            || self.literal_bytes + text.len() > LITERALS_BYTES_MAX;
        if is_full && self.texts <= self.nodes.len() {
            return None;
        }
        if is_full {
            *self = Layouts::default();
        }
        let (mut node, mut at) = (0_u32, 0_usize);
        for token in tokens {
            let literal = text.get(at..token.start as usize)?;
            let next = self.nodes.len() as u32;
            match self.branch(node, literal, Then::Value(token.kind, next))? {
                Then::Value(_, to) => node = to,
                Then::End(_) => return None,
            }
            at = token.end();
        }
        let last = Then::End(self.ends.len() as u32);
        match self.branch(node, text.get(at..)?, last)? {
            Then::End(known) => match self.ends.get_mut(known as usize) {
                Some(place) => *place = end,
                None => self.ends.push(end),
            },
            Then::Value(..) => return None,
        }
        Some(())
    }

    /// The edge with this literal and kind, new if there is none.
    fn branch(&mut self, node: u32, literal: &[u8], then: Then) -> Option<Then> {
        let edges = &mut self.nodes.get_mut(node as usize)?.edges;
        let is_alike = |edge: &&LayoutEdge| {
            *edge.literal == *literal
                && match (edge.then, then) {
                    (Then::Value(kind, _), Then::Value(other, _)) => kind == other,
                    (Then::End(_), Then::End(_)) => true,
                    _ => false,
                }
        };
        if let Some(edge) = edges.iter().find(is_alike) {
            return Some(edge.then);
        }
        if edges.len() >= EDGES_MAX || literal.len() > LITERAL_BYTES_MAX {
            return None;
        }
        edges.push(LayoutEdge { literal: Box::from(literal), then });
        self.literal_bytes += literal.len();
        if let Then::Value(..) = then {
            self.nodes.push(LayoutNode::default());
        }
        Some(then)
    }
}

impl LayoutEdge {
    /// Whether the rest of a text begins with the literal and a value of the kind.
    #[inline]
    fn fits(&self, rest: &[u8]) -> bool {
        let Some(behind) = rest.strip_prefix(&*self.literal) else {
            return false;
        };
        match self.then {
            Then::Value(kind, _) => kind.may_begin(behind.first().copied()),
            Then::End(_) => behind.is_empty(),
        }
    }
}

impl TokenKind {
    /// Whether a value of this kind may begin with a byte.
    #[inline]
    fn may_begin(self, byte: Option<u8>) -> bool {
        match self {
            TokenKind::String | TokenKind::Whole => true,
            TokenKind::Number => matches!(byte, Some(b'-' | b'0'..=b'9')),
            TokenKind::Bool => matches!(byte, Some(b't' | b'f')),
            TokenKind::Null => byte == Some(b'n'),
        }
    }
}

/// Scans a value that begins at `at`. A string ends before its closing quote, which the next
/// literal begins with.
#[inline]
fn scan_value(text: &[u8], at: usize, kind: TokenKind, scan: Scan) -> Option<Token> {
    let rest = text.get(at..)?;
    let mut is_escaped = false;
    let len = match kind {
        TokenKind::String => {
            let len = plain_len(rest);
            if rest.get(len) != Some(&b'"') {
                is_escaped = true;
                string_len(rest, len, scan)?
            } else {
                len
            }
        }
        TokenKind::Number => {
            let len = number_len(rest)?;
            if scan == Scan::Checked {
                check_limits(std::str::from_utf8(rest.get(..len)?).ok()?).ok()?;
            }
            len
        }
        TokenKind::Bool | TokenKind::Null => {
            WORDS.into_iter().find(|word| rest.starts_with(word.as_bytes()))?.len()
        }
        TokenKind::Whole => value_end(text, at)? - at,
    };
    let (start, len) = (u32::try_from(at).ok()?, u32::try_from(len).ok()?);
    Some(Token { start, len, is_escaped, kind })
}

/// The length of a string with escapes, whose first `plain` bytes have none.
#[cold]
fn string_len(rest: &[u8], plain: usize, scan: Scan) -> Option<usize> {
    let mut len = plain;
    loop {
        let escape = rest.get(len..)?;
        len += match (escape.first()?, scan) {
            (b'"', _) => return Some(len),
            (b'\\', Scan::Checked) => canonical_escape_len(escape)?,
            (b'\\', Scan::Canonical) => 2,
            (_, Scan::Checked) => return None,
            (_, Scan::Canonical) => 1,
        };
        len += plain_len(rest.get(len..)?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::for_each_token;

    fn learn(layouts: &mut Layouts<u32>, json: &str, end: u32) -> Option<()> {
        let mut tokens = Vec::new();
        for_each_token(json.as_bytes(), |_, token| tokens.push(token)).unwrap();
        layouts.learn(json.as_bytes(), &tokens, end)
    }

    /// What a text leads to, and its values.
    fn follow(layouts: &mut Layouts<u32>, json: &str, scan: Scan) -> Option<(u32, Vec<String>)> {
        let mut tokens = Vec::new();
        let end = *layouts.follow(json.as_bytes(), scan, &mut tokens)?;
        let text = |token: &Token| String::from_utf8(token.of(json.as_bytes()).to_vec()).unwrap();
        Some((end, tokens.iter().map(text).collect()))
    }

    /// Texts whose literals begin with one another, in all orders of learning.
    #[test]
    fn a_text_leads_to_its_own_layout_only() {
        let texts = [
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":true}"#,
            r#"{"a":null}"#,
            r#"{"a":[1]}"#,
            r#"{"a":["1"]}"#,
            r#"{"a":["1","2"]}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[]}"#,
            r#"{"a":{}}"#,
            r#"{"a": 1}"#,
            r#"{"a":1 }"#,
            r#"{"a":1,"b":2}"#,
            r#"{"a":"1","b":2}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":[[],1]}"#,
            r#"{"ab":1}"#,
            r#"{"a":[{}]}"#,
            r#"{"a":["1",2]}"#,
            "[]",
            "1",
            "{}",
        ];
        for first in 0..texts.len() {
            let mut layouts = Layouts::default();
            let order = (0..texts.len()).map(|place| (place * 5 + first) % texts.len());
            for place in order {
                assert_eq!(follow(&mut layouts, texts[place], Scan::Checked), None);
                learn(&mut layouts, texts[place], place as u32).unwrap();
            }
            for (place, text) in texts.iter().enumerate() {
                let found = follow(&mut layouts, text, Scan::Checked);
                assert_eq!(found.map(|(end, _)| end), Some(place as u32), "{text}");
            }
        }
    }

    #[test]
    fn values_are_scanned_as_they_were_asked_for() {
        let mut layouts = Layouts::default();
        learn(&mut layouts, r#"{"s":"x","n":1,"b":true,"z":null}"#, 7).unwrap();
        let json = |s, n, b| format!(r#"{{"s":"{s}","n":{n},"b":{b},"z":null}}"#);
        let values = ["é }", "-2.5e1", "false", "null"].map(str::to_owned).to_vec();
        let plain = json("é }", "-2.5e1", "false");
        assert_eq!(follow(&mut layouts, &plain, Scan::Checked), Some((7, values)));
        for (s, n, b) in [
            ("\u{1}", "1", "true"),
            ("a\"", "1", "true"),
            ("", "01", "true"),
            ("", "1.", "true"),
            ("", "1e401", "true"),
            ("", "", "true"),
            ("", "1", "tru"),
            ("", "1", "null"),
            ("", "\"1\"", "true"),
            ("", "[1]", "true"),
            ("\\/", "1", "true"),
            ("\\u0041", "1", "true"),
            ("\\u001F", "1", "true"),
            ("\\u000a", "1", "true"),
            ("\\", "1", "true"),
        ] {
            assert_eq!(follow(&mut layouts, &json(s, n, b), Scan::Checked), None, "{s} {n} {b}");
        }
        for text in ["a\\\"b\\\\", "\\n\\t\\u001f\\u000b", "\\\\"] {
            let escaped = json(text, "1", "true");
            for scan in [Scan::Checked, Scan::Canonical] {
                assert_eq!(follow(&mut layouts, &escaped, scan).unwrap().1[0], text);
            }
        }
        assert_eq!(follow(&mut layouts, r#"{"s":"never ends\"#, Scan::Canonical), None);
    }

    #[test]
    fn a_whole_value_is_one_token() {
        let mut layouts = Layouts::default();
        let json = br#"{"raw":{"a":[1,"}"]},"b":1}"#;
        let token = |start, len, kind| Token { start, len, is_escaped: false, kind };
        let tokens = [token(7, 13, TokenKind::Whole), token(25, 1, TokenKind::Number)];
        layouts.learn(json, &tokens, 3).unwrap();
        let found = follow(&mut layouts, r#"{"raw":[[]],"b":22}"#, Scan::Canonical);
        assert_eq!(found, Some((3, vec!["[[]]".to_owned(), "22".to_owned()])));
    }

    #[test]
    fn a_full_node_takes_no_more_edges() {
        let mut layouts = Layouts::default();
        let text = |number: usize| format!(r#"{{"k{number}":[1]}}"#);
        for number in 0..EDGES_MAX {
            learn(&mut layouts, &text(number), 0).unwrap();
        }
        assert_eq!(learn(&mut layouts, &text(EDGES_MAX), 0), None);
        learn(&mut layouts, r#"{"k0":[1,2]}"#, 1).unwrap();
        let found = follow(&mut layouts, r#"{"k0":[3,4]}"#, Scan::Checked);
        assert_eq!(found.map(|(end, _)| end), Some(1));
        assert_eq!(learn(&mut layouts, &format!("[{}1]", " ".repeat(LITERAL_BYTES_MAX)), 0), None);
    }

    #[test]
    fn a_full_tree_is_emptied_once_it_was_used_enough() {
        let mut layouts = Layouts::default();
        let long = |number: usize| format!("[{}]", vec!["1"; number].join(","));
        let mut sizes = (1..).map(|number| number * 200);
        let full = sizes.find(|number| learn(&mut layouts, &long(*number), 0).is_none()).unwrap();
        assert!(layouts.nodes.len() <= NODES_MAX && layouts.nodes.len() + full > NODES_MAX);
        for _ in 0..=layouts.nodes.len() {
            assert!(follow(&mut layouts, &long(200), Scan::Checked).is_some());
        }
        learn(&mut layouts, &long(full), 1).unwrap();
        assert_eq!(follow(&mut layouts, &long(200), Scan::Checked), None);
        assert_eq!(follow(&mut layouts, &long(full), Scan::Checked).map(|found| found.0), Some(1));
    }
}
