//! The report on a million events: ingest, size, memory, questions, single appends, forgetting.
//!
//! `cargo bench --bench million` prints a Markdown table. `ANNALS_EVENTS` sets how many events
//! (default 1,000,000), `ANNALS_REPEATS` how often each question is asked (default 200),
//! `ANNALS_CHECK=0` leaves out the comparison of answers with brute force, and `TMPDIR` says on
//! which disk. Ingest runs in processes of its own, so that nothing else counts as its memory.

mod batches;
mod brute;
mod ingest;
mod life;
mod process;
mod questions;
mod raw;
mod report;
mod single;
#[path = "../support/mod.rs"]
mod support;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Whatever went wrong: a bench has nobody who could act on it.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ingest-text", file, store] => ingest::text(Path::new(file), Path::new(store), false),
        ["merge", _, store] => ingest::merge(Path::new(store)),
        ["ingest-parsed", file, store] => ingest::parsed(Path::new(file), Path::new(store)),
        ["raw", file, copy] => raw::append(Path::new(file), Path::new(copy)),
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
