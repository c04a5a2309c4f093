//! The two tables.

use super::ask::{Ask, Patience, times};
use super::hostile::hostile;
use super::operators::{EQUALS, JOINS, Operator, PARTS, RANGES, TEXTS};
use super::sample::Sample;
use super::scanned::Scanned;
use super::store::{make, open};
use super::times::{millis, percentile};
use super::{Outcome, alone};
use annals::query::{Query, Search};
use annals::store::Snapshot;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

const EVENTS_DEFAULT: u64 = 1_000_000;
const REPEATS_DEFAULT: u64 = 100;
/// Queries of one template.
const VARIANTS: usize = 8;
/// Longest query that is printed as it is.
const SHOWN: usize = 60;

/// Makes the store if it is not there, and prints both tables.
pub(crate) fn run() -> Outcome {
    let count = setting("ANNALS_EVENTS", EVENTS_DEFAULT)?;
    let repeats = setting("ANNALS_REPEATS", REPEATS_DEFAULT)?.max(5) as usize;
    let temporary = TempDir::new()?;
    let folder = std::env::var_os("ANNALS_STORE")
        .map_or_else(|| temporary.path().join("store"), PathBuf::from);
    if !folder.join("manifest").exists() {
        make(&folder, count)?;
    }
    let store = open(&folder)?;
    let snapshot = store.snapshot();
    let stats = store.stats();
    println!("{} events in {} segments.\n", stats.events, stats.segments);
    let time_max = Duration::from_secs(2);
    operators(&snapshot, Patience { repeats, least: 5, time_max })?;
    worst(&snapshot, &folder)
}

fn setting(name: &str, default: u64) -> Outcome<u64> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse().map_err(|_| format!("{name}: `{text}` is no count"))?),
        Err(_) => Ok(default),
    }
}

fn operators(snapshot: &Snapshot, patience: Patience) -> Outcome {
    println!(
        "| operator | on | such as | hits | newest 50, ms | looked at | count, ms | looked at |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let sample = Sample::of(snapshot, 4 * VARIANTS)?;
    for table in [TEXTS, EQUALS, PARTS, RANGES, JOINS] {
        for operator in table {
            line(snapshot, &sample, operator, patience)?;
        }
    }
    println!();
    Ok(())
}

fn line(snapshot: &Snapshot, sample: &Sample, operator: &Operator, patience: Patience) -> Outcome {
    let (name, columns, template) = operator;
    let texts = sample.fill(template, VARIANTS);
    let shown = texts.first().ok_or_else(|| format!("no event has what `{template}` names"))?;
    let queries: Vec<Query> =
        texts.iter().map(|text| Query::parse(text)).collect::<Result<_, _>>()?;
    let search = |query: &Query| -> Search<'_> { snapshot.query(query).now(sample.now) };
    let ask = |ask: Ask| times(&queries, patience, &mut |query| ask.answer(search(query)));
    let (newest, count) = (ask(Ask::Newest)?, ask(Ask::Count)?);
    let page = search(&queries[0]).explain()?;
    let all = search(&queries[0]).explain_count()?;
    println!(
        "| {name} | {columns} | {} | {} | {} | {} | {} | {} |",
        code(shown),
        all.hits,
        range(&newest, 99),
        Scanned::of(&page),
        range(&count, 99),
        Scanned::of(&all),
    );
    Ok(())
}

fn worst(snapshot: &Snapshot, folder: &Path) -> Outcome {
    println!("| query | asked | answer | ms: p50 / max | heap, MB | mapped, MB | late, ms |");
    println!("|---|---|---|---|---|---|---|");
    for query in hostile(snapshot)? {
        let cost = alone::run(folder, &query.ask, &query.query)?;
        println!(
            "| {} | {} | {} | {} / {} | {:.1} | {:.1} | {} after {} |",
            query.name.replace('|', "\\|"),
            query.ask,
            cost.answer,
            millis(cost.half),
            millis(cost.most),
            cost.heap_bytes as f64 / 1e6,
            cost.mapped_bytes as f64 / 1e6,
            millis(cost.late),
            millis(cost.deadline),
        );
    }
    Ok(())
}

/// A query as code within a table.
fn code(query: &str) -> String {
    let mut text: String = query.chars().take(SHOWN).collect();
    if text.len() < query.len() {
        text.push_str("...");
    }
    format!("`{}`", text.replace('|', "\\|"))
}

fn range(times: &[Duration], most: usize) -> String {
    format!("{} / {}", millis(percentile(times, 50)), millis(percentile(times, most)))
}
