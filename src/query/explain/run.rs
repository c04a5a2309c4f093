//! Planning and running a search under watch.

use super::parts::{QueryPart, parts_of};
use super::reason::of_times;
use super::steps::{steps, times_of};
use super::{Answer, ExplainedSource, Explanation, Fate, Pruning, SourceKind, Work};
use crate::Result;
use crate::query::answer::collect::seen_rows;
use crate::query::budget::Budget;
use crate::query::exec::evaluate::Evaluator;
use crate::query::exec::merge::{HITS_AT_ONCE, Merge};
use crate::query::exec::source::{HitSource, Opened};
use crate::query::exec::unindexed::each_unindexed;
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::tree::Predicate;
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::segment::SegmentStats;
use crate::segment::{Read, WINDOW_ROWS};
use crate::tail::TailView;
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
            budget.spend(events.iter().map(|event| event.event.canonical().len()).sum())?;
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
        watch.leave_behind(&self.sources(&budget)?, &entered);
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
        for source in self.sources(&budget)? {
            budget.check()?;
            if watch.leave_out(&source) {
                continue;
            }
            let node = watch.plan(&source)?;
            let began = Instant::now();
            let work = match source.open()? {
                Opened::Segment(segment) => {
                    let counted = count(segment, &node, &budget);
                    counted.map_err(|damage| budget.failure(segment, damage))?
                }
                Opened::Unindexed(tail) => watch.count_newest(tail)?,
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
        let segment = match source.open()? {
            Opened::Segment(segment) => segment,
            Opened::Unindexed(tail) => {
                self.sources.push(newest(tail));
                return Ok(RowPlan::Everything);
            }
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
        let (node, fate) = explained.map_err(|damage| self.budget.failure(segment, damage))?;
        self.sources.push(of_segment(source, segment.meta(), fate));
        Ok(node)
    }

    /// Counts the hits among the newest events.
    fn count_newest(&self, tail: &TailView) -> Result<Work> {
        let mut hits = 0;
        let (newest, predicate, visibility) = (tail.unindexed(), &self.predicate, &self.visibility);
        let rows = each_unindexed(newest, predicate, visibility, self.budget, |_, _| {
            hits += 1;
            Ok(())
        })?;
        Ok(Work { windows: 1, rows, checked: rows, hits, is_complete: true })
    }

    /// Notes the segments that were not even opened: those of other times, and those that end
    /// before the cursor.
    fn leave_behind(&mut self, all: &[HitSource<'_>], entered: &[HitSource<'_>]) {
        for source in all {
            let Some(facts) = source.facts() else { continue };
            let is_it =
                |other: &HitSource<'_>| other.facts().is_some_and(|o| std::ptr::eq(o, facts));
            if !entered.iter().any(is_it) && !self.leave_out(source) {
                self.sources.push(of_segment(source, facts, Fate::Pruned(Pruning::Cursor)));
            }
        }
    }

    /// Notes a segment of other times, which no search opens; whether it is one.
    fn leave_out(&mut self, source: &HitSource<'_>) -> bool {
        let (Some(facts), Some(pruning)) = (source.facts(), of_times(&self.parts, source)) else {
            return false;
        };
        self.sources.push(of_segment(source, facts, Fate::Pruned(pruning)));
        true
    }

    fn explanation(self, search: &Search<'_>, answer: Answer, hits: u64) -> Explanation {
        let times = times_of(&self.parts);
        let mut sources = self.sources;
        sources.retain(|source| source.rows > 0);
        Explanation {
            query: search.query.to_string(),
            answer,
            from: times.from,
            to: times.to,
            tenant: search.tenant.clone(),
            include_hidden: search.include_hidden,
            now: search.context().now,
            zone: search.zone,
            sources,
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

fn of_segment(source: &HitSource<'_>, facts: &SegmentStats, fate: Fate) -> ExplainedSource {
    let kind = match source {
        HitSource::Sealed(_) => SourceKind::Segment(format!("{:016x}", facts.id.0)),
        HitSource::Indexed(_) | HitSource::Unindexed(_) => SourceKind::Indexed,
    };
    let (times, seqs) = ((facts.min_time, facts.max_time), (facts.min_seq, facts.max_seq));
    let rows = facts.rows.into();
    ExplainedSource { kind, rows, times: Some(times), seqs: Some(seqs), fate }
}

fn newest(tail: &TailView) -> ExplainedSource {
    let seqs = || tail.unindexed().map(|event| event.seq);
    ExplainedSource {
        kind: SourceKind::Newest,
        rows: tail.unindexed().count() as u64,
        times: None,
        seqs: seqs().min().zip(seqs().max()),
        fate: Fate::NotEntered(Vec::new()),
    }
}

/// Counts the hits of a segment.
fn count(segment: &Segment, node: &RowPlan, budget: &Budget) -> Read<Work> {
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
