//! The promise of a repair: clean, open, appended to, and everything served that is not reported
//! as lost.

use super::change::Change;
use super::world::{ROOT, World, event, options};
use annals::Error;
use annals::event::Raw;
use annals::query::Query;
use annals::testing::SimDisk;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What is wrong with the repair after a change, if anything is.
pub(super) fn complaint(world: &World, change: &Change, disk: &SimDisk) -> Option<String> {
    let disk = disk.fork();
    let report = match options(&disk, 30).repair(ROOT) {
        Ok(report) => report,
        Err(Error::Unsupported { .. }) if matches!(change, Change::Version(_)) => return None,
        Err(error) => return Some(format!("repair: {error}")),
    };
    if let Some(left) = report.left.first() {
        return Some(format!("repair leaves: {left}"));
    }
    let again = options(&disk, 31).repair(ROOT);
    match again {
        Ok(again) if again.findings.is_empty() => {}
        again => return Some(format!("a second repair: {again:?}")),
    }
    let store = match options(&disk, 32).open(ROOT) {
        Ok(store) => store,
        Err(error) => return Some(format!("after the repair: {error}")),
    };
    let mut served = BTreeMap::new();
    let read = store.snapshot().query(&Query::all()).by_seq().for_each(|event| {
        served.insert(event.seq, event.to_json(Raw::With));
        Ok(ControlFlow::Continue(()))
    });
    if let Err(error) = read {
        return Some(format!("reading after the repair: {error}"));
    }
    let other = served.iter().find(|(seq, event)| world.events.get(seq) != Some(event));
    if let Some((seq, _)) = other {
        return Some(format!("event {seq} is another one after the repair"));
    }
    let same_rules = store.retention() == world.retention;
    let is_told = |seq: &u64| report.lost.iter().any(|range| range.contains(*seq));
    let silent = world.events.keys().find(|seq| !served.contains_key(seq) && !is_told(seq));
    if let Some(seq) = silent
        && same_rules
    {
        return Some(format!("event {seq} is lost without a word: {report:?}"));
    }
    let last = served.keys().last().copied().unwrap_or(0);
    match store.append(event(9999, 3, 0)) {
        Ok(receipt) if receipt.seq > last => {}
        other => return Some(format!("an append after the repair: {other:?}")),
    }
    match store.verify() {
        Ok(report) if report.findings.is_empty() => None,
        other => Some(format!("verify after the repair: {other:?}")),
    }
}
