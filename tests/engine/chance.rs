//! Reproducible chance: one seed gives one run.

use annals::io::SeededRandom;

/// A source of choices.
#[derive(Debug)]
pub(crate) struct Chance(SeededRandom);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(SeededRandom::new(seed))
    }

    /// 64 random bits.
    pub(crate) fn bits(&self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`; 0 if that is 0.
    pub(crate) fn below(&self, bound: usize) -> usize {
        self.0.below(bound as u64) as usize
    }

    /// A number of `from..=to`.
    pub(crate) fn within(&self, from: i64, to: i64) -> i64 {
        from + self.0.below((to - from + 1) as u64) as i64
    }

    /// `true` once in `count` times.
    pub(crate) fn one_in(&self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// One of `choices`.
    pub(crate) fn pick<'c, T>(&self, choices: &'c [T]) -> &'c T {
        &choices[self.below(choices.len())]
    }

    /// One of `texts`, owned.
    pub(crate) fn text(&self, texts: &[&str]) -> String {
        self.pick(texts).to_string()
    }

    /// An index into `weights`, each as likely as its weight.
    pub(crate) fn weighted(&self, weights: &[usize]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            match rest.checked_sub(*weight) {
                Some(less) => rest = less,
                None => return index,
            }
        }
        unreachable!("a number below the sum of the weights falls to one of them")
    }
}
