//! `search_term`: the grammar of Elasticsearch's `simple_query_string`, of which no text is wrong.
//!
//! `|` is or, `+` and space are and, `-` leaves out, quotes make a phrase, parentheses group, `*`
//! at the end of a word is any rest of it. Operators are applied from left to right, as there. What
//! has no meaning, such as a parenthesis that is not closed, is passed over.

use crate::query::{Field, Query};
use crate::serve::http::problem::{Answer, Problem};
use crate::text::words;

/// Characters of a term.
const CHARS_MAX: usize = 300;
/// Words and phrases of a term: each is looked for in every field, and a query has so many terms.
const TEXTS_MAX: usize = 80;

/// What the product's search covers: all columns and the details of an entry.
const FIELDS: [&str; 12] = [
    "action",
    "category_label",
    "activity_label",
    "actor.display_name",
    "actor.email",
    "actor.id",
    "actor.groups",
    "details",
    "targets",
    "changes",
    "attributes",
    "context",
];

/// Reads a term.
///
/// # Errors
/// 400 for one that is too long, or that has no word at all.
pub(super) fn read(term: &str) -> Answer<Query> {
    let wrong = |problem: String| Problem::parameter("search_term", problem);
    if term.chars().count() > CHARS_MAX {
        return Err(wrong(format!("has at most {CHARS_MAX} characters")));
    }
    let mut parser = Parser { rest: term, texts: 0 };
    let query = parser.group();
    if parser.texts > TEXTS_MAX {
        return Err(wrong(format!("has at most {TEXTS_MAX} words and phrases")));
    }
    query.ok_or_else(|| wrong("has no word to look for".to_owned()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
}

/// What was read of a group.
#[derive(Default)]
struct Group {
    query: Option<Query>,
    operator: Option<Operator>,
    is_left_out: bool,
}

impl Group {
    /// An operator counts between two operands, and the first of several.
    fn join(&mut self, operator: Operator) {
        if self.query.is_some() && self.operator.is_none() {
            self.operator = Some(operator);
        }
    }

    fn add(&mut self, operand: Query) {
        let operand = if self.is_left_out { !operand } else { operand };
        self.is_left_out = false;
        let operator = self.operator.take();
        self.query = Some(match (self.query.take(), operator) {
            (None, _) => operand,
            (Some(query), Some(Operator::Or)) => query.or(operand),
            (Some(query), _) => query.and(operand),
        });
    }
}

struct Parser<'t> {
    rest: &'t str,
    texts: usize,
}

impl Parser<'_> {
    /// Reads to the end; `None` where nothing is looked for.
    fn group(&mut self) -> Option<Query> {
        let mut group = Group::default();
        while let Some(first) = self.rest.chars().next() {
            let behind = &self.rest[first.len_utf8()..];
            match first {
                '"' => match end_of_phrase(behind) {
                    Some(end) => {
                        let text = unescaped(&behind[..end]);
                        self.rest = &behind[end + 1..];
                        self.add(&mut group, self.phrase(&text));
                    }
                    None => self.rest = behind,
                },
                '(' => match end_of_group(behind) {
                    Some(end) => {
                        let mut inner = Parser { rest: &behind[..end], texts: 0 };
                        let operand = inner.group();
                        self.texts += inner.texts;
                        self.rest = &behind[end + 1..];
                        group_add(&mut group, operand);
                    }
                    None => self.rest = behind,
                },
                '|' | '+' => {
                    group.join(if first == '|' { Operator::Or } else { Operator::And });
                    self.rest = behind;
                }
                // A dash between spaces is a dash.
                '-' => {
                    let is_dash = behind.starts_with(char::is_whitespace) || behind.is_empty();
                    group.is_left_out ^= !is_dash;
                    self.rest = behind;
                }
                ')' => self.rest = behind,
                _ if first.is_whitespace() => self.rest = behind,
                _ => self.word(&mut group),
            }
        }
        group.query
    }

    /// Reads a word, or an operator that is written as one.
    fn word(&mut self, group: &mut Group) {
        let end = end_of_word(self.rest);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "OR" => group.join(Operator::Or),
            "AND" => group.join(Operator::And),
            "NOT" => group.is_left_out ^= true,
            word => {
                let operand = text_query(word);
                self.add(group, operand);
            }
        }
    }

    fn phrase(&self, text: &str) -> Option<Query> {
        (!words(text).is_empty()).then(|| anywhere(|field| field.text(text)))
    }

    fn add(&mut self, group: &mut Group, operand: Option<Query>) {
        self.texts += 1;
        group_add(group, operand);
    }
}

