//! Asking every system every question in turns: first whether they agree, then how fast they are.

use super::Outcome;
use super::kind::Kind;
use super::reporting::times::percentile;
use super::support::parameters::VARIANTS;
use super::support::table::Row;
use super::system::{Reply, System};
use std::time::{Duration, Instant};

/// A system with its name.
pub(crate) struct Asked {
    pub(crate) kind: Kind,
    pub(crate) system: Box<dyn System>,
}

/// How long the answers of one system to one row took, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn sorted(mut times: Vec<Duration>) -> Times {
        times.sort();
        Times(times)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The time below which `percent` of them lie; there is one at least.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        percentile(&self.0, percent)
    }
}

/// Compares whole answers to all questions with those of the first system; says how many.
pub(crate) fn compare(systems: &[Asked], rows: &[Row]) -> Outcome<usize> {
    let Some((first, peers)) = systems.split_first() else {
        return Ok(0);
    };
    let [mut expected, mut reply] = [Reply::default(), Reply::default()];
    let mut compared = 0;
    for row in rows {
        for question in &row.questions {
            expected.clear();
            first.system.answer(question, &mut expected)?;
            for peer in peers {
                reply.clear();
                peer.system.answer(question, &mut reply)?;
                let difference = match peer.kind.keeps_bytes() {
                    true => expected.difference(&reply),
                    false => expected.meaning()?.difference(&reply.meaning()?),
                };
                if let Some(difference) = difference {
                    let (row, title) = (row.name, peer.kind.title());
                    return Err(format!("{row}: {title}: {question:?}: {difference}").into());
                }
                compared += 1;
            }
        }
    }
    Ok(compared)
}

/// Asks `repeats` times. Systems and rows take turns, so that a slow moment of the machine hits
/// them all; each variant is asked once before the rounds that count.
pub(crate) fn ask(systems: &[Asked], rows: &[Row], repeats: usize) -> Outcome<Vec<Vec<Times>>> {
    let mut table = vec![vec![Times::default(); systems.len()]; rows.len()];
    let mut reply = Reply::default();
    for round in 0..VARIANTS + repeats {
        for (row, times) in rows.iter().zip(&mut table) {
            let question = &row.questions[round % row.questions.len()];
            // Another one begins each time: who comes first finds the caches as the last row left
            // them.
            for turn in 0..systems.len() {
                let index = (round + turn) % systems.len();
                reply.clear();
                let start = Instant::now();
                systems[index].system.answer(question, &mut reply)?;
                let taken = start.elapsed();
                if round >= VARIANTS {
                    times[index].0.push(taken);
                }
            }
        }
    }
    table.iter_mut().flatten().for_each(|times| times.0.sort());
    Ok(table)
}
