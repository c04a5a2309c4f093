//! Appends and questions beside each other: 1, 4 and 16 threads that append batches of 1, 100 and
//! 1,000 made-up events as fast as they can, and a reader that asks 200 questions a second.
//!
//! `cargo bench --bench beside` prints a Markdown table. Each line is measured twice, in processes
//! of their own: without seals (the tail takes all), and with tails of 8 MiB, so that the
//! background seals and merges most of the time. Settings are variables of the environment:
//!
//! * `ANNALS_SECONDS`: of each run (default 10).
//! * `TMPDIR`: on which disk.

#[path = "../reporting/allocator.rs"]
mod allocator;
mod one;
mod reader;
#[path = "../reporting/times.rs"]
mod times;
mod writers;

use allocator::ALLOCATOR;
use std::error::Error;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// Whatever went wrong: a bench has nobody who could act on it.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const THREADS: [usize; 3] = [1, 4, 16];
const BATCHES: [usize; 3] = [1, 100, 1_000];
const SECONDS_DEFAULT: u64 = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["one", threads, batch, seals, seconds] => one_line(threads, batch, seals, seconds),
        _ => report(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the part of a line that one process measures.
fn one_line(threads: &str, batch: &str, seals: &str, seconds: &str) -> Outcome {
    let run = one::Run {
        threads: threads.parse()?,
        batch: batch.parse()?,
        seals: seals == "seals",
        time: Duration::from_secs(seconds.parse()?),
    };
    println!("{}", one::measure(&run)?);
    Ok(())
}

fn report() -> Outcome {
    let seconds = std::env::var("ANNALS_SECONDS").unwrap_or_else(|_| SECONDS_DEFAULT.to_string());
    println!(
        "| threads | batch | | events/s | an append, ms p50 / p99 / most \
         | a question, ms p50 / p99 / most | questions | segments | peak anonymous memory, MB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for threads in THREADS {
        for batch in BATCHES {
            for seals in ["tail", "seals"] {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["one", &threads.to_string(), &batch.to_string(), seals, &seconds]);
                let command = command.envs(ALLOCATOR).stderr(Stdio::inherit());
                let output = command.output()?;
                if !output.status.success() {
                    return Err(format!("{threads} threads, {batch}: {}", output.status).into());
                }
                let cells = String::from_utf8(output.stdout)?;
                println!("| {threads} | {batch} | {seals} | {} |", cells.trim_end());
            }
        }
    }
    Ok(())
}
