//! Open, append, seal, close, open again; duplicates; limits; batches that are written together.

use super::settings::{FILE, put};
use super::*;
use crate::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX};
use crate::store::Receipt;
use crate::{Error, Result};
use proptest::prelude::*;

#[test]
fn appended_events_are_seen_at_once_and_in_order() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let before = store.snapshot();
    assert_eq!(store.append(event(0)).expect("appends").seq, 1);
    let receipts = store.append_batch(&[event(1), event(2)]).expect("appends");
    assert_eq!(receipts.iter().map(|receipt| receipt.seq).collect::<Vec<_>>(), [2, 3]);
    let after = store.snapshot();
    assert_eq!(contents(&before).len(), 0);
    assert_eq!(contents(&after), numbered((0..3).map(|number| (number + 1, event(number)))));
    assert_eq!((before.last_seq(), after.last_seq(), after.epoch()), (None, Some(3), 1));
}

#[test]
fn sealed_events_leave_the_tail_and_the_log() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let events: Vec<Event> = (0..20).map(event).collect();
    store.append_batch(&events).expect("appends");
    let early = store.snapshot();
    let report = store.seal().expect("seals");
    assert_eq!(report.added.len(), 1);
    assert_eq!(report.added[0].events, 20);
    assert_eq!(contents(&early), contents(&store.snapshot()));
    let stats = store.stats();
    assert_eq!((stats.events, stats.tail_events, stats.segments), (20, 0, 1));
    assert_eq!(files_below(&bench.disk, Path::new("/store/log")), ["log/00000002.log"]);
    assert_eq!(store.seal().expect("has nothing to do"), Default::default());
    assert_eq!(store.append(event(20)).expect("appends").seq, 21);
}

#[test]
fn a_store_is_found_as_it_was_closed() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    assert!(store.open_report().clean);
    store.append_batch((0..10).map(event).collect::<Vec<_>>()).expect("appends");
    store.seal().expect("seals");
    store.append_batch((10..15).map(event).collect::<Vec<_>>()).expect("appends");
    let expected = contents(&store.snapshot());
    store.close().expect("closes");
    let store = bench.open();
    assert_eq!(store.open_report().replayed, 5);
    assert!(store.open_report().clean);
    assert_eq!(contents(&store.snapshot()), expected);
    assert_eq!(store.append(event(15)).expect("appends").seq, 16);
}

#[test]
fn a_store_that_was_not_closed_is_not_clean_but_whole() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    store.append(event(0)).expect("appends");
    drop(store);
    let store = bench.open();
    assert!(!store.open_report().clean);
    assert_eq!(contents(&store.snapshot()).len(), 1);
}

#[test]
fn a_close_with_many_events_seals_them() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    store.append_batch((0..4096).map(event).collect::<Vec<_>>()).expect("appends");
    store.close().expect("closes");
    let store = bench.open();
    assert_eq!(store.open_report().replayed, 4096);
    store.append(event(4096)).expect("appends");
    store.close().expect("closes");
    let store = bench.open();
    assert_eq!((store.open_report().replayed, store.stats().events), (0, 4097));
}

#[test]
fn a_full_tail_is_sealed_within_the_append() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open_with(|options| options.tail_events_max = 10);
    for number in 0..25 {
        store.append(event(number)).expect("appends");
    }
    let stats = store.stats();
    assert_eq!((stats.events, stats.segments, stats.tail_events), (25, 2, 5));
    assert_eq!((stats.first_seq, stats.last_seq), (Some(1), Some(25)));
}

#[test]
fn an_old_tail_is_sealed_within_the_append() {
    let bench = Bench::on(&SimDisk::new(1));
    let age = Some(std::time::Duration::from_secs(60));
    let store = bench.open_with(|options| options.seal_age = age);
    store.append(event(0)).expect("appends");
    bench.clock.advance(59_999_999);
    store.append(event(1)).expect("appends");
    assert_eq!(store.stats().segments, 0);
    bench.clock.advance(1);
    store.append(event(2)).expect("appends");
    assert_eq!((store.stats().segments, store.stats().tail_events), (1, 0));
}

