//! Why an answer is empty: the parts of the query that no event meets, the nearest values that
//! events have, and the number of hits of the rest.

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

/// Operands of an `AND` or `OR` that are looked at.
const PARTS_MAX: usize = 12;
/// Time for all notes of an answer, since a person waits for them.
const TIME_MAX: Duration = Duration::from_secs(1);

/// One reason why an answer is empty. Prints as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The part of the query that the note is about, as query text; `null` for all of it.
    pub part: Option<String>,
    /// The reason, as a sentence.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Search<'_> {
    /// Why the answer is empty: for each part of the query that no event meets, the nearest value,
    /// word or path that events have, and how many events meet the rest. Events outside of the
    /// scope are not counted. No notes if there is a hit.
    ///
    /// Cost: counts and facets for at most one second, and within the limits of the search; what is
    /// not found by then is left out.
    ///
    /// # Errors
    /// As [`Search::count`], except [`Error::Budget`].
    pub fn notes(&self) -> Result<Vec<Note>> {
        let mut notes = Notes { search: self, until: Instant::now() + TIME_MAX, notes: Vec::new() };
        match notes.collect() {
            Ok(()) | Err(Error::Budget { .. }) => Ok(notes.notes),
            Err(error) => Err(error),
        }
    }
}

/// Collects the notes of a search.
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

    /// How many events of any time meet a condition.
    fn count(&self, expr: &Expr) -> Result<u64> {
        self.instead(Query::new(expr.clone())).count()
    }

    /// How many events in the time range of the search meet all of `parts`.
    fn count_all(&self, parts: &[&Expr]) -> Result<u64> {
        let query = Query::new(Expr::and(parts.iter().copied().cloned().collect()));
        let mut search = self.instead(query);
        search.times = self.search.times;
        search.count()
    }

    fn collect(&mut self) -> Result<()> {
        if self.count_all(&[self.search.selection.query.root()])? > 0 {
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
            let whose = match self.search.selection.asked_tenant() {
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

    /// Adds a note if no event is in the time range of the search.
    fn look_at_times(&mut self) -> Result<()> {
        if self.search.times == TimeRange::default() || self.count_all(&[])? > 0 {
            return Ok(());
        }
        let ends = self.hint_of_times()?;
        self.note(None, format!("no event is of these times; {ends}"));
        Ok(())
    }

    /// The times of the oldest and the newest event, as text.
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

    /// Notes how many events meet all parts but the missing ones.
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

    /// Each part has events, but no event meets all of them: notes for each part how many events
    /// meet all the others; of a single part, how many meet it at other times.
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

    /// The note for a part that no event meets, with what events have instead.
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

    /// How many events meet an element condition in different objects only; if none, the hint for
    /// the first part of it that no event meets.
    fn hint_of_element(&self, path: &Path, condition: &Expr) -> Result<Option<String>> {
        let apart = condition.apart(path);
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

/// `1 event` or `n events`.
fn events(count: u64) -> String {
    match count {
        1 => "1 event".into(),
        count => format!("{count} events"),
    }
}
