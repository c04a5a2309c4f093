//! One of the worst queries in a process of its own.

use super::Outcome;
use super::ask::{Ask, Patience, times};
use super::memory::Growth;
use super::store::open;
use super::times::percentile;
use annals::Error;
use annals::query::{Query, Search};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The deadline of the searches that are to be stopped.
const DEADLINE: Duration = Duration::from_millis(100);
/// How often a search is stopped.
const STOPS: usize = 5;
const PATIENCE: Patience =
    Patience { repeats: 20, least: 3, time_max: Duration::from_millis(2_000) };

/// What takes longer is not asked again.
const FIRST_MAX: Duration = Duration::from_secs(3);

/// What a query has cost.
#[derive(Debug)]
pub(crate) struct Cost {
    /// The number of hits, values or buckets, or the limit that ended it.
    pub(crate) answer: String,
    pub(crate) half: Duration,
    pub(crate) most: Duration,
    pub(crate) heap_bytes: u64,
    pub(crate) mapped_bytes: u64,
    /// The deadline, and the longest time after it until the search had ended.
    pub(crate) deadline: Duration,
    pub(crate) late: Duration,
}

/// Runs a query in another process.
pub(crate) fn run(store: &Path, ask: &Ask, query: &str) -> Outcome<Cost> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("alone").arg(store).arg(ask.to_string()).arg(query).stderr(Stdio::inherit());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{ask} of {query}: {}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let words: Vec<&str> = text.trim_end().split('\t').collect();
    let [answer, half, most, heap, mapped, deadline, late] = words[..] else {
        return Err(format!("`{text}` is no cost").into());
    };
    let micros = |text: &str| -> Outcome<Duration> { Ok(Duration::from_micros(text.parse()?)) };
    Ok(Cost {
        answer: answer.to_owned(),
        half: micros(half)?,
        most: micros(most)?,
        heap_bytes: heap.parse()?,
        mapped_bytes: mapped.parse()?,
        deadline: micros(deadline)?,
        late: micros(late)?,
    })
}

/// Answers and prints the cost for [`run`], which is waiting for it.
pub(crate) fn answer(store: &Path, ask: &str, query: &str) -> Outcome {
    let (store, ask, query) = (open(store)?, Ask::parse(ask)?, Query::parse(query)?);
    let snapshot = store.snapshot();
    let search = || snapshot.query(&query);
    let growth = Growth::start()?;
    let start = Instant::now();
    let answer = match ask.answer(search()) {
        Err(Error::Budget { limit }) => format!("ends at `{limit}`"),
        other => other?.to_string(),
    };
    let first = start.elapsed();
    let (heap, mapped) = growth.finish()?;
    let queries = std::slice::from_ref(&query);
    let times = match first > FIRST_MAX {
        true => vec![first],
        false => times(queries, PATIENCE, &mut |_| allowed(ask.answer(search())))?,
    };
    let half = percentile(&times, 50);
    let deadline = DEADLINE.min(half / 2);
    let late = lateness(&ask, &search, deadline)?;
    let most = percentile(&times, 100);
    let micros = [half, most].map(|time| time.as_micros().to_string()).join("\t");
    let (deadline, late) = (deadline.as_micros(), late.as_micros());
    println!("{answer}\t{micros}\t{heap}\t{mapped}\t{deadline}\t{late}");
    Ok(())
}

/// The longest time that a search went on after its deadline.
fn lateness<'a>(
    ask: &Ask,
    search: &dyn Fn() -> Search<'a>,
    deadline: Duration,
) -> Outcome<Duration> {
    let mut late = Duration::ZERO;
    for _ in 0..STOPS {
        let start = Instant::now();
        allowed(ask.answer(search().deadline(deadline)))?;
        late = late.max(start.elapsed().saturating_sub(deadline));
    }
    Ok(late)
}

/// The end at a limit is an answer here.
fn allowed(answer: annals::Result<u64>) -> annals::Result<u64> {
    match answer {
        Err(Error::Budget { .. }) => Ok(0),
        other => other,
    }
}
