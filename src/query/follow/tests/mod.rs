//! Followers of a simulated store: each event once, in order, whatever happens to the files.

mod life;
mod threads;

use super::*;
use crate::event::{Event, Timestamp};
use crate::io::Clock;
use crate::io::Disk;
use crate::io::{ManualClock, SeededRandom};
use crate::store::{Class, Durability, Keep, Retention, Rule, StoreBuilder};
use crate::testing::SimDisk;

const ROOT: &str = "/store";
/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const SHORT: Duration = Duration::from_millis(20);

/// A disk and a clock that outlive the store on them.
struct Bench {
    sim: SimDisk,
    disk: Disk,
    clock: Arc<ManualClock>,
    random: Arc<SeededRandom>,
}

impl Bench {
    fn new(seed: u64) -> Bench {
        Bench::on(SimDisk::new(seed), seed)
    }

    fn on(sim: SimDisk, seed: u64) -> Bench {
        let clock = Arc::new(ManualClock::new(TODAY));
        let random = Arc::new(SeededRandom::new(seed));
        Bench { disk: sim.shared(), sim, clock, random }
    }

    fn builder(&self) -> StoreBuilder {
        Store::builder()
            .background(false)
            .disk(Arc::clone(&self.disk))
            .clock(Arc::clone(&self.clock) as Arc<dyn Clock>)
            .random(Arc::clone(&self.random) as Arc<dyn crate::io::Random>)
    }

    fn writer(&self) -> Store {
        self.builder().open(ROOT).expect("the store opens")
    }

    fn reader(&self) -> StoreReader {
        self.builder().open_reader(ROOT).expect("the store opens")
    }

    fn buffered(&self) -> Store {
        self.builder().durability(Durability::Buffered).open(ROOT).expect("the store opens")
    }

    /// The disk after a power loss, with the same clock.
    fn crashed(&self, seed: u64) -> Bench {
        Bench { clock: Arc::clone(&self.clock), ..Bench::on(self.sim.crash(), seed) }
    }
}

fn event_at(number: u64, occurred_at: i64) -> Event {
    let json = format!(
        r#"{{"occurred_at":"{}","tenant":"{}","category":"test","activity":"{}",
        "details":{{"n":{number}}}}}"#,
        Timestamp(occurred_at),
        ["even", "odd"][number as usize % 2],
        if number.is_multiple_of(37) { "rare" } else { "done" },
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

/// Number `number`, at some time of the last 40 days.
fn event(number: u64) -> Event {
    event_at(number, TODAY - (number * 7919 % 40) as i64 * DAY)
}

fn append(store: &Store, numbers: std::ops::Range<u64>) {
    let events: Vec<Event> = numbers.map(event).collect();
    store.append_batch(&events).expect("appends");
}

fn rule(class: &str) -> Rule {
    Rule { class: class.into(), ..Rule::default() }
}

/// The sequences of everything that there is now.
fn given(follow: &mut Follow<'_>) -> Vec<u64> {
    let mut seqs = Vec::new();
    while let Some(event) = follow.try_next().expect("reads") {
        assert_eq!(follow.cursor().seq, event.seq);
        seqs.push(event.seq);
    }
    seqs
}

fn at(epoch: u64, seq: u64) -> FollowCursor {
    FollowCursor { epoch, seq }
}

#[test]
fn every_event_is_given_once_in_order_over_seals_and_compactions() {
    let bench = Bench::new(1);
    let store = bench.writer();
    let reader = bench.reader();
    let mut follows = [store.follow(FollowCursor::START), reader.follow(FollowCursor::START)];
    for round in 0..12 {
        append(&store, round * 10..round * 10 + 10);
        let expected: Vec<u64> = (round * 10 + 1..=round * 10 + 10).collect();
        for follow in &mut follows {
            assert_eq!(given(follow), expected);
        }
        match round % 3 {
            0 => drop(store.seal().expect("seals")),
            1 => drop(store.compact().expect("compacts")),
            _ => {}
        }
        for follow in &mut follows {
            assert_eq!(given(follow), [0; 0]);
            assert_eq!(follow.cursor(), at(1, round * 10 + 10));
        }
        let late = given(&mut reader.follow(at(1, round * 10)));
        assert_eq!(late, expected);
    }
    assert!(given(&mut reader.follow(FollowCursor::START)).into_iter().eq(1..=120));
}

#[test]
fn a_seal_or_compaction_between_two_events_changes_nothing() {
    for taken in [0, 1, 7, 29, 30, 31, 59] {
        let bench = Bench::new(1);
        let store = bench.writer();
        append(&store, 0..30);
        store.seal().expect("seals");
        append(&store, 30..60);
        let mut follow = store.follow(FollowCursor::START);
        for _ in 0..taken {
            follow.try_next().expect("reads").expect("there is one");
        }
        store.seal().expect("seals");
        store.compact().expect("compacts");
        append(&store, 60..70);
        assert!(given(&mut follow).into_iter().eq(taken + 1..=70), "{taken} taken");
    }
}

