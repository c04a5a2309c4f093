//! Questions in SQL.

use crate::place::Span;
use crate::support::question::{Filter, Question};
use crate::words::words_asked;
use rusqlite::types::Value;

/// The part of a query behind `SELECT ...`, up to the order.
#[derive(Debug)]
pub(super) struct Source {
    /// Where the rows come from, the index to use named.
    tables: &'static str,
    /// The column with the place.
    pub(super) place: &'static str,
    conditions: Vec<String>,
    /// What the `?` in the conditions stand for.
    pub(super) values: Vec<Value>,
}

impl Source {
    /// All rows that pass the filter; `whole`: with the columns of the events.
    pub(super) fn of(question: &Question, whole: bool) -> Source {
        let filter = &question.filter;
        let has_text = !filter.texts.is_empty();
        let has_kind = !filter.categories.is_empty() || filter.activity.is_some();
        let tables = match (has_text, &filter.actor) {
            (true, None) if !whole && !has_kind => "words",
            // What matches is looked up from the text to the row, never the other way.
            (true, _) => "words CROSS JOIN events ON events.place = words.rowid",
            (false, Some(_)) => "events INDEXED BY events_by_actor",
            (false, None) if has_kind => "events INDEXED BY events_by_kind",
            (false, None) => "events",
        };
        let place = if has_text { "words.rowid" } else { "events.place" };
        let mut source = Source { tables, place, conditions: Vec::new(), values: Vec::new() };
        source.add_text(filter);
        source.add_fields(filter);
        source.add_span(Span::of(question));
        source
    }

    /// `SELECT what` of these rows.
    pub(super) fn select(&self, what: &str) -> String {
        let mut sql = format!("SELECT {what} FROM {}", self.tables);
        for (index, condition) in self.conditions.iter().enumerate() {
            sql.push_str(if index == 0 { " WHERE " } else { " AND " });
            sql.push_str(condition);
        }
        sql
    }

    fn add(&mut self, condition: impl Into<String>, value: impl Into<Value>) {
        self.conditions.push(condition.into());
        self.values.push(value.into());
    }

    fn add_text(&mut self, filter: &Filter) {
        if filter.texts.is_empty() {
            return;
        }
        let mut matches: Vec<String> = filter.texts.iter().map(|text| match_of(text)).collect();
        // The value of a field is text as well: its words narrow what has to be looked up. Those
        // of a domain do not, half of all events have them.
        let name = filter.actor.as_ref().and_then(|actor| actor.value.split('@').next());
        let words = name.map(annals::text::words).unwrap_or_default();
        matches.extend(words.iter().map(|word| match_of(word)));
        self.add("words MATCH ?", matches.join(" AND "));
    }

    fn add_fields(&mut self, filter: &Filter) {
        if let Some(actor) = &filter.actor {
            self.add("actor = ?", actor.value.clone());
        }
        if !filter.categories.is_empty() {
            let marks = vec!["?"; filter.categories.len()].join(", ");
            self.conditions.push(format!("category IN ({marks})"));
            self.values.extend(filter.categories.iter().cloned().map(Value::from));
        }
        if let Some(activity) = &filter.activity {
            self.add("activity = ?", activity.clone());
        }
    }

    fn add_span(&mut self, span: Span) {
        if let Some(from) = span.from {
            self.add(format!("{} >= ?", self.place), from);
        }
        if let Some(to) = span.to {
            self.add(format!("{} < ?", self.place), to);
        }
    }
}

/// A word, phrase or prefix for `MATCH`.
fn match_of(text: &str) -> String {
    let (words, is_prefix) = words_asked(text);
    format!("\"{}\"{}", words.join(" "), if is_prefix { " *" } else { "" })
}