#[test]
fn recorded_times_never_go_backward() {
    let bench = Bench::on(&SimDisk::new(1));
    let times = |store: &Store| -> Vec<i64> {
        let snapshot = store.snapshot();
        let recent = snapshot.tails().flat_map(|tail| tail.all());
        recent.map(|stored| stored.recorded_at.0).collect()
    };
    let store = bench.open();
    store.append(event(0)).expect("appends");
    bench.clock.set(TODAY - DAY);
    store.append(event(1)).expect("appends");
    assert_eq!(times(&store), [TODAY, TODAY]);
    store.seal().expect("seals");
    store.close().expect("closes");
    let store = bench.open();
    store.append(event(2)).expect("appends");
    assert_eq!(times(&store), [TODAY]);
}

#[test]
fn the_same_event_is_stored_once_wherever_it_lies() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let event = |name: &str| with_id(name, "done", TODAY - HOUR);
    store.append(event("sealed")).expect("appends");
    store.seal().expect("seals");
    store.append(event("tail")).expect("appends");
    let batch = [event("sealed"), event("new"), event("tail"), event("new")];
    let receipts = store.append_batch(&batch).expect("appends");
    let seqs: Vec<_> = receipts.iter().map(|receipt| (receipt.seq, receipt.duplicate)).collect();
    assert_eq!(seqs, [(1, true), (3, false), (2, true), (3, true)]);
    assert_eq!(store.stats().events, 3);
    assert!(receipts.iter().all(|receipt| !receipt.same_id));
}

#[test]
fn an_id_with_other_content_is_another_event_and_said() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let event = |note: &str| with_id("x", note, TODAY - HOUR);
    assert!(!store.append(event("a")).expect("appends").same_id);
    assert!(store.append(event("b")).expect("appends").same_id);
    store.seal().expect("seals");
    let receipts = store.append_batch(&[event("c"), event("a")]).expect("appends");
    assert!(receipts[0].same_id && !receipts[0].duplicate);
    assert_eq!((receipts[1].seq, receipts[1].duplicate), (1, true));
}

#[test]
fn look_ups_in_many_segments_find_all_and_keep_none_open() {
    const SEGMENTS: u64 = 80;
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    // Half of the segments have an event of one instant, and all overlap in time.
    let at = |number: u64| TODAY - HOUR + if number.is_multiple_of(2) { 0 } else { number as i64 };
    let event = |number: u64, note: &str| with_id(&format!("e{number}"), note, at(number));
    for number in 0..SEGMENTS {
        let ends = [event_at(number, TODAY - 2 * HOUR), event_at(number, TODAY)];
        store.append_batch([&ends[..], &[event(number, "first")]].concat()).expect("appends");
        store.seal().expect("seals");
    }
    assert_eq!(store.snapshot().segments().len() as u64, SEGMENTS);
    for _ in 0..2 {
        for number in (0..SEGMENTS).rev().chain(0..SEGMENTS) {
            let receipt = store.append(event(number, "first")).expect("appends");
            assert_eq!((receipt.seq, receipt.duplicate), (3 * number + 3, true));
        }
    }
    let other = store.append(event(7, "other")).expect("appends");
    assert!(other.same_id && !other.duplicate);
    let new = store.append(event(SEGMENTS + 1, "first")).expect("appends");
    assert!(!new.same_id && !new.duplicate);
    let snapshot = store.snapshot();
    assert!(snapshot.segments().iter().all(|segment| segment.opened().is_none()));
    assert_eq!(contents(&snapshot).len() as u64, 3 * SEGMENTS + 2);
    assert!(snapshot.segments().iter().all(|segment| segment.opened().is_some()));
}

#[test]
fn ids_within_a_batch_are_told_apart_by_content() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let batch = ["a", "b", "a", "b", "c"].map(|note| with_id("x", note, TODAY - HOUR));
    let receipts = store.append_batch(&batch).expect("appends");
    let answers: Vec<_> =
        receipts.iter().map(|receipt| (receipt.seq, receipt.duplicate, receipt.same_id)).collect();
    let expected =
        [(1, false, false), (2, false, true), (1, true, false), (2, true, false), (3, false, true)];
    assert_eq!(answers, expected);
}

#[test]
fn events_without_an_id_are_never_duplicates() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let receipts = store.append_batch(&[event(0), event(0)]).expect("appends");
    assert!(receipts.iter().all(|receipt| !receipt.duplicate && !receipt.same_id));
}

