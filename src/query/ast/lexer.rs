//! The lexer of query text: quotes, keywords, paths, operators.

use super::Path;
use super::chars::{begins_segment, closing_quotes, continues_segment, is_space};

/// The operator between a path and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Has,
    Equals,
    Differs,
    Begins,
    Contains,
    Ends,
    Under,
    Matches,
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// Longer ones first, so that the first match is the longest.
pub(crate) const OPERATORS: [(&str, Operator); 12] = [
    ("!=", Operator::Differs),
    ("^=", Operator::Begins),
    ("*=", Operator::Contains),
    ("$=", Operator::Ends),
    ("~=", Operator::Matches),
    ("/=", Operator::Under),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    (":", Operator::Has),
    ("=", Operator::Equals),
    (">", Operator::Above),
    ("<", Operator::Below),
];

const SHORT_NAMES: [(&str, &[&str]); 8] = [
    ("time", &["occurred_at"]),
    ("who", &["actor"]),
    ("ip", &["context", "ip"]),
    ("target", &["targets"]),
    ("change", &["changes"]),
    ("type", &["operation"]),
    ("source", &["data_source"]),
    ("action", &["action"]),
];

/// The inside of a pair of quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quoted {
    /// The text without escapes and without a final `*`.
    pub(crate) text: String,
    /// Whether a plain `*` stood before the closing quote.
    pub(crate) has_star: bool,
}

impl Quoted {
    /// The text where `*` is an ordinary character.
    pub(crate) fn literal(mut self) -> String {
        if self.has_star {
            self.text.push('*');
        }
        self.text
    }
}

/// One segment of a path as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathKey {
    pub(crate) key: String,
    pub(crate) is_quoted: bool,
}

/// The path from the object of an element condition, where no name is short.
pub(crate) fn members(segments: Vec<PathKey>) -> Path {
    Path::new(segments.into_iter().map(|segment| segment.key).collect())
}

/// The path with its short name spelled out.
pub(crate) fn resolve(segments: Vec<PathKey>) -> Path {
    let mut keys = Vec::with_capacity(segments.len() + 1);
    for (index, segment) in segments.into_iter().enumerate() {
        let long = SHORT_NAMES
            .iter()
            .find(|(short, _)| index == 0 && !segment.is_quoted && *short == segment.key);
        match long {
            Some((_, long)) => keys.extend(long.iter().map(|key| key.to_string())),
            None => keys.push(segment.key),
        }
    }
    Path::new(keys)
}

/// Reads a text that is a path and nothing else.
pub(crate) fn read_path(text: &str) -> Option<Path> {
    read_segments(text).map(resolve)
}

/// Reads a text that is a path from the object of an element condition and nothing else.
pub(crate) fn read_members(text: &str) -> Option<Path> {
    read_segments(text).map(members)
}

fn read_segments(text: &str) -> Option<Vec<PathKey>> {
    let mut scanner = Scanner::new(text);
    let segments = scanner.take_path()?;
    scanner.rest().is_empty().then_some(segments)
}

/// A place in a query text.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'q> {
    text: &'q str,
    at: usize,
    /// Brackets that are open: a `]` ends what is bare in them.
    brackets: usize,
}

impl<'q> Scanner<'q> {
    pub(crate) fn new(text: &'q str) -> Self {
        Scanner { text, at: 0, brackets: 0 }
    }

    /// The same place within the brackets of another.
    pub(crate) fn at_place(text: &'q str, at: usize, brackets: usize) -> Self {
        Scanner { text, at, brackets }
    }

    /// Brackets that are open.
    pub(crate) fn brackets(&self) -> usize {
        self.brackets
    }

    /// Takes a `[`, if it stands here.
    pub(crate) fn open_bracket(&mut self) -> bool {
        let stands = self.eat("[");
        self.brackets += usize::from(stands);
        stands
    }

    /// Takes the `]` of an open bracket, if it stands here.
    pub(crate) fn close_bracket(&mut self) -> bool {
        let closes = self.brackets > 0 && self.eat("]");
        self.brackets -= usize::from(closes);
        closes
    }

    /// Whether `c` ends what is written without quotes.
    pub(crate) fn ends_bare(&self, c: char) -> bool {
        is_space(c) || c == ')' || (c == ']' && self.brackets > 0)
    }

    /// The byte offset of the place.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Everything from here on.
    pub(crate) fn rest(&self) -> &'q str {
        &self.text[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes `expected` if it stands here.
    pub(crate) fn eat(&mut self, expected: &str) -> bool {
        let stands = self.rest().starts_with(expected);
        if stands {
            self.at += expected.len();
        }
        stands
    }

    pub(crate) fn skip_space(&mut self) {
        self.take_while(is_space);
    }

    /// Takes everything up to white space, `)`, or the `]` of an open bracket.
    pub(crate) fn take_bare(&mut self) -> &'q str {
        let ahead = self.clone();
        self.take_while(|c| !ahead.ends_bare(c))
    }

