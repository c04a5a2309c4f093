//! Coverage: when a category was captured, which sequences are missing, when sources spoke last.

use crate::Result;
use crate::event::{StoredEvent, Timestamp};
use crate::json::Value;
use crate::query::ast::Query;
use crate::query::request::scope::ReaderScope;
use crate::query::request::search::Search;
use crate::query::request::selection::Selection;
use crate::store::{
    CAPTURE_CHANGED, CapturePolicy, CaptureSwitches, OWN_CATEGORY, SeqRange, Snapshot,
};
use serde::Serialize;
use std::ops::ControlFlow;

/// Since when, and with which interruptions, a store has the events of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The category.
    pub category: String,
    /// The tenant, if one was named.
    pub tenant: Option<String>,
    /// Whether the category is captured now.
    pub captured: bool,
    /// When it was captured, in the order of time.
    pub intervals: Vec<CoverageInterval>,
    /// Runs of sequences that the store does not hold: dropped by retention, or lost.
    pub gaps: Vec<SeqRange>,
    /// The newest event of each source, whatever its category; the source that has been silent for
    /// longest comes last. The log's own events are left out.
    pub sources: Vec<LastOfSource>,
}

/// A time in which a category was captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoverageInterval {
    /// When it began; `None`: with the store, or before the oldest change that is still kept.
    pub from: Option<Timestamp>,
    /// When it ended, or now.
    pub to: Timestamp,
    /// The `seq` of the change that began it.
    pub from_seq: Option<u64>,
    /// The `seq` of the change that ended it.
    pub to_seq: Option<u64>,
    /// It goes on.
    pub ongoing: bool,
}

/// The newest event of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LastOfSource {
    /// The source; `None`: the events that name none.
    pub data_source: Option<String>,
    /// When the event happened.
    pub occurred_at: Timestamp,
    /// When it was stored.
    pub recorded_at: Timestamp,
    /// Its sequence.
    pub seq: u64,
}

/// A recorded change of switches, in general or of the tenant that was asked for.
struct SwitchChange {
    seq: u64,
    at: Timestamp,
    is_general: bool,
    before: Option<CaptureSwitches>,
    after: CaptureSwitches,
}

impl Snapshot {
    /// In which intervals the events of a category were captured, in general or for one tenant;
    /// which sequences are missing, and the last event of each source.
    ///
    /// Intervals are told from the recorded changes of capture (events
    /// `annals.capture_changed`) that are not past their `kept_for`, and the profiles of now.
    ///
    /// Cost: linear in the events that are neither in a segment nor in one that holds every
    /// sequence from its first to its last; a facet, and a page for each source.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] while a segment is missing or damaged: nobody knows what it holds.
    pub fn coverage(&self, category: &str, tenant: Option<&str>) -> Result<Coverage> {
        self.coverage_within(category, tenant, &ReaderScope::all())
    }

    /// As [`Snapshot::coverage`], for a reader of a scope: the sources are those it sees, and
    /// sequences, which others have too, are not said to be missing.
    pub(in crate::query) fn coverage_within(
        &self,
        category: &str,
        tenant: Option<&str>,
        scope: &ReaderScope,
    ) -> Result<Coverage> {
        self.check_range(Timestamp(i64::MIN), Timestamp(i64::MAX))?;
        let changes = self.switch_changes(tenant)?;
        let captured = self.captures(self.capture(), category, tenant);
        Ok(Coverage {
            category: category.to_owned(),
            tenant: tenant.map(str::to_owned),
            captured,
            intervals: self.intervals(category, tenant, &changes, captured),
            gaps: if scope.is_restricted() { Vec::new() } else { self.gaps()? },
            sources: self.last_of_sources(tenant, scope)?,
        })
    }

    fn captures(&self, policy: &CapturePolicy, category: &str, tenant: Option<&str>) -> bool {
        policy.captures(self.profiles(), tenant, None, category)
    }

