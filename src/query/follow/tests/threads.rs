//! Followers on a real disk beside threads that append, seal and compact.

use super::*;
use std::sync::atomic::AtomicU64;

const APPENDERS: u64 = 8;
const BATCHES: u64 = 60;
const EVENTS: u64 = APPENDERS * BATCHES * 3;

/// Appends batches of three, numbered apart from those of other threads.
fn append_batches(store: &Store, appender: u64) {
    for batch in 0..BATCHES {
        let first = (appender * BATCHES + batch) * 3;
        append(store, first..first + 3);
    }
}

/// Follows until everything is there; gives the numbers of the events, which come in the order of
/// `seq`.
fn follow_all(mut follow: Follow<'_>) -> Vec<u64> {
    let mut numbers = Vec::new();
    // In this order the one that waits is not asked once too often.
    for (seq, event) in (1..=EVENTS).zip(follow.by_ref()) {
        let event = event.expect("reads");
        assert_eq!(event.seq, seq);
        let details = event.event.to_value();
        let number = details.get("details").and_then(|details| details.get("n")?.as_number());
        let number = number.and_then(|number| number.as_i64()).expect("events are numbered");
        numbers.push(number as u64);
    }
    assert_eq!(follow.cursor(), at(1, EVENTS));
    numbers
}

#[test]
fn followers_beside_eight_appenders_are_given_every_event_once_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("store");
    let store = Store::builder().tail_events_max(100).open(&root).expect("opens");
    let reader = StoreReader::open(&root).expect("opens");
    let left = AtomicU64::new(APPENDERS);
    std::thread::scope(|scope| {
        let (store, reader, left) = (&store, &reader, &left);
        let start = FollowCursor::START;
        let follows =
            [store.follow(start), store.follow(start), reader.follow(start), reader.follow(start)];
        let followers: Vec<_> =
            follows.into_iter().map(|follow| scope.spawn(|| follow_all(follow))).collect();
        for appender in 0..APPENDERS {
            scope.spawn(move || {
                append_batches(store, appender);
                left.fetch_sub(1, Ordering::SeqCst);
            });
        }
        while left.load(Ordering::SeqCst) > 0 {
            store.seal().expect("seals");
            store.compact().expect("compacts");
        }
        for follower in followers {
            let mut numbers = follower.join().expect("follows");
            numbers.sort_unstable();
            assert!(numbers.into_iter().eq(0..EVENTS));
        }
    });
}

#[test]
fn a_follower_in_the_process_of_the_writer_hears_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path().join("store")).expect("opens");
    let (sender, heard) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let follow = store.follow(FollowCursor::START);
        scope.spawn(move || {
            for event in follow.take(30) {
                sender.send((event.expect("reads").seq, Instant::now())).expect("is heard");
            }
        });
        let mut latencies = Vec::new();
        for number in 0..30 {
            let seq = store.append(event(number)).expect("appends").seq;
            let acknowledged = Instant::now();
            let (given, at) = heard.recv().expect("the follower lives");
            assert_eq!(given, seq);
            latencies.push(at.saturating_duration_since(acknowledged));
        }
        latencies.sort_unstable();
        assert!(latencies[15] < Duration::from_millis(20), "{latencies:?}");
    });
}
