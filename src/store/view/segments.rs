//! The segments of a store: those whose files are held, and those whose files are not there.

use super::live::LiveSegment;
use super::lookups::Lookups;
use crate::event::Timestamp;
use crate::store::manifest::state::Listed;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A listed segment whose file is missing, of another length, or cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct DamagedSegment {
    pub(crate) listed: Listed,
    /// What the attempt to hold it said.
    pub(crate) error: Error,
}

/// All segments of a view.
#[derive(Debug, Default)]
pub(crate) struct SegmentSet {
    /// In the order of their oldest, then newest time.
    live: Vec<Arc<LiveSegment>>,
    /// For each of `live`, the newest time in it and all before it.
    newest_upto: Vec<Timestamp>,
    /// The highest sequence of `live`.
    max_seq: u64,
    damaged: Vec<DamagedSegment>,
    lookups: Lookups,
}

impl SegmentSet {
    pub(crate) fn new(mut live: Vec<Arc<LiveSegment>>, damaged: Vec<DamagedSegment>) -> SegmentSet {
        live.sort_by_key(|segment| {
            let facts = segment.facts();
            (facts.min_time, facts.max_time, facts.id)
        });
        let mut newest = Timestamp(i64::MIN);
        let newest_upto = live.iter().map(|segment| {
            newest = newest.max(segment.facts().max_time);
            newest
        });
        let newest_upto = newest_upto.collect();
        let max_seq = live.iter().map(|segment| segment.facts().max_seq).max().unwrap_or(0);
        SegmentSet { newest_upto, max_seq, live, damaged, lookups: Lookups::default() }
    }

    /// Holds the file of every listed segment, reusing those of an earlier set; what cannot be held
    /// is kept as damaged.
    pub(crate) fn hold<'a>(
        listed: impl Iterator<Item = &'a Listed>,
        earlier: &SegmentSet,
        hold: impl Fn(Listed) -> Result<LiveSegment>,
    ) -> SegmentSet {
        let ids = earlier.live.iter().map(|segment| (segment.facts().id, segment));
        let earlier: BTreeMap<_, _> = ids.collect();
        let (mut live, mut damaged) = (Vec::new(), Vec::new());
        for listed in listed {
            if let Some(segment) = earlier.get(&listed.meta.id) {
                live.push(Arc::clone(segment));
                continue;
            }
            match hold(listed.clone()) {
                Ok(segment) => live.push(Arc::new(segment)),
                Err(error) => damaged.push(DamagedSegment { listed: listed.clone(), error }),
            }
        }
        SegmentSet::new(live, damaged)
    }

    pub(crate) fn live(&self) -> &[Arc<LiveSegment>] {
        &self.live
    }

    /// The segments with sequences above `seq`, in no order; costs nothing while there are none.
    pub(crate) fn above(&self, seq: u64) -> impl Iterator<Item = &Arc<LiveSegment>> {
        let live = if self.max_seq > seq { &self.live[..] } else { &[] };
        live.iter().filter(move |segment| segment.facts().max_seq > seq)
    }

    /// The damaged segment with the lowest sequences of those that have some above `seq`.
    pub(crate) fn damage_above(&self, seq: u64) -> Option<&DamagedSegment> {
        let above = self.damaged.iter().filter(|damaged| damaged.listed.meta.max_seq > seq);
        above.min_by_key(|damaged| damaged.listed.meta.min_seq)
    }

    pub(crate) fn damaged(&self) -> &[DamagedSegment] {
        &self.damaged
    }

    /// The segments whose time range holds an instant; cost: logarithmic plus what overlaps.
    pub(crate) fn holding(&self, at: Timestamp) -> impl Iterator<Item = &Arc<LiveSegment>> {
        let end = self.live.partition_point(|segment| segment.facts().min_time <= at);
        let candidates = self.live.iter().zip(&self.newest_upto).take(end).rev();
        candidates
            .take_while(move |(_, newest)| **newest >= at)
            .filter(move |(segment, _)| segment.facts().max_time >= at)
            .map(|(segment, _)| segment)
    }

    /// Looks events up in one of the segments.
    pub(crate) fn lookups(&self) -> &Lookups {
        &self.lookups
    }

    /// The error of a damaged segment whose time range meets `from..=to`, if there is one.
    pub(crate) fn damage_within(&self, from: Timestamp, to: Timestamp) -> Result<()> {
        let meets = |damaged: &&DamagedSegment| {
            damaged.listed.meta.min_time <= to && damaged.listed.meta.max_time >= from
        };
        let damaged = self.damaged.iter().find(meets);
        damaged.map_or(Ok(()), |damaged| Err(damaged.error.clone()))
    }

    /// The set without some segments and with others.
    pub(crate) fn replaced(
        &self,
        removed: &[Arc<LiveSegment>],
        added: Vec<Arc<LiveSegment>>,
    ) -> SegmentSet {
        let stays = |segment: &&Arc<LiveSegment>| {
            !removed.iter().any(|removed| Arc::ptr_eq(removed, segment))
        };
        let mut live: Vec<_> = self.live.iter().filter(stays).cloned().collect();
        live.extend(added);
        SegmentSet::new(live, self.damaged.clone())
    }
}
