//! Logs of another system: a map says which field is which, and a bad record costs only itself.
//!
//! ```sh
//! cargo run --example import_foreign
//! ```

use annals::import::{JsonMap, Source};
use annals::{Query, Store, Value};

const MAP: &str = r#"
[fields]
occurred_at = "ts"
id = "request.id"
category = "=http"
activity = "request.method"
"actor.email" = "user"
"context.ip" = ["client.ip", "client.address"]

[time]
format = "unix_ms"
"#;

const RECORDS: &str = r#"
{"ts":1774000000000,"user":"ada@example.com","request":{"id":"r-1","method":"POST"},"client":{"ip":"203.0.113.7"},"path":"/rooms"}
{"ts":1774000001500,"user":"bo@example.com","request":{"id":"r-2","method":"GET"},"client":{"address":"203.0.113.8"},"path":"/me"}
{"ts":"soon","request":{"id":"r-3","method":"GET"}}
{"ts":1774000000000,"user":"ada@example.com","request":{"id":"r-1","method":"POST"},"client":{"ip":"203.0.113.7"},"path":"/rooms"}
"#;

fn main() -> annals::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path())?;
    let map = JsonMap::parse(MAP)?;
    let (mut appended, mut duplicates, mut rejected) = (0, 0, Vec::new());
    for (line, record) in (1..).zip(RECORDS.trim().lines()) {
        // The events of one record belong into one batch.
        match Value::parse(record.as_bytes()).and_then(|record| map.events(record)) {
            Ok(events) => {
                for receipt in store.append_batch(events)? {
                    *(if receipt.duplicate { &mut duplicates } else { &mut appended }) += 1;
                }
            }
            Err(error) => rejected.push((line, error.to_string())),
        }
    }
    println!("{appended} appended, {duplicates} duplicates");
    for (line, error) in &rejected {
        println!("line {line}: {error}");
    }
    assert_eq!((appended, duplicates, rejected.len()), (2, 1, 1));
    assert_eq!(rejected[0].0, 3);

    // What the map does not name is kept under `details`, and can be searched.
    let page = store.snapshot().query(&Query::parse("details.path=/rooms")?).page()?;
    assert_eq!(page.events[0].event.to_value()["context"]["ip"], "203.0.113.7".into());
    store.close()
}

#[test]
fn records_are_mapped_and_a_bad_one_costs_only_itself() {
    main().expect("every check holds");
}
