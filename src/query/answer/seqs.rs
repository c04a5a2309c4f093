//! The lowest and the highest `seq` of the hits.

use super::collect::{Collector, each_window};
use crate::Result;
use crate::event::StoredEvent;
use crate::query::budget::{Budget, Evaluated, Limited};
use crate::query::plan::node::RowPlan;
use crate::query::predicate::event::FlatEvent;
use crate::query::request::search::Search;
use crate::segment::Segment;

impl Search<'_> {
    /// The lowest and the highest `seq` of the hits. Cost: linear in the hits.
    ///
    /// # Errors
    /// As [`Search::count`].
    pub(in crate::query) fn seqs(&self) -> Result<Option<(u64, u64)>> {
        let mut ends = SeqEnds::default();
        self.visit(&self.budget(), &mut ends)?;
        Ok(ends.ends)
    }
}

#[derive(Default)]
struct SeqEnds {
    ends: Option<(u64, u64)>,
}

impl SeqEnds {
    fn add(&mut self, seq: u64) {
        let (low, high) = self.ends.unwrap_or((seq, seq));
        self.ends = Some((low.min(seq), high.max(seq)));
    }
}

impl Collector<'_> for SeqEnds {
    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        each_window(segment, node, budget, &mut |first, set| {
            let mut outcome = Ok(());
            set.ascending(|row| {
                match segment.seq_at(first + u32::from(row)) {
                    Ok(seq) => self.add(seq),
                    Err(damage) => outcome = Err(damage),
                }
                outcome.is_ok()
            });
            outcome?;
            Ok(budget.charge_bytes(size_of::<u64>() * set.len())?)
        })
        .map(drop)
    }

    fn recent(&mut self, event: &StoredEvent, _: &FlatEvent<'_>, _: &Budget) -> Limited<()> {
        self.add(event.seq);
        Ok(())
    }
}