fn group_add(group: &mut Group, operand: Option<Query>) {
    match operand {
        Some(operand) => group.add(operand),
        None => group.is_left_out = false,
    }
}

/// What a word looks for; `None` where it has nothing to look for.
fn text_query(word: &str) -> Option<Query> {
    let is_open = word.ends_with('*') && !word.ends_with("\\*");
    let inner = word.strip_suffix('*').filter(|_| is_open).unwrap_or(word);
    let begins = inner.strip_prefix('*');
    let text = unescaped(begins.unwrap_or(inner));
    if text.is_empty() {
        return Some(Query::all());
    }
    if words(&text).is_empty() {
        return None;
    }
    Some(match (begins.is_some(), is_open) {
        (true, true) => anywhere(|field| field.contains(&text)),
        (true, false) => match text.strip_prefix('@') {
            Some(host) => at_host(host),
            None => anywhere(|field| field.ends(&text)),
        },
        (false, true) => anywhere(|field| field.prefix(&text)),
        (false, false) => anywhere(|field| field.text(&text)),
    })
}

/// One of the fields passes a test.
fn anywhere(test: impl Fn(Field) -> Query) -> Query {
    let tests = FIELDS.iter().map(|field| test(Query::field(field)));
    tests.reduce(Query::or).unwrap_or_else(Query::all)
}

/// An address at a host: one by itself, or within a text of the details.
fn at_host(host: &str) -> Query {
    let escaped: String = host.chars().fold(String::new(), |mut escaped, letter| {
        if letter.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(letter);
        escaped
    });
    let within = format!(r"(?i)@{escaped}($|[^a-z0-9.-]|\.($|[^a-z0-9]))");
    let address = format!("@{host}");
    anywhere(|field| field.ends(&address)).or(Query::field("details").matches(&within))
}

/// Where a phrase ends, before its quote.
fn end_of_phrase(text: &str) -> Option<usize> {
    unescaped_places(text).find(|(_, letter)| *letter == '"').map(|(at, _)| at)
}

/// Where a group ends, before its parenthesis.
fn end_of_group(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut is_quoted = false;
    for (at, letter) in unescaped_places(text) {
        match letter {
            '"' => is_quoted = !is_quoted && text[at + 1..].contains('"'),
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted && depth == 0 => return Some(at),
            ')' if !is_quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Where a word ends.
fn end_of_word(text: &str) -> usize {
    let is_end = |letter: char| letter.is_whitespace() || "\"|+()".contains(letter);
    let end = unescaped_places(text).find(|(_, letter)| is_end(*letter));
    end.map_or(text.len(), |(at, _)| at)
}

/// The characters that no backslash stands before.
fn unescaped_places(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut is_escaped = false;
    text.char_indices().filter(move |(_, letter)| {
        let counts = !is_escaped;
        is_escaped = counts && *letter == '\\';
        counts && *letter != '\\'
    })
}

fn unescaped(text: &str) -> String {
    let mut letters = text.chars();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            letter => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_term_is_a_query_or_refused_for_its_parameter(
            term in "[ab\"*@+|() \\\\-]{0,40}|\\PC{0,300}"
        ) {
            match read(&term) {
                Ok(query) => prop_assert_eq!(Query::parse(&query.to_string()).unwrap(), query),
                Err(problem) => prop_assert!(problem.detail.starts_with("search_term: ")),
            }
        }
    }

    #[test]
    fn operators_are_applied_from_left_to_right() {
        let shape = |term: &str| {
            let query = read(term).unwrap().to_string();
            let word = |letter: &str| anywhere(|field| field.text(letter)).to_string();
            let query = query.replace(&word("x"), "x").replace(&word("y"), "y");
            query
                .replace(&word("z"), "z")
                .replace("(x)", "x")
                .replace("(y)", "y")
                .replace("(z)", "z")
        };
        assert_eq!(shape("x y z"), "x y z");
        assert_eq!(shape("x | y z"), "(x OR y) z");
        assert_eq!(shape("x (y | z)"), "x (y OR z)");
        assert_eq!(shape("x + y | z"), "x y OR z");
        assert_eq!(shape("x - y"), "x y");
        assert_eq!(shape("x -y"), "x -y");
    }
}
