//! Batches that are written together are answered as if each had been written by itself.

use super::settings::{FILE, put};
use super::*;
use crate::store::Receipt;
use crate::{Error, Result};
use proptest::prelude::*;

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

fn any_event() -> impl Strategy<Value = Event> {
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

fn bench() -> Bench {
    let disk = SimDisk::new(1);
    put(&disk, FILE, SETTINGS);
    Bench::on(&disk)
}

#[test]
fn the_codes_of_this_test_are_accepted_skipped_and_refused() {
    let store = bench().open();
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
            prop::collection::vec(prop::collection::vec(any_event(), 1..4), 1..6),
            1..5,
        ),
    ) {
        let (joining, single) = (bench().open(), bench().open());
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
