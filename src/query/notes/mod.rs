//! Why an answer is empty: the parts of the question that no event has, what some event has that is
//! near them, and what the rest would find.

mod fields;
mod nearest;
mod texts;
mod values;

use super::ast::time::TimeRange;
use super::ast::{Expr, Path, Query, Term};
use super::predicate::compile::is_time;
use super::request::search::Search;
use crate::event::Timestamp;
use crate::{Error, Result};
use serde::Serialize;
use std::fmt;
use std::time::{Duration, Instant};

/// Parts of a question that are looked at.
const PARTS_MAX: usize = 12;
/// Time that all notes take together: they help a person who waits.
const TIME_MAX: Duration = Duration::from_secs(1);

/// One reason why an answer is empty. Prints as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The part of the question, as query text; `null` for one about all of it.
    pub part: Option<String>,
    /// What is to be said about it.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Search<'_> {
    /// Why the answer is empty: for each part of the question that no event has, the nearest value,
    /// word or path that some event has, and how many events the rest would find. Nothing is told
    /// of events that the search may not see. Empty for an answer that is not.
    ///
    /// Cost: some counts and facets, one second at most; what is not known then is left out.
    ///
    /// # Errors
    /// As [`Search::count`], but for the limits of cost.
    pub fn notes(&self) -> Result<Vec<Note>> {
        let mut notes = Notes { search: self, until: Instant::now() + TIME_MAX, notes: Vec::new() };
        match notes.collect() {
            Ok(()) | Err(Error::Budget { .. }) => Ok(notes.notes),
            Err(error) => Err(error),
        }
    }
}

/// The notes of a search, while they are put together.
struct Notes<'s> {
    search: &'s Search<'s>,
    /// When to stop.
    until: Instant,
    notes: Vec<Note>,
}

