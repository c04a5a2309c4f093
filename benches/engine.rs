//! Small benches of the engine: appending, sealing, and the table of questions on 100,000 events.
//!
//! `cargo bench --bench engine`; a part of it by name: `cargo bench --bench engine -- phrase`.

#[path = "support/parsed.rs"]
mod parsed;
mod support;

use annals::Result;
use annals::event::Event;
use annals::store::Store;
use criterion::{BatchSize, Criterion, Throughput};
use parsed::next_events;
use support::corpus::generator;
use support::parameters::Parameters;
use support::table::rows;
use support::texts::Texts;
use tempfile::TempDir;

const EVENTS: u64 = 100_000;
const BATCH: usize = 1_000;
/// Events that are sealed at once in the bench of sealing.
const SEALED: usize = 20_000;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    append(&mut criterion);
    seal(&mut criterion);
    questions(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

/// A store in a folder of its own.
fn empty_store(background: bool) -> (TempDir, Store) {
    let folder = TempDir::new().expect("a folder for temporary files");
    let options = Store::builder().background(background);
    let store = options.open(folder.path()).expect("an empty folder becomes a store");
    (folder, store)
}

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    for count in [1, BATCH] {
        let (_folder, store) = empty_store(true);
        let mut source = generator(EVENTS);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("durable batch of {count}"), |bencher| {
            bencher.iter_batched(
                || next_events(&mut source, count),
                |events: Vec<Event>| store.append_batch(&events).expect("the disk takes it"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn seal(criterion: &mut Criterion) {
    let events = next_events(&mut generator(EVENTS), SEALED);
    let full_store = || {
        let (folder, store) = empty_store(false);
        for batch in events.chunks(BATCH) {
            store.append_batch(batch).expect("the disk takes it");
        }
        (folder, store)
    };
    let mut group = criterion.benchmark_group("seal");
    group.sample_size(10);
    group.throughput(Throughput::Elements(SEALED as u64));
    group.bench_function(format!("{SEALED} events"), |bencher| {
        bencher.iter_batched(
            full_store,
            |(folder, store)| {
                let change = store.seal().expect("the disk takes it");
                (change, store, folder)
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn questions(criterion: &mut Criterion) -> Result<()> {
    let (_folder, store) = empty_store(true);
    let mut source = generator(EVENTS);
    for _ in 0..EVENTS / BATCH as u64 {
        store.append_batch(next_events(&mut source, BATCH))?;
    }
    store.seal()?;
    let snapshot = store.snapshot();
    let parameters = Parameters::of(&snapshot, "actor.email")?;
    let rows = rows(&parameters, &Texts::generated(&snapshot, &parameters)?);
    let mut group = criterion.benchmark_group("query");
    for row in &rows {
        let mut questions = row.questions.iter().cycle();
        group.bench_function(row.name, |bencher| {
            bencher.iter(|| {
                let question = questions.next().expect("a row has questions");
                question.answer(&snapshot).expect("the store is sound")
            });
        });
    }
    group.finish();
    Ok(())
}
