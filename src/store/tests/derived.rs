//! Derived changes over a power loss.

use super::*;

#[test]
fn what_is_derived_after_a_power_loss_is_from_what_survived() {
    let update = |number: u64, after: u64| {
        let json = format!(
            r#"{{"id":"e-{number}","occurred_at":"2026-03-19T00:00:00Z","category":"c",
            "activity":"a","targets":[{{"type":"p","id":"1"}}],
            "changes":[{{"field":"f","after":{after},"before_state":"unknown"}}]}}"#
        );
        Event::from_json(json.as_bytes()).expect("a sound event")
    };
    let open = |bench: &Bench| {
        let options = Options { tail_events_max: 3, ..bench.options() };
        StoreBuilder::from(options).derive_before(true).open(ROOT)
    };
    let life = |bench: &Bench, acknowledged: &mut u64| -> crate::Result<()> {
        let store = open(bench)?;
        for number in 1..=8 {
            store.append(update(number, number * 10))?;
            *acknowledged = number;
        }
        store.close()
    };
    let disk = SimDisk::new(1);
    life(&Bench::on(&disk), &mut 0).expect("nothing fails");
    for stop in (0..disk.operation_count()).step_by(3) {
        let disk = SimDisk::new(stop);
        disk.stop_at(stop);
        let mut acknowledged = 0;
        let _ = life(&Bench::on(&disk), &mut acknowledged);
        let store = open(&Bench::seeded(&disk.crash(), 8)).expect("opens");
        // What was not acknowledged comes again: it is there, or it is filled in as it would be.
        for number in 1..=9 {
            store.append(update(number, number * 10)).expect("appends");
        }
        let found = contents(&store.snapshot());
        assert_eq!(found.len(), 9, "stop {stop}");
        for (seq, event) in found {
            let change = event.to_value()["changes"][0].to_json();
            let expected = match seq {
                1 => r#"{"field":"f","after":10,"before_state":"unknown"}"#.to_owned(),
                seq => format!(
                    r#"{{"field":"f","before":{},"after":{},"before_state":"derived"}}"#,
                    (seq - 1) * 10,
                    seq * 10
                ),
            };
            assert_eq!(change, expected, "stop {stop}, acknowledged {acknowledged}");
        }
    }
}