impl Notes<'_> {
    fn note(&mut self, part: Option<&Expr>, text: String) {
        self.notes.push(Note { part: part.map(Expr::to_string), text });
    }

    /// A search for another query in the same scope, at any time.
    fn instead(&self, query: Query) -> Search<'_> {
        self.search.instead(query, self.until)
    }

    /// How many events meet a condition, at any time.
    fn count(&self, expr: &Expr) -> Result<u64> {
        self.instead(Query::new(expr.clone())).count()
    }

    /// How many events of the times asked for meet all of these.
    fn count_all(&self, parts: &[&Expr]) -> Result<u64> {
        let query = Query::new(Expr::and(parts.iter().copied().cloned().collect()));
        let mut search = self.instead(query);
        search.times = self.search.times;
        search.count()
    }

    fn collect(&mut self) -> Result<()> {
        if self.search.clone().without_cursor().count()? > 0 {
            return Ok(());
        }
        let TimeRange { from, to } = self.search.predicate()?.occurrence();
        if let Some((from, to)) = from.zip(to).filter(|(from, to)| from >= to) {
            self.note(
                None,
                format!("the times begin at {from}, which is not before their end, {to}"),
            );
            return Ok(());
        }
        if self.count(&Expr::All)? == 0 {
            let whose = match &self.search.selection.tenant {
                Some(tenant) => format!(" of the tenant {tenant:?}"),
                None => String::new(),
            };
            self.note(None, format!("there is no event{whose}"));
            return Ok(());
        }
        self.look_at_times()?;
        let root = self.search.selection.query.root().clone();
        let parts: Vec<&Expr> = match &root {
            Expr::And(operands) => operands.iter().take(PARTS_MAX).collect(),
            Expr::All => return Ok(()),
            single => vec![single],
        };
        let mut missing = Vec::new();
        for part in &parts {
            if self.count(part)? == 0 {
                missing.push(*part);
                let text = self.about_missing(part)?;
                self.note(Some(part), text);
            }
        }
        match missing.is_empty() {
            true => self.look_at_pairs(&parts),
            false => self.look_at_rest(&parts, &missing),
        }
    }

    /// Whether any event is of the times asked for.
    fn look_at_times(&mut self) -> Result<()> {
        if self.search.times == TimeRange::default() || self.count_all(&[])? > 0 {
            return Ok(());
        }
        let ends = self.hint_of_times()?;
        self.note(None, format!("no event is of these times; {ends}"));
        Ok(())
    }

    /// From when to when there are events.
    fn hint_of_times(&self) -> Result<String> {
        let all = || self.instead(Query::all()).limit(1);
        let time = |search: Search<'_>| -> Result<Option<Timestamp>> {
            Ok(search.page()?.events.first().map(|event| event.event.occurred_at()))
        };
        let (oldest, newest) = (time(all().oldest())?, time(all().newest())?);
        let ends = oldest
            .zip(newest)
            .map(|(oldest, newest)| format!("the oldest is of {oldest}, the newest of {newest}"));
        Ok(ends.unwrap_or_else(|| "there is none".into()))
    }

    /// What the parts that some events have would find.
    fn look_at_rest(&mut self, parts: &[&Expr], missing: &[&Expr]) -> Result<()> {
        let is_there = |part: &&&Expr| !missing.contains(*part);
        let rest: Vec<&Expr> = parts.iter().filter(is_there).copied().collect();
        if rest.is_empty() {
            return Ok(());
        }
        let found = self.count_all(&rest)?;
        let rest = Expr::and(rest.into_iter().cloned().collect());
        self.note(None, format!("the rest, `{rest}`, finds {}", events(found)));
        Ok(())
    }

    /// Each part is there, but not all of them in one event.
    fn look_at_pairs(&mut self, parts: &[&Expr]) -> Result<()> {
        for (index, part) in parts.iter().enumerate().filter(|_| parts.len() > 1) {
            let others: Vec<&Expr> = parts
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != index)
                .map(|(_, part)| *part)
                .collect();
            let found = self.count_all(&others)?;
            if found > 0 {
                self.note(Some(part), format!("without `{part}` the rest finds {}", events(found)));
            }
        }
        if parts.len() == 1 && self.notes.is_empty() {
            let found = self.count(parts[0])?;
            let part = parts[0];
            self.note(Some(part), format!("`{part}` has {} at other times", events(found)));
        }
        Ok(())
    }

    /// What there is instead of a part that no event has.
    fn about_missing(&self, part: &Expr) -> Result<String> {
        let hint = match part {
            Expr::Not(excluded) => return Ok(format!("every event has `{excluded}`")),
            Expr::Or(alternatives) => {
                let mut hints = Vec::new();
                for alternative in alternatives.iter().take(PARTS_MAX) {
                    hints.extend(self.hint(alternative)?);
                }
                (!hints.is_empty()).then(|| hints.join("; "))
            }
            part => self.hint(part)?,
        };
        Ok(match hint {
            Some(hint) => format!("no event has `{part}`; {hint}"),
            None => format!("no event has `{part}`"),
        })
    }

    fn hint(&self, part: &Expr) -> Result<Option<String>> {
        match part {
            Expr::Term(Term::Text(text)) => self.hint_of_text(None, text),
            Expr::Term(Term::Time { .. }) => self.hint_of_times().map(Some),
            Expr::Term(Term::Field { path, .. }) if is_time(path, &[]) => {
                self.hint_of_times().map(Some)
            }
            Expr::Term(Term::Field { path, test }) => self.hint_of_field(path, test),
            Expr::Term(Term::Element { path, condition }) => self.hint_of_element(path, condition),
            _ => Ok(None),
        }
    }

    /// Parts of an element condition that no event has, or that are in different objects.
    fn hint_of_element(&self, path: &Path, condition: &Expr) -> Result<Option<String>> {
        let apart = spread(condition, path);
        let found = self.count(&apart)?;
        if found > 0 {
            let apart = format!("different objects meet it in {}: `{apart}`", events(found));
            return Ok(Some(apart));
        }
        let parts = match &apart {
            Expr::And(operands) => &operands[..],
            single => std::slice::from_ref(single),
        };
        for part in parts {
            if self.count(part)? == 0 {
                return self.hint(part);
            }
        }
        Ok(None)
    }
}

/// An element condition as conditions on the event, which different objects may meet.
fn spread(condition: &Expr, object: &Path) -> Expr {
    let all = |operands: &[Expr]| operands.iter().map(|operand| spread(operand, object)).collect();
    let below = |path: &Path| Path::new([object.segments(), path.segments()].concat());
    match condition {
        Expr::And(operands) => Expr::and(all(operands)),
        Expr::Or(operands) => Expr::or(all(operands)),
        Expr::Not(_) | Expr::All => Expr::All,
        Expr::Term(Term::Field { path, test }) => {
            Expr::Term(Term::Field { path: below(path), test: test.clone() })
        }
        Expr::Term(Term::Element { path, condition }) => spread(condition, &below(path)),
        Expr::Term(Term::Text(text)) => Expr::Term(Term::Field {
            path: object.clone(),
            test: super::ast::FieldTest::Text(text.clone()),
        }),
        Expr::Term(Term::Time { .. }) => Expr::All,
    }
}

/// So many events, in words.
fn events(count: u64) -> String {
    match count {
        1 => "1 event".into(),
        count => format!("{count} events"),
    }
}
