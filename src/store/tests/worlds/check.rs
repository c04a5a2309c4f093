//! What must hold of every disk that a crash has left.

use super::story::Belief;
use super::*;
use crate::query::Query;
use crate::store::folder::paths::StorePaths;
use crate::store::manifest;

/// Opens what is left and looks at everything; panics when something is wrong.
///
/// `before` or `after` must be found, exactly: of an unfinished step all or nothing, but for a
/// sweep, which may have dropped a part. Then an append and a search must work, and what was
/// appended survives another crash.
pub(super) fn check(disk: &SimDisk, before: &Belief, after: &Belief, seed: u64) {
    let disk = planted::primed(disk.clone());
    let doomed = doomed_files(&disk);
    // Each life has ids of its own.
    let bench = Bench::seeded(&disk, mixed(&[seed, 1]));
    let store = Store::open_with(ROOT, bench.options()).expect("opens");
    let mut found = contents(&store.snapshot());
    let belief = [before, after].into_iter().find(|belief| belief.events == found);
    let belief = belief.or(Belief::is_between(&found, before, after).then_some(before));
    let belief = belief.unwrap_or_else(|| panic!("{}", difference(&found, before, after)));
    let stats = store.stats();
    assert_eq!(stats.epoch, 1, "an epoch began although nothing was lost");
    assert_eq!(stats.last_seq.unwrap_or(0), belief.last_seq, "the last sequence");
    check_files(&bench, &store, &doomed);
    let problems = store.verify().expect("verifies").problems;
    assert_eq!(problems, Vec::<String>::new(), "verify");

    let newest = event_at(belief.numbers, TODAY);
    let receipt = store.append(&newest).expect("appends");
    assert_eq!(receipt.seq, belief.last_seq + 1, "the next sequence");
    found.insert(receipt.seq, newest.clone());
    check_search(&store, &found, &newest);
    if seed.is_multiple_of(4) {
        drop(store);
        let disk = planted::primed(disk.crash_seeded(seed));
        let store = Store::open_with(ROOT, Bench::seeded(&disk, mixed(&[seed, 2])).options());
        let again = contents(&store.expect("opens again").snapshot());
        assert_eq!(again, found, "after another crash");
    }
}

/// What is wrong with what was found.
pub(super) fn difference(found: &BTreeMap<u64, Event>, before: &Belief, after: &Belief) -> String {
    let lost: Vec<u64> = before
        .events
        .iter()
        .filter(|(seq, event)| after.events.contains_key(seq) && found.get(seq) != Some(event))
        .map(|(seq, _)| *seq)
        .collect();
    let keys = |events: &BTreeMap<u64, Event>| events.keys().copied().collect::<Vec<_>>();
    format!(
        "found {:?}; expected {:?} or {:?}; lost or changed: {lost:?}",
        keys(found),
        keys(&before.events),
        keys(&after.events)
    )
}

/// The names of the files of doomed segments: nothing may keep them once the store is open.
fn doomed_files(disk: &SimDisk) -> Vec<String> {
    let paths = StorePaths::new(Path::new(ROOT));
    // Without a manifest nothing is doomed; what else is wrong with it the opening says.
    let Ok(loaded) = manifest::read(&disk.shared(), &paths.manifest()) else {
        return Vec::new();
    };
    let id = |place: &crate::store::folder::paths::SegmentPath| format!("{:016x}", place.id.0);
    loaded.state.tombstones.iter().map(id).collect()
}

fn check_files(bench: &Bench, store: &Store, doomed: &[String]) {
    let files = files_below(&bench.disk, Path::new(ROOT));
    for id in doomed {
        let kept = files.iter().find(|name| name.contains(id));
        assert_eq!(kept, None, "the file of a dropped segment is kept");
    }
    let mut listed: Vec<String> = store.segments().into_iter().map(|one| one.path).collect();
    listed.sort();
    let segments: Vec<&String> = files.iter().filter(|one| one.starts_with("segments/")).collect();
    assert_eq!(segments, listed.iter().collect::<Vec<_>>(), "files that nothing lists");
    let logs = files.iter().filter(|one| one.starts_with("log/")).count();
    assert!((1..=2).contains(&logs), "{logs} logs");
}

/// Counts what is visible, and finds the newest event first.
fn check_search(store: &Store, events: &BTreeMap<u64, Event>, newest: &Event) {
    let kept_for = store.retention().classes[0].kept_for;
    let cutoff = kept_for.cutoff(crate::event::Timestamp(TODAY));
    let is_visible = |event: &&Event| cutoff.is_none_or(|cutoff| event.occurred_at() >= cutoff);
    let visible = events.values().filter(is_visible).count() as u64;
    let query = Query::field("category").equals("test");
    let snapshot = store.snapshot();
    assert_eq!(snapshot.query(&query).count().expect("counts"), visible, "a count");
    let page = snapshot.query(&query).newest().limit(1).page().expect("searches");
    let first: Vec<&Event> = page.events.iter().map(|stored| &stored.event).collect();
    assert_eq!(first, [newest], "a search");
}
