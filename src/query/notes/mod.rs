//! Why an answer is empty: the parts of the query that no event meets, the nearest values that
//! events have, and the number of hits of the rest.

mod fields;
mod nearest;
mod reason;
mod texts;
mod values;

pub use reason::{NearPath, NoteHint, NoteReason, TimeEnds};

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
    /// The reason, to be said in other words.
    #[serde(skip)]
    pub reason: NoteReason,
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
    fn note(&mut self, part: Option<&Expr>, reason: NoteReason) {
        self.notes.push(Note { part: part.map(Expr::to_string), text: reason.to_string(), reason });
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
            self.note(None, NoteReason::TimesReversed { from, to });
            return Ok(());
        }
        if self.count(&Expr::All)? == 0 {
            let tenant = self.search.selection.asked_tenant().map(str::to_owned);
            self.note(None, NoteReason::NoEvents { tenant });
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
                let reason = self.about_missing(part)?;
                self.note(Some(part), reason);
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
        let ends = self.ends()?;
        self.note(None, NoteReason::NoneOfTheseTimes { ends });
        Ok(())
    }

    /// The times of the oldest and the newest event.
    fn ends(&self) -> Result<Option<TimeEnds>> {
        let all = || self.instead(Query::all()).limit(1);
        let time = |search: Search<'_>| -> Result<Option<Timestamp>> {
            Ok(search.page()?.events.first().map(|event| event.event.occurred_at()))
        };
        let (oldest, newest) = (time(all().oldest())?, time(all().newest())?);
        Ok(oldest.zip(newest).map(|(oldest, newest)| TimeEnds { oldest, newest }))
    }

    /// Notes how many events meet all parts but the missing ones.
    fn look_at_rest(&mut self, parts: &[&Expr], missing: &[&Expr]) -> Result<()> {
        let is_there = |part: &&&Expr| !missing.contains(*part);
        let rest: Vec<&Expr> = parts.iter().filter(is_there).copied().collect();
        if rest.is_empty() {
            return Ok(());
        }
        let count = self.count_all(&rest)?;
        let rest = Expr::and(rest.into_iter().cloned().collect()).to_string();
        self.note(None, NoteReason::RestFinds { rest, count });
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
            let count = self.count_all(&others)?;
            if count > 0 {
                self.note(Some(part), NoteReason::WithoutPart { part: part.to_string(), count });
            }
        }
        if parts.len() == 1 && self.notes.is_empty() {
            let (part, count) = (parts[0], self.count(parts[0])?);
            self.note(Some(part), NoteReason::AtOtherTimes { part: part.to_string(), count });
        }
        Ok(())
    }

    /// The note for a part that no event meets, with what events have instead.
    fn about_missing(&self, part: &Expr) -> Result<NoteReason> {
        let mut hints = Vec::new();
        match part {
            Expr::Not(excluded) => {
                return Ok(NoteReason::EveryEventHas { excluded: excluded.to_string() });
            }
            Expr::Or(alternatives) => {
                for alternative in alternatives.iter().take(PARTS_MAX) {
                    hints.extend(self.hint(alternative)?);
                }
            }
            part => hints.extend(self.hint(part)?),
        }
        Ok(NoteReason::NoEventHas { part: part.to_string(), hints })
    }

    fn hint(&self, part: &Expr) -> Result<Option<NoteHint>> {
        let times = || Ok(Some(NoteHint::Times(self.ends()?)));
        match part {
            Expr::Term(Term::Text(text)) => self.hint_of_text(None, text),
            Expr::Term(Term::Time { .. }) => times(),
            Expr::Term(Term::Field { path, .. }) if is_time(path, &[]) => times(),
            Expr::Term(Term::Field { path, test }) => self.hint_of_field(path, test),
            Expr::Term(Term::Element { path, condition }) => self.hint_of_element(path, condition),
            _ => Ok(None),
        }
    }

    /// How many events meet an element condition in different objects only; if none, the hint for
    /// the first part of it that no event meets.
    fn hint_of_element(&self, path: &Path, condition: &Expr) -> Result<Option<NoteHint>> {
        let apart = condition.apart(path);
        let count = self.count(&apart)?;
        if count > 0 {
            return Ok(Some(NoteHint::DifferentObjects { apart: apart.to_string(), count }));
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
