//! Readers of one tenant: whatever they call, they see their scope and nothing else.

use super::answer::coverage::Coverage;
use super::ast::Query;
use super::changes::history::TargetHistory;
use super::follow::Follow;
use super::follow::cursor::FollowCursor;
use super::request::scope::ReaderScope;
use super::request::search::Search;
use super::request::selection::Selection;
use crate::Result;
use crate::event::Timestamp;
use crate::store::{Followed, Snapshot, Store, StoreReader};
use serde::Serialize;

/// A store as the holder of a scope may see it; made by [`Store::reader`].
///
/// Everything that is asked through it stays within the scope: [`Search::tenant`],
/// [`Selection::scope`] and a reader of this reader narrow it further, nothing widens it. Answers,
/// cursors, explanations, notes and errors tell nothing of other events, and a scope without events
/// answers like an empty store. (How long an answer takes, and what it costs against a limit of
/// bytes, depends on the whole store.)
///
/// Cost: over a search of everything, one list of rows for the tenant and one for each source.
#[derive(Debug)]
pub struct ScopedReader<'s> {
    store: &'s dyn Followed,
    scope: ReaderScope,
}

/// A consistent view of a store within a scope; made by [`ScopedReader::snapshot`].
#[derive(Debug, Clone)]
pub struct ScopedSnapshot {
    snapshot: Snapshot,
    scope: ReaderScope,
}

/// Figures of what a scope sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScopeStats {
    /// Events that are seen.
    pub events: u64,
    /// The lowest `seq` of them.
    pub first_seq: Option<u64>,
    /// The highest `seq` of them.
    pub last_seq: Option<u64>,
    /// `occurred_at` of the oldest.
    pub oldest: Option<Timestamp>,
    /// `occurred_at` of the newest.
    pub newest: Option<Timestamp>,
}

impl Store {
    /// A reader that sees this scope and nothing else.
    pub fn reader(&self, scope: ReaderScope) -> ScopedReader<'_> {
        ScopedReader { store: self, scope }
    }
}

impl StoreReader {
    /// As [`Store::reader`].
    pub fn reader(&self, scope: ReaderScope) -> ScopedReader<'_> {
        ScopedReader { store: self, scope }
    }
}

impl ScopedReader<'_> {
    /// What it sees.
    pub fn scope(&self) -> &ReaderScope {
        &self.scope
    }

    /// A reader that sees what both scopes see.
    pub fn reader(&self, scope: ReaderScope) -> ScopedReader<'_> {
        ScopedReader { store: self.store, scope: scope.within(&self.scope) }
    }

    /// A consistent view of everything acknowledged that the scope sees; in a store that is open
    /// for reading, the last good one if no newer one can be read.
    pub fn snapshot(&self) -> ScopedSnapshot {
        ScopedSnapshot { snapshot: self.store.view(), scope: self.scope.clone() }
    }

    /// As [`Store::follow`], within the scope: the place moves on with the events that are given.
    pub fn follow(&self, cursor: FollowCursor) -> Follow<'_> {
        Follow::within(self.store, cursor, &self.scope)
    }

    /// Figures, as of now.
    ///
    /// # Errors
    /// As [`ScopedSnapshot::stats`].
    pub fn stats(&self) -> Result<ScopeStats> {
        self.snapshot().stats()
    }
}

impl ScopedSnapshot {
    /// Begins a search, as [`Snapshot::query`].
    pub fn query(&self, query: &Query) -> Search<'_> {
        self.select(Selection::new(query.clone()))
    }

    /// Begins a search of what both the selection and the scope see, as [`Snapshot::select`].
    pub fn select(&self, selection: Selection) -> Search<'_> {
        self.snapshot.select(selection.scope(&self.scope))
    }

    /// Begins a history of a target, of what the scope sees; see [`Snapshot::history`].
    pub fn history(&self, target: impl Into<String>) -> TargetHistory<'_> {
        self.snapshot.history(target).scope(&self.scope)
    }

    /// When a category was captured for the tenant of the scope, or in general; see
    /// [`Snapshot::coverage`]. The sources are those that the scope sees, and no sequence is said
    /// to be missing: others have some.
    ///
    /// # Errors
    /// As [`Snapshot::coverage`].
    pub fn coverage(&self, category: &str) -> Result<Coverage> {
        let selection = Selection::new(Query::all()).scope(&self.scope);
        let tenant = self.scope.tenant.as_deref();
        selection.told(self.snapshot.coverage_within(category, tenant, &self.scope))
    }

    /// The time by the clock of the store when the snapshot was taken.
    pub fn now(&self) -> Timestamp {
        self.snapshot.now()
    }

    /// The place behind the last event of the scope: to follow only what comes later.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) where a damaged segment may have it.
    pub fn end(&self) -> Result<FollowCursor> {
        self.snapshot.end_of(&Selection::new(Query::all()).scope(&self.scope))
    }

    /// Figures of what the scope sees.
    ///
    /// # Errors
    /// As [`Search::count`].
    pub fn stats(&self) -> Result<ScopeStats> {
        self.query(&Query::all()).stats()
    }
}

impl Snapshot {
    /// The same view as the holder of a scope may see it.
    pub fn within(&self, scope: &ReaderScope) -> ScopedSnapshot {
        ScopedSnapshot { snapshot: self.clone(), scope: scope.clone() }
    }

    /// The place behind everything that the scope of a selection has, whatever is asked for.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) where a damaged segment may have the last event.
    pub fn end_of(&self, selection: &Selection) -> Result<FollowCursor> {
        let end = self.end();
        if !selection.is_of_reader() {
            return Ok(end);
        }
        let seq = selection.told(self.select(selection.clone()).own_seq(end.seq))?;
        Ok(FollowCursor { seq, ..end })
    }
}

impl Search<'_> {
    /// Figures of the hits.
    ///
    /// # Errors
    /// As [`Search::count`].
    pub fn stats(self) -> Result<ScopeStats> {
        let search = self.without_cursor();
        let time = |search: Search<'_>| -> Result<Option<Timestamp>> {
            let page = search.limit(1).page()?;
            Ok(page.events.first().map(|event| event.event.occurred_at()))
        };
        let (first_seq, last_seq) = search.seqs()?.unzip();
        Ok(ScopeStats {
            events: search.clone().count()?,
            first_seq,
            last_seq,
            oldest: time(search.clone().oldest())?,
            newest: time(search.newest())?,
        })
    }
}
