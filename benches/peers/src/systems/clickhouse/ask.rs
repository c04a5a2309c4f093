//! Answering questions.

use super::driver::Driver;
use crate::Outcome;
use crate::place::Span;
use crate::support::question::Question;
use crate::system::{Kinds, Reply};
use crate::words::words_asked;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

/// An open database.
#[derive(Debug)]
pub(crate) struct Clickhouse {
    driver: RefCell<Driver>,
}

impl Clickhouse {
    pub(crate) fn open(folder: &Path) -> Outcome<Clickhouse> {
        Ok(Clickhouse { driver: RefCell::new(Driver::open(folder)?) })
    }

    fn run(&self, sql: &str, format: &str) -> Outcome<Vec<u8>> {
        self.driver.borrow_mut().run(sql, format)
    }
}

/// The length of a text, 7 bits a byte and the lowest first, and what stands behind it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    let (len, rest) = bytes.split_at(end + 1);
    let value = len.iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
    Some((value, rest))
}

/// `WHERE` and what has to hold; nothing if nothing has.
fn conditions(question: &Question) -> String {
    let filter = &question.filter;
    let mut all: Vec<String> = filter.texts.iter().flat_map(|text| matches_of(text)).collect();
    all.extend(filter.actor.iter().map(|actor| format!("actor = {}", quoted(&actor.value))));
    if !filter.categories.is_empty() {
        let categories: Vec<String> = filter.categories.iter().map(|it| quoted(it)).collect();
        all.push(format!("category IN ({})", categories.join(", ")));
    }
    all.extend(filter.activity.iter().map(|value| format!("activity = {}", quoted(value))));
    let span = Span::of(question);
    all.extend(span.from.iter().map(|place| format!("place >= {place}")));
    all.extend(span.to.iter().map(|place| format!("place < {place}")));
    match all.is_empty() {
        true => String::new(),
        false => format!("WHERE {}", all.join(" AND ")),
    }
}

/// Conditions of a word, phrase or prefix: whole words by the index, what is left by the text.
fn matches_of(text: &str) -> Vec<String> {
    let (words, is_prefix) = words_asked(text);
    let whole = &words[..words.len() - usize::from(is_prefix)];
    let mut matches: Vec<String> =
        whole.iter().map(|word| format!("hasAllTokens(words, [{}])", quoted(word))).collect();
    if words.len() > 1 || is_prefix {
        let end = if is_prefix { "" } else { " " };
        let pattern = format!("% {}{end}%", words.join(" "));
        matches.push(format!("words LIKE {}", quoted(&pattern)));
    }
    matches
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl Kinds for Clickhouse {
    fn newest(&self, question: &Question, limit: usize, reply: &mut Reply) -> Outcome {
        let conditions = conditions(question);
        let order = format!("ORDER BY place DESC LIMIT {limit}");
        let sql = format!("SELECT json FROM log.events {conditions} {order}");
        let rows = self.run(&sql, "RowBinary")?;
        let mut rest = &rows[..];
        while !rest.is_empty() {
            let (len, text) = length(rest).ok_or("a row has a length")?;
            let (event, behind) = text.split_at_checked(len).ok_or("a row is whole")?;
            reply.add_event(event);
            rest = behind;
        }
        Ok(())
    }

    fn count(&self, question: &Question) -> Outcome<u64> {
        let sql = format!("SELECT count() FROM log.events {}", conditions(question));
        self.driver.borrow_mut().number(&sql)
    }

    fn facets(&self, question: &Question, reply: &mut Reply) -> Outcome {
        let from = format!("FROM log.events {}", conditions(question));
        let sql = format!("SELECT category, activity, count() {from} GROUP BY category, activity");
        let rows = String::from_utf8(self.run(&sql, "JSONCompactEachRow")?)?;
        let mut counts = [BTreeMap::new(), BTreeMap::new()];
        for line in rows.lines() {
            let row: Value = serde_json::from_str(line)?;
            // Counts of 64 bits may stand there as texts.
            let count: u64 = row[2].to_string().trim_matches('"').parse()?;
            for (column, counts) in counts.iter_mut().enumerate() {
                let value = row[column].as_str().ok_or("a column is a text")?;
                *counts.entry(value.to_owned()).or_default() += count;
            }
        }
        reply.set_facets(counts);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_seven_bits_a_byte() {
        assert_eq!(length(&[5, b'a']), Some((5, &b"a"[..])));
        assert_eq!(length(&[0xac, 0x02]), Some((300, &b""[..])));
        assert_eq!(length(&[0xac]), None);
    }

    #[test]
    fn phrases_and_prefixes_are_looked_for_in_what_the_index_leaves_over() {
        assert_eq!(matches_of("chrome"), ["hasAllTokens(words, ['chrome'])"]);
        assert_eq!(matches_of("rech*"), ["words LIKE '% rech%'"]);
        assert_eq!(matches_of("like gecko").last().unwrap(), "words LIKE '% like gecko %'");
    }
}
