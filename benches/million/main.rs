//! The report on a million events: ingest, size, memory, questions, single appends, forgetting.
//!
//! `cargo bench --bench million` prints a Markdown table. Settings are variables of the
//! environment:
//!
//! * `ANNALS_DATA_SET`: `generated` (the default), `lifelike`, `git_rails`, `aws_cloudtrail`, some
//!   of them with commas between, or `all`. Real files lie in `ANNALS_DATA` (`../shared/data`).
//! * `ANNALS_REPORT=FILE`: the same table as JSON.
//! * `ANNALS_EVENTS`: how many events (default 1,000,000); real ones are repeated.
//! * `ANNALS_REPEATS`: how often each question is asked (default 200).
//! * `ANNALS_INSTRUCTION_EVENTS`: how many events are taken in under callgrind (default 20,000).
//! * `ANNALS_CHECK=0`: no comparison of answers with brute force.
//! * `TMPDIR`: on which disk.
//!
//! Ingest runs in processes of its own, so that nothing else counts as its memory.

mod batches;
mod brute;
#[path = "../support/halved.rs"]
mod halved;
mod ingest;
mod life;
mod process;
mod questions;
mod raw;
mod report;
#[path = "../reporting/mod.rs"]
mod reporting;
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
        ["ingest-unsealed", file, store] => ingest::unsealed(Path::new(file), Path::new(store)),
        ["nothing", ..] => Ok(()),
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

/// A setting that is a number.
fn setting(name: &str, default: u64) -> Outcome<u64> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse().map_err(|_| format!("{name}: `{text}` is no count"))?),
        Err(_) => Ok(default),
    }
}
