//! `demo`: a small store, real questions, and the commands that one would type for them.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::StoreOptions;
use crate::cli::print::output::Output;
use crate::cli::print::table::bytes;
use crate::cli::print::zoned;
use annals::event::{Event, Raw, Timestamp};
use annals::export::Column;
use annals::store::Store;
use annals::testing::generate::Generator;
use chrono_tz::UTC;
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const BATCH_EVENTS: u64 = 1000;
const SPAN_MICROS: i64 = 90 * 86_400 * 1_000_000;
/// Columns of a found event, behind its time.
const COLUMNS: &str = "who.display_name,action,targets.name";

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// How many events
    #[arg(long, value_name = "N", default_value_t = 5000)]
    events: u64,
    /// The same seed gives the same events
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// What is asked: a remark, and the query.
const QUESTIONS: [(&str, &str); 7] = [
    ("Who failed to log in?", "action=login.failed"),
    ("Accents and case do not matter", "muller"),
    ("A phrase, in any field", "\"30-minütiges Meeting\""),
    ("Who was made an owner?", "change.field=role change.after=owner"),
    ("Deletions, but not by hand", "type=delete -context.api_kind=web"),
    ("From one network", "ip=203.0.0.0/16 category=(teams,groups,workflows)"),
    ("The beginning of a word, the last 7 days", "quartal* since:7d"),
];

pub(crate) fn run(options: &StoreOptions, arguments: &DemoArguments) -> Outcome {
    let folder = Folder::new(options.dir())?;
    let mut output = Output::new();
    let store = Store::builder().create(true).open(&folder.path)?;
    fill(&store, arguments, &mut output)?;
    let shown = options.dir().map_or_else(|| "DIR".to_owned(), |dir| dir.display().to_string());
    for (remark, query) in QUESTIONS {
        ask(&store, remark, query, &shown, &mut output)?;
    }
    count_by_category(&store, &shown, &mut output)?;
    verify(&store, &shown, &mut output)?;
    store.close()?;
    output.finish()
}

/// Appends the events, seals the store, and prints the time of the appends and the size on disk.
fn fill(store: &Store, arguments: &DemoArguments, output: &mut Output) -> Outcome {
    let began = Instant::now();
    fill_with(store, arguments.events, arguments.seed)?;
    let stored = began.elapsed();
    store.seal()?;
    let stats = store.stats();
    output.line(format!(
        "{} events over about 90 days in durable batches of {BATCH_EVENTS}: {}; {} on disk",
        stats.events,
        took(stored),
        bytes(stats.bytes),
    ))
}

/// Appends so many made-up events over about 90 days.
pub(crate) fn fill_with(store: &Store, events: u64, seed: u64) -> Outcome {
    let mut generator = Generator::new(seed, start()).spread(events);
    let mut left = events;
    while left > 0 {
        let count = left.min(BATCH_EVENTS);
        let batch: Result<Vec<Event>, annals::Error> =
            (0..count).map(|_| Event::from_json(generator.next_event().as_bytes())).collect();
        store.append_batch(batch?)?;
        left -= count;
    }
    Ok(())
}

/// The time at which the events begin: 90 days ago, so that questions for the last days have
/// answers.
fn start() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_micros();
    Timestamp(i64::try_from(now).unwrap_or(i64::MAX) - SPAN_MICROS)
}

fn ask(store: &Store, remark: &str, query: &str, dir: &str, output: &mut Output) -> Outcome {
    let parsed = annals::query::Query::parse(query)?;
    let snapshot = store.snapshot();
    let began = Instant::now();
    let page = snapshot.query(&parsed).limit(3).page()?;
    let searched = began.elapsed();
    let began = Instant::now();
    let count = snapshot.query(&parsed).count()?;
    let counted = began.elapsed();
    output.line(format!("\n{remark}\n  $ annals search --store {dir} '{query}' --limit 3"))?;
    let columns = Column::parse_list(COLUMNS)?;
    for event in &page.events {
        let value = event.to_value(Raw::Without);
        let text = |column: &Column| column.cell(&value).text(UTC).into_owned();
        let cells: Vec<String> = columns.iter().map(text).collect();
        let time = zoned::short(event.event.occurred_at(), UTC);
        output.line(format!("  {time}  {}", cells.join("  ")))?;
    }
    output.line(format!(
        "  {} of {count} events   (page {}, count {})",
        page.events.len(),
        took(searched),
        took(counted),
    ))
}

fn count_by_category(store: &Store, dir: &str, output: &mut Output) -> Outcome {
    let query = annals::query::Query::parse("")?;
    let snapshot = store.snapshot();
    let began = Instant::now();
    let facets = snapshot.query(&query).facets(&["category"], 5)?;
    let counted = began.elapsed();
    output.line(format!(
        "\nWhat happens most\n  $ annals facets --store {dir} --by category --top 5"
    ))?;
    for facet in facets.iter().flatten() {
        let value = facet.value.as_str().unwrap_or_default();
        output.line(format!("  {:>8}  {value}", facet.count))?;
    }
    output.line(format!("  ({})", took(counted)))
}

fn verify(store: &Store, dir: &str, output: &mut Output) -> Outcome {
    let began = Instant::now();
    let report = store.verify()?;
    let verified = began.elapsed();
    output.line(format!("\nEvery byte is checked\n  $ annals verify --store {dir}"))?;
    output.line(format!(
        "  {} events in {} files, {} problems   ({})",
        report.events,
        report.files,
        report.problems.len(),
        took(verified),
    ))
}

fn took(duration: Duration) -> String {
    match duration.as_micros() {
        micros if micros < 1_000 => format!("{micros} us"),
        micros if micros < 1_000_000 => format!("{:.1} ms", duration.as_secs_f64() * 1e3),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

/// The folder of a demo store: a new temporary one, which is removed when this value is dropped, or
/// one that was named, which stays.
pub(crate) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn new(dir: Option<&Path>) -> Outcome<Folder> {
        if let Some(dir) = dir {
            if std::fs::read_dir(dir).is_ok_and(|mut names| names.next().is_some()) {
                return Err(Failure::usage("--store", "the folder of a demo must be empty"));
            }
            return Ok(Folder { path: dir.to_path_buf(), temporary: false });
        }
        let name = format!("annals-demo-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // `create_dir` fails on a folder that is there, which may belong to somebody else.
        std::fs::create_dir(&path).map_err(|error| Failure::file("create", &path, error))?;
        Ok(Folder { path, temporary: true })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // A removal that fails is ignored; the name shows that the folder may be deleted.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
