//! What changes when a store grows: the same questions on a million events, ten, a hundred.
//!
//! `cargo bench --bench scale` prints a Markdown table with a column for each size.
//! `ANNALS_SIZES` says which, with commas between (default `1000000,10000000`), `ANNALS_REPEATS`
//! how often each question is asked (default 100), `TMPDIR` on which disk: a hundred million
//! generated events take 11 GB and some 15 minutes. Nothing is merged on request: the segments are
//! those that the background leaves when it rests.

mod grown;
#[path = "../support/halved.rs"]
mod halved;
#[path = "../million/questions.rs"]
mod questions;
#[path = "../support/mod.rs"]
mod support;
#[path = "../reporting/times.rs"]
mod times;

use annals::query::Query;
use annals::store::StoreReader;
use grown::grow;
use halved::drop_half;
use questions::{Times, ask};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use support::parameters::Parameters;
use support::table::rows;
use support::texts::Texts;
use times::{millis, percentile};

/// Whatever went wrong: a bench has nobody who could act on it.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const SIZES_DEFAULT: &str = "1000000,10000000";
const REPEATS_DEFAULT: &str = "100";
const OPENINGS: usize = 20;

/// A line of one size: its name, and what was seen.
type Line = (String, String);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let repeats = setting("ANNALS_REPEATS", REPEATS_DEFAULT).parse()?;
    let sizes = setting("ANNALS_SIZES", SIZES_DEFAULT);
    let sizes: Vec<u64> =
        sizes.split(',').map(|size| size.trim().parse()).collect::<Result<_, _>>()?;
    let mut columns = Vec::new();
    for size in &sizes {
        columns.push(lines(*size, repeats)?);
    }
    let heads: Vec<String> = sizes.iter().map(|size| format!("{size} events")).collect();
    println!("| | {} |\n|---|{}", heads.join(" | "), "---|".repeat(sizes.len()));
    for (number, (name, _)) in columns.first().into_iter().flatten().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|lines| lines[number].1.as_str()).collect();
        println!("| {name} | {} |", cells.join(" | "));
    }
    Ok(())
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// Makes a store of a size, and measures it.
fn lines(size: u64, repeats: usize) -> Outcome<Vec<Line>> {
    let folder = tempfile::TempDir::new()?;
    let mut lines = grow(folder.path(), size)?;
    let store = StoreReader::open(folder.path())?;
    let stats = store.stats();
    lines.push(("segments then, none merged on request".into(), stats.segments.to_string()));
    let bytes = stats.bytes as f64 / size as f64;
    lines.push(("disk, bytes/event".into(), format!("{bytes:.1}")));
    lines.push(("open for reading + newest 50, ms".into(), median(openings(folder.path())?)));
    let snapshot = store.snapshot();
    let absent: Query = "qwertyabsent".parse()?;
    let mut absents = Vec::new();
    for _ in 0..repeats {
        let start = Instant::now();
        let page = snapshot.query(&absent).newest().page()?;
        absents.push(start.elapsed());
        assert!(page.events.is_empty(), "no event has the word");
    }
    lines.push(("a word that no event has, ms".into(), median(absents)));
    let parameters = Parameters::of(&snapshot, "actor.email")?;
    let texts = Texts::generated(&snapshot, &parameters)?;
    for Times { name, times } in ask(&snapshot, &rows(&parameters, &texts), repeats)? {
        lines.push((format!("{name}, ms"), millis(percentile(&times, 50))));
    }
    drop((snapshot, store));
    lines.push(("drop the older half, ms".into(), millis(drop_half(folder.path())?.0)));
    Ok(lines)
}

fn median(mut times: Vec<Duration>) -> String {
    times.sort();
    millis(percentile(&times, 50))
}

fn openings(folder: &Path) -> Outcome<Vec<Duration>> {
    let mut times = Vec::new();
    for _ in 0..OPENINGS {
        let start = Instant::now();
        let store = StoreReader::open(folder)?;
        let page = store.snapshot().query(&Query::all()).newest().limit(50).page()?;
        times.push(start.elapsed());
        assert_eq!(page.events.len(), 50, "a page is full");
    }
    Ok(times)
}