#[test]
fn a_query_and_a_tenant_decide_what_is_given_and_the_place_moves_on() {
    let bench = Bench::new(1);
    let store = bench.writer();
    append(&store, 0..20);
    store.seal().expect("seals");
    append(&store, 20..40);
    let query = Query::parse("details.n<10 OR details.n>=30").expect("a query");
    let mut follow = store.follow(FollowCursor::START).query(&query).tenant("odd");
    let odd = |range: std::ops::Range<u64>| range.filter(|number| number % 2 == 1);
    let expected: Vec<u64> = odd(0..10).chain(odd(30..40)).map(|number| number + 1).collect();
    assert_eq!(given(&mut follow), expected);
    assert_eq!(follow.cursor(), at(1, 40));
    append(&store, 0..1);
    assert_eq!(given(&mut follow), [0; 0]);
    assert_eq!(follow.cursor(), at(1, 41));
}

#[test]
fn what_matches_seldom_is_found_where_segments_overlap() {
    let bench = Bench::new(1);
    let store = bench.writer();
    let rules = Rule { tenant: Some("odd".into()), ..rule("odd") };
    let classes = vec![Class::forever("odd")];
    store.set_retention(Retention { classes, rules: vec![rules] }).expect("sets");
    append(&store, 0..300);
    store.seal().expect("seals");
    append(&store, 300..400);
    store.seal().expect("seals");
    assert!(store.segments().len() > 2, "each class has segments of its own");
    let rare = |number: &u64| number.is_multiple_of(37);
    let follow = || store.follow(FollowCursor::START);
    let query = Query::parse("activity=rare").expect("a query");
    let expected: Vec<u64> = (0..400).filter(rare).map(|number| number + 1).collect();
    assert_eq!(given(&mut follow().query(&query)), expected);
    let query = Query::parse("activity=never").expect("a query");
    let mut never = follow().query(&query);
    assert_eq!((given(&mut never), never.cursor()), (vec![], at(1, 400)));
}

#[test]
fn what_retention_hides_or_drops_is_left_out() {
    let bench = Bench::new(1);
    let store = bench.writer();
    let old = |number: u64| event_at(number, TODAY - 20 * DAY);
    let ages = [old(0), event_at(1, TODAY), old(2), event_at(3, TODAY)];
    store.append_batch(&ages[..2]).expect("appends");
    store.seal().expect("seals");
    store.append_batch(&ages[2..]).expect("appends");
    let rules = |kept_for, visible_for| Retention {
        classes: vec![Class { kept_for, visible_for, ..Class::forever("default") }],
        rules: Vec::new(),
    };
    let days = |days| Keep::Micros(days * DAY);
    store.set_retention(rules(Keep::Forever, days(10))).expect("sets");
    let follow = || store.follow(FollowCursor::START);
    assert_eq!(given(&mut follow()), [2, 4]);
    assert_eq!(given(&mut follow().include_hidden()), [1, 2, 3, 4]);
    store.set_retention(rules(days(10), days(10))).expect("sets");
    store.seal().expect("seals");
    store.retain(None).expect("sweeps");
    let mut all = follow().include_hidden();
    assert_eq!(given(&mut all), [2, 4]);
    bench.clock.advance(40 * DAY);
    store.retain(Some(Timestamp(TODAY + 40 * DAY))).expect("sweeps");
    assert_eq!(store.stats().events, 0);
    let mut follow = follow();
    assert_eq!(given(&mut follow), [0; 0]);
    assert_eq!(follow.cursor(), at(1, 4));
    let now = event_at(4, TODAY + 40 * DAY);
    store.append(&now).expect("appends");
    assert_eq!(given(&mut follow), [5]);
}

#[test]
fn a_reader_is_given_what_is_durable_and_no_more() {
    let bench = Bench::new(1);
    let store = bench.buffered();
    let reader = bench.reader();
    let mut beside = reader.follow(FollowCursor::START);
    let mut within = store.follow(FollowCursor::START);
    append(&store, 0..3);
    assert_eq!((given(&mut within), given(&mut beside)), (vec![1, 2, 3], vec![]));
    store.sync().expect("syncs");
    assert_eq!((given(&mut within), given(&mut beside)), (vec![], vec![1, 2, 3]));
}

/// A buffered store that loses its last events; what it has kept, and the bench that it is on.
fn lost(seed: u64) -> Option<(Bench, u64)> {
    let bench = Bench::new(seed);
    let store = bench.buffered();
    append(&store, 0..5);
    store.sync().expect("syncs");
    for number in 5..20 {
        append(&store, number..number + 1);
    }
    let mut follow = store.follow(FollowCursor::START);
    assert_eq!((given(&mut follow).len(), follow.cursor()), (20, at(1, 20)));
    let bench = bench.crashed(seed + 1000);
    let kept = bench.buffered().stats().last_seq.expect("five at least");
    (kept < 20).then_some((bench, kept))
}

