//! Asking every question of the table again and again, in turns.

use super::Outcome;
use super::support::table::Row;
use annals::store::Snapshot;
use std::time::{Duration, Instant};

/// Rounds before the first one that counts: each variant is asked once.
const WARM_ROUNDS: usize = super::support::parameters::VARIANTS;

/// How long the answers of one row took, sorted.
#[derive(Debug)]
pub(crate) struct Times {
    pub(crate) name: &'static str,
    pub(crate) times: Vec<Duration>,
}

/// Asks `repeats` times; all rows take turns, so that a slow moment of the machine hits them all.
pub(crate) fn ask(snapshot: &Snapshot, rows: &[Row], repeats: usize) -> Outcome<Vec<Times>> {
    let mut table: Vec<Times> = rows.iter().map(empty).collect();
    for round in 0..WARM_ROUNDS + repeats {
        for (row, times) in rows.iter().zip(&mut table) {
            let question = &row.questions[round % row.questions.len()];
            let start = Instant::now();
            let answer = question.answer(snapshot)?;
            let taken = start.elapsed();
            drop(answer);
            if round >= WARM_ROUNDS {
                times.times.push(taken);
            }
        }
    }
    for times in &mut table {
        times.times.sort();
    }
    Ok(table)
}

fn empty(row: &Row) -> Times {
    Times { name: row.name, times: Vec::new() }
}