#[test]
fn a_batch_beyond_its_limits_is_refused_whole() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let most = vec![event(0); BATCH_EVENTS_MAX];
    assert_eq!(store.append_batch(&most).expect("fits").len(), BATCH_EVENTS_MAX);
    let more = vec![event(0); BATCH_EVENTS_MAX + 1];
    assert!(matches!(store.append_batch(&more), Err(Error::Invalid { .. })));
    let text = "x".repeat(1 << 19);
    let large = format!(
        r#"{{"occurred_at":"2026-03-20T00:00:00Z","category":"c","activity":"a","raw":"{text}"}}"#
    );
    let large = Event::from_json(large.as_bytes()).expect("a sound event");
    let count = BATCH_BYTES_MAX / large.canonical().len();
    assert!(store.append_batch(vec![large.clone(); count]).is_ok());
    assert!(store.append_batch(vec![large; count + 1]).is_err());
    assert_eq!(store.stats().events, (BATCH_EVENTS_MAX + count) as u64);
    assert_eq!(store.append_batch(&[]).expect("nothing to do"), []);
}

#[test]
fn tickets_are_answered_in_any_order_or_never() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let first = store.submit(vec![event(0)]).expect("queues");
    let second = store.submit(vec![event(1)]).expect("queues");
    drop(store.submit(vec![event(2)]).expect("queues"));
    assert_eq!(store.stats().events, 0);
    assert_eq!(second.wait().expect("stored")[0].seq, 2);
    assert_eq!(first.wait().expect("stored")[0].seq, 1);
    assert_eq!(store.stats().events, 3);
    let late = store.submit(vec![event(3)]).expect("queues");
    store.close().expect("closes");
    assert_eq!(late.wait().expect("stored")[0].seq, 4);
    assert_eq!(bench.open().stats().events, 4);
}

#[test]
fn a_second_writer_is_refused_until_the_first_is_gone() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let refused = Store::open_with(ROOT, bench.options()).expect_err("locked");
    assert!(matches!(&refused, Error::Locked { holder, .. } if holder == "this process"));
    store.close().expect("closes");
    drop(bench.open());
    drop(bench.open());
}

#[test]
fn a_folder_without_a_store_is_missing() {
    let bench = Bench::on(&SimDisk::new(1));
    let open = |read_only, create| -> Result<()> {
        let builder = StoreBuilder::from(bench.options()).create(create);
        if read_only { builder.open_reader(ROOT).map(drop) } else { builder.open(ROOT).map(drop) }
    };
    assert!(matches!(open(false, false), Err(Error::Missing { .. })));
    assert!(matches!(open(true, true), Err(Error::Missing { .. })));
    bench.disk.create_dir_all(Path::new(ROOT)).expect("creates");
    assert!(matches!(open(false, false), Err(Error::Missing { .. })));
    assert!(matches!(open(true, true), Err(Error::Missing { .. })));
}

#[test]
fn options_out_of_range_are_refused() {
    let bench = Bench::on(&SimDisk::new(1));
    for (bytes, events) in [((64 << 10) - 1, 1), ((1 << 30) + 1, 1), (64 << 10, 0)] {
        let options = Options { tail_bytes_max: bytes, tail_events_max: events, ..bench.options() };
        assert!(matches!(Store::open_with(ROOT, options), Err(Error::Invalid { .. })));
    }
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let run = || {
        let disk = SimDisk::new(1);
        let bench = Bench::on(&disk);
        let store = bench.open_with(|options| options.tail_events_max = 10);
        for number in 0..25 {
            store.append(event(number)).expect("appends");
        }
        store.compact().expect("compacts");
        store.close().expect("closes");
        let names = files_below(&bench.disk, Path::new(ROOT));
        let bytes = |name: String| {
            let bytes = disk.contents(&Path::new(ROOT).join(&name)).expect("there");
            (name, bytes)
        };
        names.into_iter().map(bytes).collect::<Vec<_>>()
    };
    assert!(run() == run());
}

