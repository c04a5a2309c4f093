//! Which sequences are lost: those that damage touched, without those that are served.

use crate::store::upkeep::finding::SeqRange;
use roaring::RoaringTreemap;

/// Sequences that are served, and runs among which some are lost.
#[derive(Debug, Default)]
pub(super) struct LostSeqs {
    served: RoaringTreemap,
    touched: Vec<SeqRange>,
}

impl LostSeqs {
    /// Notes a sequence that is served; `false` if it was noted before.
    pub(super) fn serve(&mut self, seq: u64) -> bool {
        self.served.insert(seq)
    }

    /// Whether a sequence is served.
    pub(super) fn is_served(&self, seq: u64) -> bool {
        self.served.contains(seq)
    }

    /// Notes that events of these sequences cannot be read, if they are not served from elsewhere.
    pub(super) fn touch(&mut self, range: SeqRange) {
        self.touched.push(range);
    }

    /// The highest sequence that is served.
    pub(super) fn served_upto(&self) -> u64 {
        self.served.max().unwrap_or(0)
    }

    /// The touched sequences that are not served, as runs in order.
    pub(super) fn ranges(&self) -> Vec<SeqRange> {
        let mut lost: Vec<SeqRange> = Vec::new();
        for range in joined(&self.touched) {
            let mut first = range.first;
            let end = range.last.unwrap_or(u64::MAX);
            let mut served = self.served.iter();
            served.advance_to(first);
            for seq in served.take_while(|seq| *seq <= end) {
                if seq > first {
                    lost.push(SeqRange::new(first, seq - 1));
                }
                first = seq.saturating_add(1);
            }
            if first <= end {
                lost.push(SeqRange { first, last: range.last });
            }
        }
        lost
    }
}

/// The same sequences in runs that do not touch, in order.
fn joined(ranges: &[SeqRange]) -> Vec<SeqRange> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable_by_key(|range| range.first);
    let mut joined: Vec<SeqRange> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            Some(before)
                if before.last.is_none_or(|last| last.saturating_add(1) >= range.first) =>
            {
                before.last = before.last.zip(range.last).map(|(one, two)| one.max(two));
            }
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_served_is_not_lost() {
        let mut lost = LostSeqs::default();
        [3, 4, 9].into_iter().for_each(|seq| assert!(lost.serve(seq)));
        assert!(!lost.serve(3) && lost.is_served(9));
        lost.touch(SeqRange::new(5, 6));
        lost.touch(SeqRange::new(1, 5));
        assert_eq!(lost.ranges(), [SeqRange::new(1, 2), SeqRange::new(5, 6)]);
        lost.touch(SeqRange { first: 8, last: None });
        let open = SeqRange { first: 10, last: None };
        let runs = [SeqRange::new(1, 2), SeqRange::new(5, 6), SeqRange::new(8, 8), open];
        assert_eq!(lost.ranges(), runs);
        assert_eq!(lost.served_upto(), 9);
    }

    proptest! {
        #[test]
        fn lost_are_the_touched_that_are_not_served(
            served in prop::collection::btree_set(1_u64..60, 0..40),
            touched in prop::collection::vec((1_u64..60, 0_u64..9), 0..8),
        ) {
            let mut lost = LostSeqs::default();
            served.iter().for_each(|seq| { lost.serve(*seq); });
            for (first, len) in &touched {
                lost.touch(SeqRange::new(*first, first + len));
            }
            let ranges = lost.ranges();
            for seq in 0..80 {
                let within = |(first, len): &(u64, u64)| (*first..=first + len).contains(&seq);
                let is_touched = touched.iter().any(within);
                let expected = is_touched && !served.contains(&seq);
                let found = ranges.iter().filter(|range| range.contains(seq)).count();
                prop_assert_eq!(found, usize::from(expected), "{}", seq);
            }
        }
    }
}
