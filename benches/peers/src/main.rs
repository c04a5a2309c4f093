//! This engine beside SQLite FTS5, tantivy, PostgreSQL and ClickHouse: the same events, the same
//! questions, one run.
//!
//! `cargo run --release` in this folder prints a Markdown table with a column for each system, how
//! many times better this engine is than the best of the others on that line (below 1: worse), and
//! at the end the lines on which another one is ahead. Settings are variables of the environment:
//!
//! * `ANNALS_DATA_SET`: `generated` (the default), `lifelike`, `git_rails`, `aws_cloudtrail`, some
//!   of them with commas between, or `all`. Real files lie in `ANNALS_DATA` (`../shared/data`).
//! * `ANNALS_REPORT=FILE`: the same table as JSON.
//! * `ANNALS_PEERS`: names with commas between, of those to be asked; all that are installed
//!   without it. `postgresql` takes the programs of a server, `clickhouse` a Python with `chdb`
//!   (`ANNALS_PYTHON`).
//! * `ANNALS_INSTRUCTION_EVENTS`: how many events are taken in under callgrind; default 20,000.
//! * `ANNALS_EVENTS`: how many events, at least 20,000; default 1,000,000. Ten million take 50 GB.
//! * `ANNALS_REPEATS`: how often each system is asked the questions of a row; default 200.
//! * `ANNALS_CHECK=0`: no comparison with brute force, which takes minutes for a million.
//! * `ANNALS_FOLDER=DIR`: everything lies there, and what was taken in is not taken in again by the
//!   next run; dropping the older half, at the end of a run, takes the stores away.
//! * `TMPDIR`: on which disk.
//!
//! Before questions are timed, the whole answers of all systems to all of them are compared byte by
//! byte, and those of this engine with brute force; a difference ends the run and is named. Every
//! ingest runs in a process of its own, so that nothing else counts as its memory.

mod kind;
mod line;
mod memory;
mod million;
mod place;
mod prepare;
mod report;
#[path = "../../reporting/mod.rs"]
mod reporting;
mod rounds;
mod rows;
#[cfg(test)]
mod shift_tests;
#[path = "../../support/mod.rs"]
mod support;
mod system;
mod systems;
mod words;

use kind::Kind;
use million::batches;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Whatever went wrong: a bench has nobody who could act on it.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [part, source, target] => run_part(part, Path::new(source), Path::new(target)),
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

/// A part of the report that [`report::run`] starts as a process of its own.
fn run_part(part: &str, source: &Path, target: &Path) -> Outcome {
    match Kind::named(part) {
        Some(kind) => memory::watch(target, || kind.ingest(source, target)),
        None if part == "raw" => million::raw::append(source, target),
        None if part == "nothing" => Ok(()),
        None => Err(format!("no part is called {part}").into()),
    }
}

/// A setting that is a number.
fn setting(name: &str, default: u64) -> Outcome<u64> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse().map_err(|_| format!("{name}: `{text}` is no count"))?),
        Err(_) => Ok(default),
    }
}
