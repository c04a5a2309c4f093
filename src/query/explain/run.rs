//! Running a search under observation: the run is that of the page or the count itself.

use super::parts::{QueryPart, parts_of};
use super::reason::of_times;
use super::steps::plan_parts;
use super::{
    Answer, ExplainedSource, Explanation, Fate, MetLabel, Pruning, RunTimes, SourceKind, Work,
};
use crate::Result;
use crate::profile::{ANY_CATEGORY, Labelled};
use crate::query::answer::page::PageWalk;
use crate::query::ast::Query;
use crate::query::ast::time::TimeRange;
use crate::query::budget::{Budget, Evaluated};
use crate::query::exec::hits::Passed;
use crate::query::exec::observer::Observer;
use crate::query::exec::source::{HitSource, SourceBounds};
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::context::Context;
use crate::query::predicate::terms_met;
use crate::query::request::search::Search;
use crate::query::request::selection::Selection;
use crate::segment::Segment;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

impl<'a> Search<'a> {
    /// Runs like [`Search::page`] and gives how: what is left out and why, the plan for the rest,
    /// rows looked at, hits and times. The hits are those of the page.
    ///
    /// For one tenant, sources are not listed and no plan is shown, because both tell of others:
    /// instead, each part of the query is counted among the events of the tenant.
    ///
    /// Cost: that of the page, and of planning the sources that it did not enter, or of a count for
    /// each part.
    ///
    /// # Errors
    /// As [`Search::page`], and [`Error::Budget`](crate::Error::Budget) at a deadline.
    ///
    /// # Examples
    /// ```no_run
    /// # use annals::query::Query;
    /// # use annals::Store;
    /// # let store = Store::open("activity")?;
    /// let query = Query::parse("category=login budget")?;
    /// println!("{}", store.snapshot().query(&query).explain()?);
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn explain(self) -> Result<Explanation> {
        if self.selection.is_restricted() {
            return self.explain_scoped();
        }
        let (budget, mut walk) = (self.budget(), PageWalk::default());
        let mut observed = Observation::new(&self)?;
        let more =
            walk.page(&self, &budget, &mut |_| Ok(ControlFlow::Continue(())), Some(&mut observed))?;
        observed.end_run();
        let waiting = self.waiting(observed.times)?;
        for source in waiting.iter().rev() {
            observed.list(source, &budget)?;
        }
        // What the page did not even wait for.
        let waiting: BTreeSet<u64> = waiting.iter().map(key_of).collect();
        for source in self.sources(TimeRange::default()) {
            if !waiting.contains(&key_of(&source)) {
                let pruning = of_times(&observed.parts, &source).unwrap_or(Pruning::Cursor);
                observed.sources.push(explained(&source, Fate::Pruned(pruning)));
            }
        }
        let answer = self.page_answer();
        Ok(Explanation { more, ..observed.explanation(&self, answer, walk.count as u64)? })
    }

    /// Runs like [`Search::count`] and gives how; see [`Search::explain`].
    ///
    /// # Errors
    /// As [`Search::count`].
    pub fn explain_count(self) -> Result<Explanation> {
        if self.selection.is_restricted() {
            return self.explain_count_scoped();
        }
        let budget = self.budget();
        let mut observed = Observation::new(&self)?;
        let hits = self.count_observed(&budget, Some(&mut observed))?;
        observed.end_run();
        for source in self.sources(TimeRange::default()) {
            observed.list(&source, &budget)?;
        }
        observed.explanation(&self, Answer::Count, hits)
    }

    /// What is explained of a page.
    pub(super) fn page_answer(&self) -> Answer {
        Answer::Page { order: self.order, limit: self.limit.unwrap_or(0) }
    }

    /// What does not depend on sources.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a language that no profile has.
    pub(super) fn explained(
        &self,
        answer: Answer,
        times: TimeRange,
        hits: u64,
    ) -> Result<Explanation> {
        let Selection { query, zone, language, .. } = &self.selection;
        let labels = labels_met(query, &self.context()?)?;
        Ok(Explanation {
            query: query.to_string(),
            rewritten: self.rewritten()?,
            answer,
            from: times.from,
            to: times.to,
            tenant: self.selection.only_tenant().map(str::to_owned),
            include_hidden: self.selection.sees_hidden(),
            now: self.now_of_query(),
            zone: *zone,
            language: language.clone(),
            labels,
            sources: Vec::new(),
            parts: Vec::new(),
            hits,
            more: false,
            times: RunTimes::default(),
        })
    }
}

