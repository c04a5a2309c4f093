//! Following a store: every event once, in the order of `seq`, also those to come.
//!
//! Change data capture by log position. A follower looks at the store when a new view is
//! announced. Each look begins behind the last event given: in the segments above that position
//! ([`sealed`]), or, when there is none, in the tails ([`recent`]). Seals and compactions move
//! events between the two but never change their `seq`, so the position is all that is kept
//! between looks.

pub(super) mod cursor;
mod recent;
mod sealed;
#[cfg(test)]
mod tests;

use super::ast::Query;
use super::ast::mask::Mask;
use super::request::scope::ReaderScope;
use super::request::selection::Selection;
use crate::event::StoredEvent;
use crate::io::Watch;
use crate::store::{Followed, Snapshot, Store, StoreReader};
use crate::{Error, Result};
use cursor::FollowCursor;
use recent::UnsealedEvents;
use sealed::SealedEvents;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A follower looks again after this long without an announcement: a system that loses one costs a
/// second, not an event.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Every event of a store once, in the order of `seq`, also those to come; see [`Store::follow`].
///
/// As an iterator it waits for the next event, gives [`Error::Rewound`] and goes on, and ends after
/// any other error or when it is stopped.
#[derive(Debug)]
pub struct Follow<'s> {
    store: &'s dyn Followed,
    selection: Selection,
    cursor: FollowCursor,
    /// The place behind the last event given; `cursor` also moves on behind what did not match.
    given: FollowCursor,
    /// What of the events is not given back, as of the last look.
    mask: Arc<Mask>,
    /// What the last look found, as far as it was not given yet.
    found: Option<FollowSource>,
    watch: Arc<dyn Watch>,
    stopped: Arc<AtomicBool>,
    /// The iterator has given an error that ends it.
    failed: bool,
}

/// Ends a [`Follow`] from another thread.
#[derive(Debug, Clone)]
pub struct FollowStop {
    watch: Arc<dyn Watch>,
    stopped: Arc<AtomicBool>,
}

impl FollowStop {
    /// Ends the follower and its wait: it gives no more events.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.watch.wake();
    }
}

/// What a look found.
#[derive(Debug)]
enum FollowSource {
    Sealed(Box<SealedEvents>),
    Unsealed(UnsealedEvents),
}

/// What a step gave.
enum FollowStep {
    Event(Box<StoredEvent>),
    /// Nothing yet; the place may have moved on.
    More,
    /// Nothing is new.
    Idle,
}

impl Store {
    /// Follows the store from a place: every event behind it once, in the order of `seq`, then
    /// each further one as soon as snapshots show it.
    ///
    /// Events that retention has dropped or hides are left out, and so may be whole runs of `seq`.
    /// Cost: of what is old, one pass over the segments behind the place; of what is new, that of
    /// the new events alone.
    pub fn follow(&self, cursor: FollowCursor) -> Follow<'_> {
        Follow::new(self, cursor)
    }
}

impl StoreReader {
    /// As [`Store::follow`]: a new event comes within milliseconds of its append in the process of
    /// the writer, or within 50 ms on file systems that do not report changes.
    ///
    /// # Examples
    /// ```no_run
    /// use annals::query::FollowCursor;
    /// use annals::StoreReader;
    ///
    /// let store = StoreReader::open("activity")?;
    /// let mut follow = store.follow(FollowCursor::START);
    /// while let Some(event) = follow.next() {
    ///     println!("{}", event?.seq);
    ///     std::fs::write("place", follow.cursor().to_string()).expect("the disk takes it");
    /// }
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn follow(&self, cursor: FollowCursor) -> Follow<'_> {
        Follow::new(self, cursor)
    }
}

impl<'s> Follow<'s> {
    fn new(store: &'s dyn Followed, cursor: FollowCursor) -> Follow<'s> {
        Follow::within(store, cursor, &ReaderScope::all())
    }

    /// As the follower of a store, within a scope.
    pub(in crate::query) fn within(
        store: &'s dyn Followed,
        cursor: FollowCursor,
        scope: &ReaderScope,
    ) -> Follow<'s> {
        Follow {
            store,
            selection: Selection::new(Query::all()).scope(scope),
            cursor,
            given: cursor,
            mask: Arc::default(),
            found: None,
            // Before the first look, so that nothing falls between the two.
            watch: store.watch(),
            stopped: Arc::new(AtomicBool::new(false)),
            failed: false,
        }
    }

    /// Only events of this selection, within the scope that the follower has; set it before the
    /// first event.
    #[must_use]
    pub fn select(self, selection: Selection) -> Self {
        let selection = selection.scope(self.selection.reader_scope());
        Follow { selection, ..self }
    }

    /// Only events that match; set it before the first event. What a query counts from now, such
    /// as `since:7d`, it counts from the look that finds an event.
    #[must_use]
    pub fn query(mut self, query: &Query) -> Self {
        self.selection.query = query.clone();
        self
    }

    /// The zone of dates and calendar lengths (default UTC).
    #[must_use]
    pub fn zone(self, zone: chrono_tz::Tz) -> Self {
        Follow { selection: self.selection.zone(zone), ..self }
    }

    /// Only events whose `tenant` is this, byte for byte.
    #[must_use]
    pub fn tenant(self, tenant: &str) -> Self {
        Follow { selection: self.selection.tenant(tenant), ..self }
    }

    /// Also events that are past `visible_for` but not past `kept_for`.
    #[must_use]
    pub fn include_hidden(self) -> Self {
        Follow { selection: self.selection.include_hidden(), ..self }
    }

