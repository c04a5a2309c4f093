//! A reader that asks at fixed moments, whatever the last answer took.

use annals::query::Query;
use annals::store::{Snapshot, Store};
use std::time::{Duration, Instant};

/// Between two questions: 200 a second.
const GAP: Duration = Duration::from_millis(5);

/// How long each answer took from the moment at which its question was due, so that one slow
/// answer counts for all that waited behind it.
pub(crate) fn ask(store: &Store, end: Instant) -> annals::Result<Vec<Duration>> {
    let queries =
        ["*", "meeting", "category=login", "actor.email^=xenia", "windows category=teams"]
            .iter()
            .map(|text| text.parse())
            .collect::<annals::Result<Vec<Query>>>()?;
    let mut times = Vec::new();
    let mut due = Instant::now() + GAP;
    while due < end {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        answer(&store.snapshot(), &queries, times.len())?;
        times.push(due.elapsed());
        due += GAP;
    }
    Ok(times)
}

/// Pages, counts and facets in turns.
fn answer(snapshot: &Snapshot, queries: &[Query], turn: usize) -> annals::Result<()> {
    let search = snapshot.query(&queries[turn % queries.len()]);
    match turn / queries.len() % 3 {
        0 => drop(search.newest().limit(50).page()?),
        1 => drop(search.count()?),
        _ => drop(search.facets(&["category", "activity"], None)?),
    }
    Ok(())
}
