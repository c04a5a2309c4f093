//! Forgetting half of a store.

use super::Outcome;
use annals::event::Timestamp;
use annals::store::{ChangeReport, Keep, Store};
use std::path::Path;
use std::time::{Duration, Instant};

/// Keeps what is younger than half of the time range; says how long dropping the rest took.
pub(crate) fn drop_half(folder: &Path) -> Outcome<(Duration, ChangeReport)> {
    let store = Store::open(folder)?;
    let stats = store.stats();
    let (Some(Timestamp(oldest)), Some(Timestamp(newest))) = (stats.oldest, stats.newest) else {
        return Err("the store is empty".into());
    };
    let mut retention = store.retention();
    for class in &mut retention.classes {
        class.kept_for = Keep::Micros((newest - oldest) / 2);
    }
    store.set_retention(retention)?;
    let start = Instant::now();
    let change = store.retain(Some(Timestamp(newest)))?;
    let taken = start.elapsed();
    store.close()?;
    Ok((taken, change))
}
