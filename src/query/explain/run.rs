//! Running a search under observation: the run is that of the page or the count itself.

use super::parts::{QueryPart, parts_of};
use super::reason::of_times;
use super::steps::plan_parts;
use super::{Answer, ExplainedSource, Explanation, Fate, Pruning, SourceKind, Work};
use crate::Result;
use crate::event::StoredEvent;
use crate::query::answer::collect::{Collector, HitCounter};
use crate::query::answer::page::PageWalk;
use crate::query::ast::time::TimeRange;
use crate::query::budget::{Budget, Evaluated, Limited};
use crate::query::exec::hits::Passed;
use crate::query::exec::merge::PageObserver;
use crate::query::exec::source::{HitSource, SourceBounds};
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::event::FlatEvent;
use crate::query::predicate::tree::Predicate;
use crate::query::request::search::Search;
use crate::segment::{Read, Segment};
use std::collections::HashMap;
use std::time::{Duration, Instant};

impl<'a> Search<'a> {
    /// Runs like [`Search::page`] and gives how: what is left out and why, the plan for the rest,
    /// rows looked at, hits and times. The hits are those of the page.
    ///
    /// Cost: that of the page, and of planning the sources that it did not enter.
    ///
    /// # Errors
    /// As [`Search::page`], and [`Error::Budget`](crate::Error::Budget) at a deadline.
    ///
    /// # Examples
    /// ```no_run
    /// # use annals::query::Query;
    /// # use annals::store::{Options, Store};
    /// # let store = Store::open("activity", Options::default())?;
    /// let query = Query::parse("category=login budget")?;
    /// println!("{}", store.snapshot().query(&query).explain()?);
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn explain(self) -> Result<Explanation> {
        let (budget, mut walk) = (self.budget(), PageWalk::default());
        let mut observed = Observation::new(&self)?;
        let began = Instant::now();
        let more = walk.page(&self, &budget, &mut |_| Ok(true), Some(&mut observed))?;
        observed.evaluate = began.elapsed().saturating_sub(observed.plan + observed.decode);
        for source in self.waiting(observed.predicate.occurrence())?.iter().rev() {
            observed.list(source, &budget)?;
        }
        for source in self.sources(TimeRange::default()) {
            observed.list_pruned(&source, Pruning::Cursor);
        }
        let answer = Answer::Page { order: self.order, limit: self.limit };
        Ok(Explanation { more, ..observed.explanation(&self, answer, walk.count as u64) })
    }

    /// Runs like [`Search::count`] and gives how; see [`Search::explain`].
    ///
    /// # Errors
    /// As [`Search::count`].
    pub fn explain_count(self) -> Result<Explanation> {
        let budget = self.budget();
        let (counter, source) = (HitCounter::default(), None);
        let observed = Observation::new(&self)?;
        let mut count = ObservedCount { counter, source, observed };
        let began = Instant::now();
        self.visit(&budget, &mut count)?;
        let ObservedCount { counter, mut observed, .. } = count;
        observed.evaluate = began.elapsed().saturating_sub(observed.plan);
        for source in self.sources(TimeRange::default()) {
            observed.list(&source, &budget)?;
        }
        Ok(observed.explanation(&self, Answer::Count, counter.passed.hits))
    }
}

/// What was seen of a run. Sources are known by their lowest `seq`.
struct Observation<'a> {
    parts: Vec<QueryPart>,
    predicate: Predicate,
    visibility: Visibility<'a>,
    /// What the plan of a segment came to.
    planned: HashMap<u64, Fate>,
    /// What was done in a source.
    work: HashMap<u64, Work>,
    /// The sources in the order in which they are listed.
    listed: Vec<ExplainedSource>,
    plan: Duration,
    evaluate: Duration,
    decode: Duration,
}

impl<'a> Observation<'a> {
    fn new(search: &Search<'a>) -> Result<Self> {
        Ok(Observation {
            parts: parts_of(search)?,
            predicate: search.predicate()?,
            visibility: search.visibility(),
            planned: HashMap::new(),
            work: HashMap::new(),
            listed: Vec::new(),
            plan: Duration::ZERO,
            evaluate: Duration::ZERO,
            decode: Duration::ZERO,
        })
    }

    /// Plans a segment for the run, and keeps what the plan came to.
    fn plan_source(
        &mut self,
        source: u64,
        segment: &Segment,
        budget: &Budget,
    ) -> Evaluated<RowPlan> {
        let began = Instant::now();
        let (node, fate) = plan_parts(&self.parts, &self.visibility, segment, budget)?;
        self.plan += began.elapsed();
        self.planned.insert(source, fate);
        Ok(node)
    }

