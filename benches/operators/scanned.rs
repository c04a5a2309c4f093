//! What a search had to look at.

use annals::query::{Explanation, Fate};
use std::fmt::{Display, Formatter, Result as Written};

/// Segments and rows that were looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scanned {
    /// Segments of which rows were evaluated.
    evaluated: u64,
    /// Segments that the plan left out because nothing in them can be a hit.
    pruned: u64,
    /// Rows whose values were compared one by one.
    singly: u64,
}

impl Scanned {
    /// Adds up what an explanation tells of each source.
    pub(crate) fn of(explanation: &Explanation) -> Scanned {
        let mut scanned = Scanned::default();
        for source in &explanation.sources {
            match &source.fate {
                Fate::Pruned(_) => scanned.pruned += 1,
                Fate::Entered(_, work) => {
                    scanned.evaluated += u64::from(work.windows > 0);
                    scanned.singly += work.checked;
                }
                _ => {}
            }
        }
        scanned
    }
}

impl Display for Scanned {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Written {
        let Scanned { evaluated, pruned, singly } = self;
        write!(formatter, "{evaluated} ({pruned}); {singly}")
    }
}