#[test]
fn many_threads_append_without_a_gap() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open_with(|options| {
        options.background = true;
        options.tail_events_max = 100;
    });
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..50 {
                    let receipt = store.append(event(thread * 50 + number)).expect("appends");
                    assert!(contents(&store.snapshot()).contains_key(&receipt.seq));
                }
            });
        }
    });
    let events = contents(&store.snapshot());
    assert!(events.keys().copied().eq(1..=400));
    store.close().expect("closes");
    assert_eq!(contents(&bench.open().snapshot()), events);
}

/// With codes that are refused, a category that is skipped, and all of them few: batches of a
/// group meet each other.
const SETTINGS: &str = "profiles = [\"calenso\"]\nunknown_codes = \"refuse\"\n\n\
                        [capture]\nslots = \"off\"\n";
const CODES: [(&str, &str); 4] = [
    ("appointments", "created"),
    ("appointments", "deleted"),
    ("slots", "created"),
    ("appointments", "vanished"),
];

fn any_coded_event() -> impl Strategy<Value = Event> {
    let code = prop_oneof![6 => 0..2_usize, 2 => Just(2_usize), 1 => Just(3_usize)];
    (code, prop::option::of(0..6_i64)).prop_map(|(code, id)| {
        let (category, activity) = CODES[code];
        // An id has its instant: of the same id at another one only a batch tells (ADR 6).
        let minutes = id.unwrap_or(7) % 3;
        let id = id.map_or(String::new(), |id| format!(r#""id":"{id}","#));
        let at = crate::event::Timestamp(TODAY - HOUR + minutes * 60_000_000);
        let json = format!(
            r#"{{{id}"occurred_at":"{at}","data_source":"audit_log","category":"{category}",
                "activity":"{activity}"}}"#
        );
        Event::from_json(json.as_bytes()).expect("a sound event")
    })
}

/// What a batch was answered; errors as their texts.
fn told(answer: Result<Vec<Receipt>>) -> Result<Vec<Receipt>, String> {
    answer.map_err(|error| error.to_string())
}

fn bench_with_codes() -> Bench {
    let disk = SimDisk::new(1);
    put(&disk, FILE, SETTINGS);
    Bench::on(&disk)
}

#[test]
fn the_codes_of_this_test_are_accepted_skipped_and_refused() {
    let store = bench_with_codes().open();
    let event = |(category, activity): (&str, &str)| {
        let json = format!(
            r#"{{"occurred_at":"2026-03-19T00:00:00Z","data_source":"audit_log",
                "category":"{category}","activity":"{activity}"}}"#
        );
        Event::from_json(json.as_bytes()).expect("a sound event")
    };
    let answers = CODES.map(|code| store.append(event(code)));
    assert!(matches!(&answers[0], Ok(receipt) if !receipt.skipped));
    assert!(matches!(&answers[1], Ok(receipt) if !receipt.skipped));
    assert!(matches!(&answers[2], Ok(receipt) if receipt.skipped));
    assert!(matches!(&answers[3], Err(Error::Invalid { .. })), "{answers:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn joined_batches_are_answered_as_single_ones(
        groups in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(any_coded_event(), 1..4), 1..6),
            1..5,
        ),
    ) {
        let (joining, single) = (bench_with_codes().open(), bench_with_codes().open());
        for group in groups {
            let expected: Vec<_> =
                group.iter().map(|batch| told(single.append_batch(batch))).collect();
            let queue = |batch: &Vec<Event>| joining.submit(batch.clone()).expect("is queued");
            let tickets: Vec<_> = group.iter().map(queue).collect();
            let answers: Vec<_> = tickets.into_iter().map(|it| told(it.wait())).collect();
            prop_assert_eq!(answers, expected);
        }
        prop_assert_eq!(contents(&joining.snapshot()), contents(&single.snapshot()));
    }
}

#[test]
fn one_write_of_the_log_takes_a_group_of_batches() {
    let disk = SimDisk::new(1);
    let store = Bench::on(&disk).open();
    let writes_of = |group: &[u64]| {
        let before = disk.operation_count();
        let queue = |number: &u64| store.submit(vec![event(*number)]).expect("is queued");
        let tickets: Vec<_> = group.iter().map(queue).collect();
        tickets.into_iter().for_each(|ticket| assert_eq!(ticket.wait().expect("stored").len(), 1));
        disk.operation_count() - before
    };
    assert_eq!(writes_of(&[1, 2, 3, 4, 5, 6, 7, 8]), writes_of(&[9]));
}