    /// The changes in general and those of the tenant, in the order of `seq`.
    fn switch_changes(&self, tenant: Option<&str>) -> Result<Vec<SwitchChange>> {
        let query = Query::field("category").equals(OWN_CATEGORY);
        let query = query.and(Query::field("activity").equals(CAPTURE_CHANGED));
        let mut changes = Vec::new();
        self.query(&query).include_hidden().by_seq().limit(None).for_each(|stored| {
            let of = stored.event.text("tenant");
            if of.is_none() || of.as_deref() == tenant {
                changes.extend(switch_change(stored, of.is_none()));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(changes)
    }

    fn intervals(
        &self,
        category: &str,
        tenant: Option<&str>,
        changes: &[SwitchChange],
        captured: bool,
    ) -> Vec<CoverageInterval> {
        let mut policy = self.first_policy(tenant, changes);
        let mut intervals = Vec::new();
        let mut open = Some((None, None)).filter(|_| self.captures(&policy, category, tenant));
        let mut switch = |is_on: bool, at: Timestamp, seq: Option<u64>| match (open, is_on) {
            (None, true) => open = Some((Some(at), seq)),
            (Some((from, from_seq)), false) => {
                open = None;
                let to_seq = seq;
                intervals.push(CoverageInterval { from, to: at, from_seq, to_seq, ongoing: false });
            }
            _ => {}
        };
        for change in changes {
            put(&mut policy, tenant, change.is_general, &change.after);
            switch(self.captures(&policy, category, tenant), change.at, Some(change.seq));
        }
        // A change of the file that the writer has not recorded yet.
        switch(captured, self.now(), None);
        if let Some((from, from_seq)) = open {
            let (to, to_seq) = (self.now(), None);
            intervals.push(CoverageInterval { from, to, from_seq, to_seq, ongoing: true });
        }
        intervals
    }

    /// The switches before the first recorded change.
    fn first_policy(&self, tenant: Option<&str>, changes: &[SwitchChange]) -> CapturePolicy {
        let mut policy = self.capture().clone();
        for is_general in [true, false] {
            let first = changes.iter().find(|change| change.is_general == is_general);
            if let Some(first) = first {
                let unknown = CaptureSwitches::new();
                let before = first.before.as_ref().unwrap_or(&unknown);
                put(&mut policy, tenant, is_general, before);
            }
        }
        policy
    }

    /// Runs of sequences up to the last one that are in no segment and no tail.
    fn gaps(&self) -> Result<Vec<SeqRange>> {
        let mut held: Vec<(u64, u64)> = Vec::new();
        for live in self.segments() {
            let segment = live.segment()?;
            let meta = segment.meta();
            if meta.max_seq - meta.min_seq + 1 == u64::from(meta.rows) {
                held.push((meta.min_seq, meta.max_seq));
                continue;
            }
            let rows = segment.rows_by_seq().map_err(|damage| segment.corrupt(damage))?;
            for row in rows {
                add_seq(&mut held, segment.seq(*row)?);
            }
        }
        for stored in self.tails().flat_map(|tail| tail.all()) {
            add_seq(&mut held, stored.seq);
        }
        held.sort_unstable();
        let last = self.last_seq().unwrap_or_default();
        let mut next = 1;
        let mut gaps = Vec::new();
        for (first, end) in held.into_iter().chain([(last + 1, last)]) {
            if first > next {
                gaps.push(SeqRange { first: next, last: Some(first - 1) });
            }
            next = next.max(end + 1);
        }
        Ok(gaps)
    }

    fn last_of_sources(
        &self,
        tenant: Option<&str>,
        scope: &ReaderScope,
    ) -> Result<Vec<LastOfSource>> {
        let field = || Query::field("data_source");
        let search = |query: &Query| -> Search<'_> {
            let selection = Selection::new(query.clone()).scope(scope).include_hidden();
            let search = self.select(selection);
            tenant.map_or(search.clone(), |tenant| search.tenant(tenant))
        };
        let facets = search(&Query::all()).facets(&["data_source"], None)?;
        let named = facets.into_iter().flatten().filter_map(|facet| match facet.value {
            Value::String(source) => Some(Some(source)),
            _ => None,
        });
        let mut sources = Vec::new();
        for data_source in named.chain([None]) {
            let query = match &data_source {
                Some(source) if source == OWN_CATEGORY => continue,
                Some(source) => field().equals(source.as_str()),
                None => !field().exists(),
            };
            let page = search(&query).newest().limit(1).page()?;
            for stored in page {
                let (seq, recorded_at) = (stored.seq, stored.recorded_at);
                let occurred_at = stored.event.occurred_at();
                let data_source = data_source.clone();
                sources.push(LastOfSource { data_source, occurred_at, recorded_at, seq });
            }
        }
        sources.sort_by_key(|source| std::cmp::Reverse((source.occurred_at, source.seq)));
        Ok(sources)
    }
}

/// Adds a sequence, to the last run if it goes on there.
fn add_seq(held: &mut Vec<(u64, u64)>, seq: u64) {
    match held.last_mut() {
        Some((_, end)) if *end + 1 == seq => *end = seq,
        _ => held.push((seq, seq)),
    }
}

/// Puts switches in the place of the general ones, or of those of the tenant.
fn put(
    policy: &mut CapturePolicy,
    tenant: Option<&str>,
    is_general: bool,
    switches: &CaptureSwitches,
) {
    match tenant.filter(|_| !is_general) {
        Some(tenant) => {
            policy.tenants.insert(tenant.to_owned(), switches.clone());
        }
        None => policy.general = switches.clone(),
    }
}

fn switch_change(stored: &StoredEvent, is_general: bool) -> Option<SwitchChange> {
    let value = stored.event.to_value();
    let switches = |key: &str| {
        let members = value.get("details")?.get(key)?.as_object()?;
        let switch = |(key, word): &(String, Value)| Some((key.clone(), word.as_str()? == "on"));
        Some(members.iter().filter_map(switch).collect::<CaptureSwitches>())
    };
    let (before, after) = (switches("before"), switches("after")?);
    let (seq, at) = (stored.seq, stored.event.occurred_at());
    Some(SwitchChange { seq, at, is_general, before, after })
}
