//! Planning and running a search under watch.

use super::parts::{QueryPart, parts_of};
use super::reason::of_times;
use super::steps::{steps, times_of};
use super::{Answer, ExplainedSource, Explanation, Fate, Pruning, SourceKind, Work};
use crate::Result;
use crate::query::answer::collect::seen_rows;
use crate::query::ast::time::TimeRange;
use crate::query::budget::{Budget, Evaluated};
use crate::query::exec::evaluate::Evaluator;
use crate::query::exec::merge::{HITS_AT_ONCE, Merge};
use crate::query::exec::source::{HitSource, SourceBounds};
use crate::query::exec::unindexed::each_unindexed;
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::tree::Predicate;
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::segment::WINDOW_ROWS;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

impl<'a> Search<'a> {
    /// Runs like [`Search::page`] and tells how: what is left out and why, the plan for the rest,
    /// rows looked at, hits and times. The hits are those of the page.
    ///
    /// Cost: that of the page, and of planning every source part by part.
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
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        let budget = self.budget();
        let mut merge = Merge::new(&self, &budget, limit.saturating_add(1))?;
        let mut watch = Observation::new(&self, &budget)?;
        let entered: Vec<HitSource<'_>> = merge.waiting.iter().rev().copied().collect();
        for source in &entered {
            watch.plan(source)?;
        }
        let mut hits = vec![0u64; entered.len()];
        let (mut taken, mut more) = (0, false);
        let (mut evaluate, mut decode) = (Duration::ZERO, Duration::ZERO);
        while taken < limit {
            let count = HITS_AT_ONCE.min(limit - taken);
            let began = Instant::now();
            let (found, outcome) = merge.take(count);
            evaluate += began.elapsed();
            let began = Instant::now();
            let (events, decoded) = merge.events(&found);
            decode += began.elapsed();
            decoded.and(outcome)?;
            budget.charge_bytes(events.iter().map(|event| event.event.canonical().len()).sum())?;
            taken += found.len();
            for (stream, _) in &found {
                if let Some(hits) = hits.get_mut(*stream) {
                    *hits += 1;
                }
            }
            if found.len() < count {
                break;
            }
        }
        if taken == limit {
            let began = Instant::now();
            more = merge.next_hit()?.is_some();
            evaluate += began.elapsed();
        }
        for ((source, stream), hits) in watch.sources.iter_mut().zip(&merge.open).zip(hits) {
            let passed = stream.passed();
            source.enter(Work {
                windows: passed.steps,
                rows: passed.rows,
                checked: passed.checked,
                hits,
                is_complete: passed.is_complete,
            });
        }
        watch.leave_behind(&self.sources(TimeRange::default()), &entered);
        let answer = Answer::Page { order: self.order, limit: self.limit };
        let explanation = watch.explanation(&self, answer, taken as u64);
        Ok(Explanation { more, evaluate, decode, ..explanation })
    }

    /// Runs like [`Search::count`] and tells how; see [`Search::explain`].
    ///
    /// # Errors
    /// As [`Search::count`].
    pub fn explain_count(self) -> Result<Explanation> {
        self.check()?;
        let budget = self.budget();
        let mut watch = Observation::new(&self, &budget)?;
        let (mut hits, mut evaluate) = (0, Duration::ZERO);
        for source in self.sources(TimeRange::default()) {
            budget.check()?;
            if watch.leave_out(&source) {
                continue;
            }
            let node = watch.plan(&source)?;
            let began = Instant::now();
            let work = match source.segment()? {
                Some(segment) => {
                    let counted = count(segment, &node, &budget);
                    counted.map_err(|halt| halt.error(segment))?
                }
                None => watch.count_unindexed(&source)?,
            };
            evaluate += began.elapsed();
            hits += work.hits;
            if let Some(source) = watch.sources.last_mut() {
                source.enter(work);
            }
        }
        Ok(Explanation { evaluate, ..watch.explanation(&self, Answer::Count, hits) })
    }
}

/// What is told of a search, as it is found out.
struct Observation<'a> {
    budget: &'a Budget,
    parts: Vec<QueryPart>,
    predicate: Predicate,
    visibility: Visibility<'a>,
    sources: Vec<ExplainedSource>,
    plan: Duration,
}

impl<'a> Observation<'a> {
    fn new(search: &Search<'a>, budget: &'a Budget) -> Result<Self> {
        Ok(Observation {
            budget,
            parts: parts_of(search)?,
            predicate: search.predicate()?,
            visibility: search.visibility()?,
            sources: Vec::new(),
            plan: Duration::ZERO,
        })
    }

