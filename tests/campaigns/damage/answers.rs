//! The answers of a damaged store, compared with its events.

use super::change::Change;
use super::world::{CATEGORIES, ROOT, World, options};
use annals::Error;
use annals::event::Raw;
use annals::query::Query;
use annals::store::{Retention, Snapshot};
use annals::testing::SimDisk;
use std::ops::ControlFlow;

/// What is wrong with the answers of a store after a change, if anything is.
pub(super) fn complaint(world: &World, change: &Change, disk: &SimDisk) -> Option<String> {
    let read_only = options(disk, 20);
    let mut harm: Vec<Error> = Vec::new();
    let mut found = 0;
    match read_only.open_reader(ROOT) {
        Ok(store) => {
            let prefix = change.is_of("synced");
            if let Some(complaint) =
                compare(world, &store.snapshot(), &store.retention(), prefix, &mut harm)
            {
                return Some(format!("reader: {complaint}"));
            }
            found += store.verify().expect("verify tells what it can").findings.len();
        }
        Err(error) => harm.push(error),
    }
    match options(disk, 21).verify(ROOT) {
        Ok(report) => found += report.findings.len(),
        Err(error) => return Some(format!("verify: {error}")),
    }
    let writable = disk.fork();
    match options(&writable, 22).open(ROOT) {
        Ok(store) => {
            if let Some(complaint) =
                compare(world, &store.snapshot(), &store.retention(), false, &mut harm)
            {
                return Some(format!("writer: {complaint}"));
            }
        }
        Err(error) => harm.push(error),
    }
    let nameless = harm.iter().find(|error| !names(change, error));
    if let Some(error) = nameless {
        return Some(format!("no file is named: {error}"));
    }
    match harm.first() {
        Some(error) if found == 0 => Some(format!("verify finds nothing, but: {error}")),
        _ => None,
    }
}

/// Whether an error names the file that was changed.
fn names(change: &Change, error: &Error) -> bool {
    let message = error.to_string();
    let is_named = |file: &&std::path::Path| {
        file.file_name().is_some_and(|name| message.contains(&*name.to_string_lossy()))
    };
    // With another manifest the files that it lists are the ones that are missing.
    let typed = matches!(
        error,
        Error::Corrupt { .. }
            | Error::Io { .. }
            | Error::Unsupported { .. }
            | Error::Invalid { .. }
    );
    typed && (change.files().iter().any(is_named) || change.is_of("manifest"))
}

/// Compares every answer of a store; errors go to `harm`. `prefix`: the store may show what was
/// there earlier.
fn compare(
    world: &World,
    snapshot: &Snapshot,
    rules: &Retention,
    prefix: bool,
    harm: &mut Vec<Error>,
) -> Option<String> {
    let upto = if prefix { snapshot.last_seq().unwrap_or(0) } else { u64::MAX };
    // Other rules hide other events.
    let same_rules = *rules == world.retention;
    let mut events = Vec::new();
    let read = snapshot.query(&Query::all()).by_seq().for_each(|event| {
        events.push((event.seq, event.to_json(Raw::With)));
        Ok(ControlFlow::Continue(()))
    });
    for (seq, event) in &events {
        if world.events.get(seq) != Some(event) {
            return Some(format!("event {seq} is another one"));
        }
    }
    if !events.is_sorted_by(|one, two| one.0 < two.0) {
        return Some("events come out of order".to_owned());
    }
    let expected = world.events.range(..=upto).count();
    match read {
        Ok(_) if events.len() != expected && same_rules => {
            return Some(format!("{} of {expected} events are there", events.len()));
        }
        Ok(_) => {}
        Err(error) => harm.push(error),
    }
    for (query, holds) in QUESTIONS {
        let expected = world.events.range(..=upto).filter(|(seq, _)| holds(**seq - 1)).count();
        let query = Query::parse(query).expect("a sound query");
        match snapshot.query(&query).count() {
            Ok(count) if count != expected as u64 && same_rules => {
                return Some(format!("{query}: {count} instead of {expected}"));
            }
            Ok(_) => {}
            Err(error) => harm.push(error),
        }
        match snapshot.query(&query).newest().limit(7).page() {
            Ok(page) if page.complete && same_rules => {
                let matching =
                    world.events.range(..=upto).rev().filter(|(seq, _)| holds(**seq - 1));
                let expected: Vec<u64> = matching.take(7).map(|(seq, _)| *seq).collect();
                let found: Vec<u64> = page.events.iter().map(|event| event.seq).collect();
                if found != expected {
                    return Some(format!("{query}: {found:?} instead of {expected:?}"));
                }
            }
            Ok(_) => {}
            Err(error) => harm.push(error),
        }
    }
    None
}

/// A query, and whether it matches the event with a number.
type Question = (&'static str, fn(u64) -> bool);

const QUESTIONS: [Question; 4] = [
    ("category=login", |number| CATEGORIES[(number % 3) as usize] == "login"),
    ("alpha", |number| number.is_multiple_of(4)),
    ("actor.id=u-3", |number| number % 5 == 3),
    ("-category=teams omega", |number| !number.is_multiple_of(3) && !number.is_multiple_of(4)),
];