    /// The place behind the last event given and behind all after it that did not match: a
    /// follower that begins there goes on without repeating or losing an event. In the scope of a
    /// reader, the place behind the last event given, because the other one tells of others.
    pub fn cursor(&self) -> FollowCursor {
        match self.selection.is_of_reader() {
            true => self.given,
            false => self.cursor,
        }
    }

    /// The place behind everything that was looked at, given or not, also in the scope of a reader:
    /// for who follows for a reader, a step at a time. It tells of others, so the reader must not
    /// get it.
    pub fn looked_at(&self) -> FollowCursor {
        self.cursor
    }

    /// A handle that ends this follower from another thread.
    pub fn stop_handle(&self) -> FollowStop {
        FollowStop { watch: Arc::clone(&self.watch), stopped: Arc::clone(&self.stopped) }
    }

    /// The next event, if there is one now.
    ///
    /// # Errors
    /// [`Error::Rewound`] when events that were given have been lost since; the next call goes on.
    /// [`Error::Corrupt`] where the next event may be in a damaged segment, [`Error::Invalid`] for
    /// a query that makes no sense or a cursor of a later epoch than the store has, and whatever
    /// stands in the way of reading: the next call tries again.
    pub fn try_next(&mut self) -> Result<Option<StoredEvent>> {
        self.poll(Duration::ZERO)
    }

    /// The next event; waits for it at most this long. `None` also when it is stopped.
    ///
    /// # Errors
    /// As [`Follow::try_next`].
    pub fn poll(&mut self, timeout: Duration) -> Result<Option<StoredEvent>> {
        let deadline = Instant::now().checked_add(timeout);
        while !self.is_stopped() {
            let step = self.step();
            match self.selection.told(step)? {
                FollowStep::Event(event) => return Ok(Some(*event)),
                FollowStep::More => {}
                FollowStep::Idle => {
                    let rest = deadline.map(|end| end.saturating_duration_since(Instant::now()));
                    let rest = rest.unwrap_or(LOOK_AGAIN);
                    if rest.is_zero() {
                        break;
                    }
                    self.watch.wait(rest.min(LOOK_AGAIN));
                }
            }
        }
        Ok(None)
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Gives an event of the last look, or looks again.
    fn step(&mut self) -> Result<FollowStep> {
        if let Some(mut found) = self.found.take() {
            if let Some(event) = found.next()? {
                self.cursor.seq = event.seq;
                self.given = self.cursor;
                self.found = Some(found);
                return Ok(FollowStep::Event(Box::new(self.mask.apply(event))));
            }
            self.cursor.seq = self.cursor.seq.max(found.upto());
            return Ok(FollowStep::More);
        }
        let snapshot = self.store.latest()?;
        self.enter_epoch(&snapshot)?;
        if snapshot.last_seq().unwrap_or(0) <= self.cursor.seq {
            return Ok(FollowStep::Idle);
        }
        self.mask = Arc::clone(snapshot.select(self.selection.clone()).mask());
        self.found = Some(self.look(&snapshot)?);
        Ok(FollowStep::More)
    }

    fn look(&self, snapshot: &Snapshot) -> Result<FollowSource> {
        let after = self.cursor.seq;
        if let Some(sealed) = SealedEvents::begin(snapshot, &self.selection, after)? {
            return Ok(FollowSource::Sealed(Box::new(sealed)));
        }
        UnsealedEvents::look(snapshot, &self.selection, after).map(FollowSource::Unsealed)
    }

    /// Makes the place one of the epoch that runs.
    fn enter_epoch(&mut self, snapshot: &Snapshot) -> Result<()> {
        let epoch = snapshot.epoch();
        if self.cursor.epoch > epoch {
            let problem = format!("is of epoch {}, the store of {epoch}", self.cursor.epoch);
            return Err(Error::invalid("cursor", problem));
        }
        let cut = snapshot.cut_since(self.cursor.epoch);
        self.cursor.epoch = epoch;
        let Some(seq) = cut.filter(|seq| self.cursor.seq >= *seq) else {
            self.given.epoch = epoch;
            return Ok(());
        };
        self.cursor.seq = seq.saturating_sub(1);
        if !self.selection.is_of_reader() {
            return Err(Error::Rewound { epoch, seq });
        }
        // Nothing that was given is lost, or everything behind the last event of the scope that is
        // still there: no `seq` of another event is told.
        let is_lost = self.given.seq >= seq;
        self.given.epoch = epoch;
        if is_lost {
            let search = snapshot.select(self.selection.clone());
            self.given.seq = search.own_seq(self.cursor.seq)?;
            return Err(Error::Rewound { epoch, seq: self.given.seq + 1 });
        }
        Ok(())
    }
}

impl Iterator for Follow<'_> {
    type Item = Result<StoredEvent>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed && !self.is_stopped() {
            match self.poll(Duration::MAX) {
                Ok(None) => {}
                Ok(Some(event)) => return Some(Ok(event)),
                Err(error) => {
                    self.failed = !matches!(error, Error::Rewound { .. });
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

impl FollowSource {
    fn next(&mut self) -> Result<Option<StoredEvent>> {
        match self {
            FollowSource::Sealed(sealed) => sealed.next(),
            FollowSource::Unsealed(recent) => Ok(recent.next()),
        }
    }

    /// The place behind it, once it has ended.
    fn upto(&self) -> u64 {
        match self {
            FollowSource::Sealed(sealed) => sealed.upto(),
            FollowSource::Unsealed(recent) => recent.upto(),
        }
    }
}