    /// Plans a source as a search does, then part by part for the explanation.
    fn plan(&mut self, source: &HitSource<'_>) -> Result<RowPlan> {
        let Some(segment) = source.segment()? else {
            self.sources.push(of_source(source, Fate::NotEntered(Vec::new())));
            return Ok(RowPlan::Everything);
        };
        let began = Instant::now();
        let node = seen_rows(&self.predicate, &self.visibility, segment, self.budget);
        self.plan += began.elapsed();
        let explained = node.and_then(|node| {
            let fate = match (&node, steps(&self.parts, &self.visibility, segment, self.budget)?) {
                (RowPlan::Nothing, Err(reason)) => Fate::Pruned(reason),
                (RowPlan::Nothing, Ok(_)) => Fate::Pruned(Pruning::Intersection),
                (_, steps) => Fate::NotEntered(steps.unwrap_or_default()),
            };
            Ok((node, fate))
        });
        let (node, fate) = explained.map_err(|halt| halt.error(segment))?;
        self.sources.push(of_source(source, fate));
        Ok(node)
    }

    /// Counts the hits among events without index.
    fn count_unindexed(&self, source: &HitSource<'_>) -> Result<Work> {
        let mut hits = 0;
        let (predicate, visibility) = (&self.predicate, &self.visibility);
        let rows = each_unindexed(source.events(), predicate, visibility, self.budget, |_, _| {
            hits += 1;
            Ok(())
        })?;
        Ok(Work { windows: 1, rows, checked: rows, hits, is_complete: true })
    }

    /// Notes the sources that were not even looked at: those of other times, and those that end
    /// before the cursor.
    fn leave_behind(&mut self, all: &[HitSource<'_>], entered: &[HitSource<'_>]) {
        let entered: BTreeSet<u64> = entered.iter().map(|source| source.bounds().seqs.0).collect();
        for source in all {
            if !entered.contains(&source.bounds().seqs.0) && !self.leave_out(source) {
                self.sources.push(of_source(source, Fate::Pruned(Pruning::Cursor)));
            }
        }
    }

    /// Notes a source of other times, which no search looks at; whether it is one.
    fn leave_out(&mut self, source: &HitSource<'_>) -> bool {
        let Some(pruning) = of_times(&self.parts, source) else {
            return false;
        };
        self.sources.push(of_source(source, Fate::Pruned(pruning)));
        true
    }

    fn explanation(self, search: &Search<'_>, answer: Answer, hits: u64) -> Explanation {
        let times = times_of(&self.parts);
        Explanation {
            query: search.query.to_string(),
            answer,
            from: times.from,
            to: times.to,
            tenant: search.tenant.clone(),
            include_hidden: search.include_hidden,
            now: search.context().now,
            zone: search.zone,
            sources: self.sources,
            hits,
            more: false,
            plan: self.plan,
            evaluate: Duration::ZERO,
            decode: Duration::ZERO,
        }
    }
}

impl ExplainedSource {
    /// Notes what was done there, unless there was nothing to do.
    fn enter(&mut self, work: Work) {
        if let Fate::NotEntered(steps) = &mut self.fate {
            self.fate = Fate::Entered(std::mem::take(steps), work);
        }
    }
}

fn of_source(source: &HitSource<'_>, fate: Fate) -> ExplainedSource {
    let kind = match source {
        HitSource::Sealed(live) => SourceKind::Segment(format!("{:016x}", live.facts().id.0)),
        HitSource::Unsealed(part) if part.has_index() => SourceKind::Indexed,
        HitSource::Unsealed(_) => SourceKind::Newest,
    };
    let SourceBounds { rows, times, seqs } = source.bounds();
    let times = (kind != SourceKind::Newest).then_some((times.min, times.max));
    ExplainedSource { kind, rows: rows.into(), times, seqs: Some(seqs), fate }
}

/// Counts the hits of a segment.
fn count(segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<Work> {
    let mut work = Work { is_complete: true, ..Work::default() };
    if let Some(hits) = node.known_len(segment.rows()) {
        return Ok(Work { hits, ..work });
    }
    let mut evaluator = Evaluator::new(segment, budget);
    for window in 0..segment.rows().div_ceil(WINDOW_ROWS) {
        let first = window * WINDOW_ROWS;
        let rows = first..(first + WINDOW_ROWS).min(segment.rows());
        work.windows += 1;
        work.rows += u64::from(rows.end - rows.start);
        work.hits += evaluator.evaluate(node, rows)?.len() as u64;
    }
    Ok(Work { checked: evaluator.checked, ..work })
}