    /// Lists a source; one that the run did not plan is planned now, unless its times show that it
    /// has no hit.
    fn list(&mut self, source: &HitSource<'_>, budget: &Budget) -> Result<()> {
        if let Some(pruning) = of_times(&self.parts, source) {
            self.list_pruned(source, pruning);
            return Ok(());
        }
        let number = source.bounds().seqs.0;
        if !self.planned.contains_key(&number)
            && let Some(segment) = source.segment()?
        {
            let node = self.plan_source(number, segment, budget);
            node.map_err(|halt| halt.error(segment))?;
        }
        let fate = self.planned.remove(&number).unwrap_or(Fate::NotEntered(Vec::new()));
        let fate = match (fate, self.work.remove(&number)) {
            (Fate::NotEntered(steps), Some(work)) => Fate::Entered(steps, work),
            (fate, _) => fate,
        };
        self.listed.push(explained(source, fate));
        Ok(())
    }

    /// Lists a source that was left out, unless it is listed.
    fn list_pruned(&mut self, source: &HitSource<'_>, pruning: Pruning) {
        let seqs = Some(source.bounds().seqs);
        if self.listed.iter().all(|listed| listed.seqs != seqs) {
            let pruning = of_times(&self.parts, source).unwrap_or(pruning);
            self.listed.push(explained(source, Fate::Pruned(pruning)));
        }
    }

    fn explanation(self, search: &Search<'_>, answer: Answer, hits: u64) -> Explanation {
        let times = self.predicate.occurrence();
        Explanation {
            query: search.query.to_string(),
            answer,
            from: times.from,
            to: times.to,
            tenant: search.tenant.clone(),
            include_hidden: search.include_hidden,
            now: search.context().now,
            zone: search.zone,
            sources: self.listed,
            hits,
            more: false,
            plan: self.plan,
            evaluate: self.evaluate,
            decode: self.decode,
        }
    }
}

impl PageObserver for Observation<'_> {
    fn plan(
        &mut self,
        source: &HitSource<'_>,
        segment: &Segment,
        budget: &Budget,
    ) -> Evaluated<RowPlan> {
        self.plan_source(source.bounds().seqs.0, segment, budget)
    }

    fn decoded(&mut self, time: Duration) {
        self.decode += time;
    }

    fn passed(&mut self, source: &HitSource<'_>, passed: Passed) {
        self.work.insert(source.bounds().seqs.0, work_of(passed));
    }
}

/// Counts hits and observes it.
struct ObservedCount<'a> {
    counter: HitCounter,
    /// The lowest `seq` of the source whose hits come now.
    source: Option<u64>,
    observed: Observation<'a>,
}

impl ObservedCount<'_> {
    /// Counts, and notes what it took for the source.
    fn count<T>(&mut self, run: impl FnOnce(&mut HitCounter) -> T) -> T {
        let before = std::mem::take(&mut self.counter.passed);
        let outcome = run(&mut self.counter);
        let Passed { steps, rows, checked, hits, .. } = self.counter.passed;
        if let Some(work) = self.source.and_then(|source| self.observed.work.get_mut(&source)) {
            work.windows += steps;
            work.rows += rows;
            work.checked += checked;
            work.hits += hits;
        }
        self.counter.passed.hits += before.hits;
        outcome
    }
}

impl<'s> Collector<'s> for ObservedCount<'_> {
    fn begin(&mut self, source: &HitSource<'s>) {
        let SourceBounds { rows, seqs, .. } = source.bounds();
        let (rows, is_complete) = (u64::from(rows), true);
        let work = match source.has_index() {
            true => Work { is_complete, ..Work::default() },
            false => Work { windows: 1, rows, checked: rows, hits: 0, is_complete },
        };
        self.observed.work.insert(seqs.0, work);
        self.source = Some(seqs.0);
    }

    fn plan(
        &mut self,
        _: &Predicate,
        _: &Visibility<'_>,
        segment: &Segment,
        budget: &Budget,
    ) -> Evaluated<RowPlan> {
        self.observed.plan_source(self.source.unwrap_or(0), segment, budget)
    }

    fn number(&mut self, known: &mut dyn FnMut() -> Read<Option<u32>>) -> Read<bool> {
        self.count(|counter| counter.number(known))
    }

    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        self.count(|counter| counter.segment(segment, node, budget))
    }

    fn recent(
        &mut self,
        event: &StoredEvent,
        values: &FlatEvent<'_>,
        budget: &Budget,
    ) -> Limited<()> {
        self.count(|counter| counter.recent(event, values, budget))
    }
}

fn work_of(passed: Passed) -> Work {
    let Passed { steps: windows, rows, checked, hits, is_complete } = passed;
    Work { windows, rows, checked, hits, is_complete }
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