    /// Takes what [`Scanner::take_bare`] does, but no more than up to a `,`.
    pub(crate) fn take_bare_item(&mut self) -> &'q str {
        let ahead = self.clone();
        self.take_while(|c| !ahead.ends_bare(c) && c != ',')
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'q str {
        let rest = self.rest();
        let len = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// Whether the upper-case operator `word` stands here.
    pub(crate) fn is_keyword(&self, word: &str) -> bool {
        let after = self.rest().strip_prefix(word).map(|rest| rest.chars().next());
        match after {
            None => false,
            Some(None) => true,
            Some(Some(next)) => next == '(' || self.ends_bare(next),
        }
    }

    /// Takes a regular expression and the slash that ends it; the opening one is taken already.
    pub(crate) fn take_regex(&mut self) -> Option<&'q str> {
        let rest = self.rest();
        let end = rest
            .match_indices('/')
            .map(|(index, _)| index)
            .find(|&index| !rest[..index].ends_with('\\'))?;
        self.at += end + 1;
        Some(&rest[..end])
    }

    /// Takes a quoted text, if a quote opens here.
    ///
    /// # Errors
    /// The quote that is missing at the end.
    pub(crate) fn take_quoted(&mut self) -> Result<Option<Quoted>, char> {
        let opening = self.peek().unwrap_or(' ');
        let closing = closing_quotes(opening);
        let Some(&closer) = closing.last() else {
            return Ok(None);
        };
        let inside = &self.rest()[opening.len_utf8()..];
        let (quoted, len) = read_quoted(inside, closing).ok_or(closer)?;
        self.at += opening.len_utf8() + len;
        Ok(Some(quoted))
    }

    /// Takes a path and the operator after it, if both stand here.
    pub(crate) fn take_field(&mut self) -> Option<(Vec<PathKey>, usize, Operator)> {
        let mut ahead = self.clone();
        let segments = ahead.take_path()?;
        let operator_at = ahead.at;
        let (_, operator) = OPERATORS.into_iter().find(|(text, _)| ahead.eat(text))?;
        *self = ahead;
        Some((segments, operator_at, operator))
    }

    /// Takes a path directly before `next`, which stays.
    pub(crate) fn take_path_before(&mut self, next: &str) -> Option<Vec<PathKey>> {
        let mut ahead = self.clone();
        let segments = ahead.take_path().filter(|_| ahead.rest().starts_with(next))?;
        *self = ahead;
        Some(segments)
    }

    /// Takes a path, if one stands here.
    pub(crate) fn take_path(&mut self) -> Option<Vec<PathKey>> {
        let mut segments = vec![self.take_segment()?];
        loop {
            let before = self.at;
            if !self.eat(".") {
                return Some(segments);
            }
            match self.take_segment() {
                Some(segment) => segments.push(segment),
                None => {
                    self.at = before;
                    return Some(segments);
                }
            }
        }
    }

    fn take_segment(&mut self) -> Option<PathKey> {
        match self.peek()? {
            '"' => {
                let quoted = self.take_quoted().ok()??;
                Some(PathKey { key: quoted.literal(), is_quoted: true })
            }
            first if begins_segment(first) => Some(PathKey {
                key: self.take_while(continues_segment).to_string(),
                is_quoted: false,
            }),
            _ => None,
        }
    }
}

/// Reads up to the first closing quote without a `\` before it; gives the bytes it took.
fn read_quoted(inside: &str, closing: &[char]) -> Option<(Quoted, usize)> {
    let mut text = String::new();
    // Length of the text up to and with its last plain `*`.
    let mut star_end = None;
    let mut chars = inside.char_indices().peekable();
    while let Some((index, c)) = chars.next() {
        if closing.contains(&c) {
            let quoted = finish_quoted(&text, star_end, c == '»');
            return Some((quoted, index + c.len_utf8()));
        }
        let escaped = match c {
            '\\' => chars.next_if(|(_, next)| closing.contains(next) || "\\*".contains(*next)),
            _ => None,
        };
        text.push(escaped.map_or(c, |(_, plain)| plain));
        if c == '*' {
            star_end = Some(text.len());
        }
    }
    None
}

/// Drops the white space just inside of French quotes, then a plain `*` at the end.
fn finish_quoted(text: &str, star_end: Option<usize>, is_french: bool) -> Quoted {
    let end = match is_french {
        true => text.trim_end_matches(is_space).len(),
        false => text.len(),
    };
    let has_star = star_end == Some(end);
    let text = &text[..end - usize::from(has_star)];
    let text = match is_french {
        true => text.trim_start_matches(is_space),
        false => text,
    };
    Quoted { text: text.to_string(), has_star }
}
