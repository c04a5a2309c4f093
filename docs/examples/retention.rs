//! How long events are kept: rules by category, what a sweep would drop, and what it drops.
//!
//! ```sh
//! cargo run --example retention
//! ```

use annals::store::{Class, Keep, Rule};
use annals::{Event, Query, Retention, Store, Timestamp};

const DAY_MICROS: i64 = 86_400_000_000;

fn main() -> annals::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path())?;

    // Logins are kept for 90 days, of which an ordinary search shows 30. Everything else stays.
    let logins = Class {
        name: "logins".into(),
        kept_for: "90d".parse::<Keep>()?,
        visible_for: "30d".parse::<Keep>()?,
    };
    let rule = Rule { class: "logins".into(), category: Some("login".into()), ..Rule::default() };
    store.set_retention(Retention { classes: vec![logins], rules: vec![rule] })?;

    let now = Timestamp::now();
    let days_ago = |days: i64| Timestamp(now.0 - days * DAY_MICROS);
    for days in [1, 20, 40, 80, 100, 200] {
        store.append(Event::builder(days_ago(days), "login", "succeeded").build()?)?;
        store.append(Event::builder(days_ago(days), "booking", "created").build()?)?;
    }
    store.seal()?;

    // Answers are exact at once, whatever is still on the disk.
    let snapshot = store.snapshot();
    let query = Query::parse("category=login")?;
    let shown = snapshot.query(&query).count()?;
    let kept = snapshot.query(&query).include_hidden().count()?;
    println!("logins: {shown} shown, {kept} kept");
    assert_eq!((shown, kept), (2, 4));

    // Bytes go with whole segments, when all of a segment is past its time; what was never sealed
    // goes with its log.
    let plan = store.retain_dry_run(None)?;
    println!("a sweep would drop {} segments", plan.removed.len());
    let swept = store.retain(None)?;
    println!("dropped {} events, {} bytes", swept.events_removed, swept.bytes_freed);
    assert_eq!(plan.removed, swept.removed);
    assert_eq!(store.snapshot().query(&Query::parse("category=booking")?).count()?, 6);
    store.close()
}

#[test]
fn what_is_shown_kept_and_dropped_is_as_the_rules_say() {
    main().expect("every check holds");
}
