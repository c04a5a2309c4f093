//! What every query operator costs on a million events, and the worst queries there are.
//!
//! `cargo bench --bench operators` prints two Markdown tables. `ANNALS_EVENTS` sets how many events
//! (default 1,000,000), `ANNALS_REPEATS` how often each question is asked (default 100; less often
//! where that takes more than two seconds), `ANNALS_STORE` names a folder for the store, which is
//! opened read-only if it is there and else made and kept. Each of the worst queries runs in a
//! process of its own, so that nothing else counts as its memory.

mod alone;
mod ask;
#[path = "../support/corpus.rs"]
mod corpus;
mod hostile;
mod memory;
mod operators;
#[path = "../support/parsed.rs"]
mod parsed;
mod report;
mod sample;
mod scanned;
mod store;
#[path = "../reporting/times.rs"]
mod times;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Whatever went wrong: a bench has nobody who could act on it.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["alone", store, ask, query] => alone::answer(Path::new(store), ask, query),
        _ => report::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