#[test]
fn a_follower_whose_events_were_cut_off_is_told_once() {
    let (bench, kept) = (0..50).find_map(lost).expect("some crash loses events");
    let store = bench.buffered();
    let epoch = store.stats().epoch;
    assert!(epoch > 1);
    append(&store, 100..130);
    for store in [&store as &dyn Followed, &bench.reader()] {
        let mut beyond = Follow::new(store, at(1, kept + 1));
        let told = beyond.next().expect("an item").expect_err("is told");
        assert!(matches!(told, Error::Rewound { seq, .. } if seq == kept + 1), "{told}");
        assert_eq!(beyond.cursor().seq, kept);
        for place in [at(1, kept), at(1, 0), FollowCursor::START, at(epoch, kept + 3)] {
            assert!(Follow::new(store, place).try_next().is_ok(), "{place}");
        }
    }
    let mut follow = store.follow(at(1, 20));
    assert!(matches!(follow.try_next(), Err(Error::Rewound { .. })));
    assert!(given(&mut follow).into_iter().eq(kept + 1..=kept + 30));
    let error = store.follow(at(epoch + 1, 0)).try_next().expect_err("is refused");
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
}

#[test]
fn a_place_that_was_cut_off_stays_so_over_seals_and_rewrites() {
    let (bench, kept) = (0..50).find_map(lost).expect("some crash loses events");
    let store = bench.writer();
    append(&store, 100..140);
    store.seal().expect("seals");
    store.close().expect("closes");
    let bench = bench.crashed(5);
    let store = bench.writer();
    store.compact().expect("compacts");
    let mut follow = store.follow(at(1, kept + 5));
    assert!(matches!(follow.try_next(), Err(Error::Rewound { .. })));
    assert!(given(&mut follow).into_iter().eq(kept + 1..=kept + 40));
    assert!(store.follow(at(1, kept)).try_next().is_ok());
}

#[test]
fn a_kill_that_loses_nothing_rewinds_nobody() {
    let bench = Bench::new(1);
    let store = bench.buffered();
    append(&store, 0..9);
    let bench = Bench::on(bench.sim.fork(), 2);
    let store = bench.buffered();
    assert_eq!(store.stats().epoch, 2);
    append(&store, 9..12);
    let mut follow = store.follow(at(1, 9));
    assert_eq!(given(&mut follow), [10, 11, 12]);
    assert_eq!(follow.cursor(), at(2, 12));
}

#[test]
fn a_damaged_segment_is_reported_where_its_events_would_be() {
    let bench = Bench::new(1);
    let store = bench.writer();
    let mut sealed = Vec::new();
    for round in 0..3 {
        append(&store, round * 5..round * 5 + 5);
        sealed.push(store.seal().expect("seals").added.remove(0).path);
    }
    append(&store, 15..18);
    store.close().expect("closes");
    let path = std::path::Path::new(ROOT).join(&sealed[1]);
    bench.sim.damage(&path, |bytes| bytes.truncate(10)).expect("is there");
    let store = bench.writer();
    let mut follow = store.follow(FollowCursor::START);
    let seqs: Vec<u64> = follow.by_ref().map_while(|event| Some(event.ok()?.seq)).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    assert!(follow.next().is_none(), "an iterator ends after an error");
    for _ in 0..2 {
        assert!(matches!(follow.try_next(), Err(Error::Corrupt { .. })));
        assert_eq!(follow.cursor().seq, 5);
    }
    assert_eq!(given(&mut store.follow(at(1, 10))).first(), Some(&11));
}

#[test]
fn waiting_ends_with_an_event_at_its_time_or_when_it_is_stopped() {
    let bench = Bench::new(1);
    let store = bench.writer();
    let reader = bench.reader();
    for followed in [&store as &dyn Followed, &reader] {
        let mut follow = Follow::new(followed, store.snapshot().end());
        let begin = Instant::now();
        assert!(follow.poll(SHORT).expect("reads").is_none());
        assert!(begin.elapsed() >= SHORT);
        let stop = follow.stop_handle();
        std::thread::scope(|scope| {
            let follower = scope.spawn(move || {
                let first = follow.next().expect("an item").expect("reads");
                (first.seq, follow.next().is_none(), follow.poll(Duration::MAX).is_ok())
            });
            std::thread::sleep(SHORT);
            let seq = store.append(event(1)).expect("appends").seq;
            std::thread::sleep(2 * SHORT);
            stop.stop();
            assert_eq!(follower.join().expect("ends"), (seq, true, true));
        });
    }
}

#[test]
fn one_event_costs_no_more_in_a_large_store() {
    let bench = Bench::new(1);
    let store = bench.writer();
    for round in 0..10 {
        append(&store, round * 100..round * 100 + 100);
        store.seal().expect("seals");
    }
    append(&store, 1000..1400);
    let reader = bench.reader();
    let mut follow = reader.follow(reader.snapshot().end());
    assert_eq!(given(&mut follow), [0; 0]);
    let before = bench.sim.operations().len();
    append(&store, 1400..1401);
    let appended = bench.sim.operations().len();
    assert_eq!(given(&mut follow), [1401]);
    let operations = bench.sim.operations().split_off(appended);
    let bytes: u64 = operations.iter().map(|operation| operation.len).sum();
    assert!(before < appended && operations.len() < 30 && bytes < 1500, "{operations:?}");
}