/// The terms of a query that labels meet, and their codes.
fn labels_met(query: &Query, context: &Context) -> Result<Vec<MetLabel>> {
    let met = terms_met(query, context)?.into_iter();
    Ok(met
        .map(|(term, codes)| {
            let mut codes: Vec<String> = codes.iter().map(code_name).collect();
            codes.sort();
            codes.dedup();
            MetLabel { term, codes }
        })
        .collect())
}

fn code_name(code: &Labelled) -> String {
    let category = code.category.as_deref().unwrap_or(ANY_CATEGORY);
    match &code.activity {
        Some(activity) => format!("{category}.{activity}"),
        None => category.to_owned(),
    }
}

/// What was seen of a run.
struct Observation<'a> {
    parts: Vec<QueryPart>,
    /// The times that the parts leave.
    times: TimeRange,
    visibility: Visibility<'a>,
    /// What became of the sources that the run looked at.
    fates: HashMap<u64, Fate>,
    sources: Vec<ExplainedSource>,
    began: Instant,
    took: RunTimes,
}

impl<'a> Observation<'a> {
    /// The run begins now.
    fn new(search: &Search<'a>) -> Result<Self> {
        Ok(Observation {
            parts: parts_of(search)?,
            times: search.predicate()?.occurrence(),
            visibility: search.visibility(),
            fates: HashMap::new(),
            sources: Vec::new(),
            began: Instant::now(),
            took: RunTimes::default(),
        })
    }

    fn end_run(&mut self) {
        let RunTimes { plan, decode, .. } = self.took;
        self.took.evaluate = self.began.elapsed().saturating_sub(plan + decode);
    }

    /// Lists a source. One that the run did not look at is planned now, unless its times show that
    /// it has no hit.
    fn list(&mut self, source: &HitSource<'_>, budget: &Budget) -> Result<()> {
        let key = key_of(source);
        if let Some(pruning) = of_times(&self.parts, source) {
            self.fates.insert(key, Fate::Pruned(pruning));
        } else if !self.fates.contains_key(&key)
            && let Some(segment) = source.segment()?
        {
            self.plan(source, segment, budget).map_err(|halt| halt.error(segment))?;
        }
        let fate = self.fates.remove(&key).unwrap_or(Fate::NotEntered(Vec::new()));
        self.sources.push(explained(source, fate));
        Ok(())
    }

    fn explanation(self, search: &Search<'_>, answer: Answer, hits: u64) -> Result<Explanation> {
        let explained = search.explained(answer, self.times, hits)?;
        Ok(Explanation { sources: self.sources, times: self.took, ..explained })
    }
}

impl Observer for Observation<'_> {
    fn plan(
        &mut self,
        source: &HitSource<'_>,
        segment: &Segment,
        budget: &Budget,
    ) -> Evaluated<RowPlan> {
        let began = Instant::now();
        let (node, fate) = plan_parts(&self.parts, &self.visibility, segment, budget)?;
        self.took.plan += began.elapsed();
        self.fates.insert(key_of(source), fate);
        Ok(node)
    }

    fn decoded(&mut self, time: Duration) {
        self.took.decode += time;
    }

    fn passed(&mut self, source: &HitSource<'_>, passed: Passed) {
        let Passed { steps: windows, rows, checked, hits, is_complete } = passed;
        let work = Work { windows, rows, checked, hits, is_complete };
        let fate = self.fates.entry(key_of(source)).or_insert(Fate::NotEntered(Vec::new()));
        if let Fate::NotEntered(steps) = fate {
            *fate = Fate::Entered(std::mem::take(steps), work);
        }
    }
}

/// What a source is known by: no two have an event in common.
fn key_of(source: &HitSource<'_>) -> u64 {
    source.bounds().seqs.0
}

fn explained(source: &HitSource<'_>, fate: Fate) -> ExplainedSource {
    let kind = match source {
        HitSource::Sealed(live) => SourceKind::Segment(format!("{:016x}", live.facts().id.0)),
        HitSource::Unsealed(_) if source.has_index() => SourceKind::Indexed,
        HitSource::Unsealed(_) => SourceKind::Newest,
    };
    let SourceBounds { rows, times, seqs } = source.bounds();
    let times = (kind != SourceKind::Newest).then_some((times.min, times.max));
    ExplainedSource { kind, rows: rows.into(), times, seqs: Some(seqs), fate }
}
