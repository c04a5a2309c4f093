//! Where each epoch of the sequence began: what a cursor of an earlier epoch has lost.

/// Beginnings that are kept apart; beyond, the oldest are taken for one.
const STARTS_MAX: usize = 1024;

/// The beginning of one epoch; the first one began at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EpochStart {
    pub(crate) epoch: u64,
    /// The first sequence of the epoch: what an earlier one had from there on is gone.
    pub(crate) first_seq: u64,
}

/// The epochs of a store, as far as they still tell what was lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Epochs {
    /// Epochs and sequences both ascend: a start at or below an earlier one stands for it, too.
    starts: Vec<EpochStart>,
}

impl Epochs {
    /// The epoch that runs.
    pub(crate) fn latest(&self) -> u64 {
        self.starts.last().map_or(1, |start| start.epoch)
    }

    /// Notes that an epoch has begun; `false` if a later one has already.
    pub(crate) fn begin(&mut self, start: EpochStart) -> bool {
        if start.epoch <= self.latest() {
            return false;
        }
        while self.starts.last().is_some_and(|earlier| earlier.first_seq >= start.first_seq) {
            self.starts.pop();
        }
        self.starts.push(start);
        if self.starts.len() > STARTS_MAX {
            // Cursors between the two are told of a loss that was none: better than the reverse.
            let oldest = self.starts.remove(0);
            self.starts[0].first_seq = oldest.first_seq;
        }
        true
    }

    /// The first sequence that is no longer what it was in `epoch`; `None` while all still are.
    pub(crate) fn cut_since(&self, epoch: u64) -> Option<u64> {
        let later = self.starts.partition_point(|start| start.epoch <= epoch);
        self.starts.get(later).map(|start| start.first_seq)
    }

    /// The epoch in which a sequence was given that is still there.
    pub(crate) fn of(&self, seq: u64) -> u64 {
        let later = self.starts.partition_point(|start| start.first_seq <= seq);
        later.checked_sub(1).and_then(|last| self.starts.get(last)).map_or(1, |start| start.epoch)
    }

    /// All that are kept apart, in order.
    pub(crate) fn starts(&self) -> &[EpochStart] {
        &self.starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn begun(first_seqs: &[u64]) -> Epochs {
        let mut epochs = Epochs::default();
        for (epoch, first_seq) in (2..).zip(first_seqs) {
            assert!(epochs.begin(EpochStart { epoch, first_seq: *first_seq }));
        }
        epochs
    }

    proptest! {
        #[test]
        fn a_cut_is_the_lowest_beginning_of_all_later_epochs(
            first_seqs in prop::collection::vec(1_u64..50, 0..20),
            epoch in 0_u64..25,
        ) {
            let epochs = begun(&first_seqs);
            let later = (2_u64..).zip(&first_seqs).filter(|(later, _)| *later > epoch);
            let lowest = later.map(|(_, first_seq)| *first_seq).min();
            prop_assert_eq!(epochs.cut_since(epoch), lowest);
            prop_assert_eq!(epochs.latest(), first_seqs.len() as u64 + 1);
        }
    }

    #[test]
    fn a_sequence_is_of_the_last_epoch_that_began_at_or_before_it() {
        let epochs = begun(&[10, 20]);
        assert_eq!([1, 9, 10, 19, 20, 99].map(|seq| epochs.of(seq)), [1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn epochs_only_grow() {
        let mut epochs = begun(&[10, 20]);
        let before = epochs.clone();
        for epoch in 0..=3 {
            assert!(!epochs.begin(EpochStart { epoch, first_seq: 30 }));
        }
        assert_eq!(epochs, before);
        assert!(epochs.begin(EpochStart { epoch: 9, first_seq: 30 }));
    }

    #[test]
    fn beyond_the_cap_old_cuts_are_told_too_early_but_never_missed() {
        let count = STARTS_MAX as u64 + 10;
        let first_seqs: Vec<u64> = (1..=count).map(|number| number * 10).collect();
        let epochs = begun(&first_seqs);
        assert_eq!(epochs.starts().len(), STARTS_MAX);
        assert_eq!(epochs.cut_since(1), Some(10));
        assert_eq!(epochs.cut_since(5), Some(10));
        assert_eq!(epochs.cut_since(count), Some(count * 10));
        assert_eq!(epochs.cut_since(count + 1), None);
    }
}
