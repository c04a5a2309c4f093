//! A service that embeds the store: some threads append, one serves pages, one forgets on schedule.
//!
//! ```sh
//! cargo run --example audit_service
//! ```
//!
//! It works in a temporary folder, checks what it sees and ends by itself.

use annals::io::{Clock, ManualClock};
use annals::store::{Class, Keep, Rule};
use annals::{Actor, Event, Query, Retention, Store, Target, Timestamp};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

const APPENDERS: i64 = 4;
const BATCHES: i64 = 25;
/// A batch is all or nothing: here a change and the mail that it caused.
const BATCH_EVENTS: i64 = 2;
const DAY_MICROS: i64 = 86_400_000_000;
/// The oldest events are from so long ago.
const HISTORY_DAYS: i64 = 100;
/// Mails are kept for so long; everything else for ever.
const MAILS_KEPT_DAYS: i64 = 40;
/// 2026-03-20T00:00:00Z
const NOW: Timestamp = Timestamp(1_773_964_800_000_000);

fn main() -> annals::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // A service leaves out the clock, which needs the feature `testing`: `Store::open(folder)`.
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(NOW.0));
    let store = Store::builder().clock(clock).open(folder.path())?;
    store.set_retention(mails_are_short())?;

    let appenders_left = AtomicU64::new(APPENDERS as u64);
    let has_ended = AtomicBool::new(false);
    let pages_served = std::thread::scope(|scope| {
        let store = &store;
        let (left, ended) = (&appenders_left, &has_ended);
        for appender in 0..APPENDERS {
            scope.spawn(move || {
                append_all(store, appender).expect("appending");
                // The last of them ends the others.
                if left.fetch_sub(1, Ordering::AcqRel) == 1 {
                    ended.store(true, Ordering::Release);
                }
            });
        }
        scope.spawn(move || sweep(store, ended).expect("sweeping"));
        let server = scope.spawn(move || serve(store, ended).expect("serving"));
        server.join().expect("the server")
    });

    check_what_is_left(&store)?;
    let stats = store.stats();
    println!("{pages_served} pages served, {} events left", stats.events);
    store.close()
}

/// Mails go to a class of their own.
fn mails_are_short() -> Retention {
    let short = Class {
        name: "short".into(),
        kept_for: Keep::Micros(MAILS_KEPT_DAYS * DAY_MICROS),
        visible_for: Keep::Forever,
    };
    let rule = Rule { class: "short".into(), category: Some("mail".into()), ..Rule::default() };
    Retention { classes: vec![short], rules: vec![rule] }
}

/// Batches of all ages, from the oldest to now. Each is durable when the call returns.
fn append_all(store: &Store, appender: i64) -> annals::Result<()> {
    for batch in 0..BATCHES {
        let age = HISTORY_DAYS * DAY_MICROS * (BATCHES - batch) / BATCHES;
        let at = Timestamp(NOW.0 - age + appender);
        let operation = format!("op-{appender}-{batch}");
        let change = Event::builder(at, "teams", "renamed")
            .tenant("acme")
            .actor(Actor::user(format!("u-{appender}")).display_name("Ada Roth"))
            .target(Target::new("team", "t-1").name("Vertrieb Süd"))
            .correlation_id(operation.clone())
            .build()?;
        let mail = Event::builder(at, "mail", "sent")
            .tenant("acme")
            .actor(Actor::system())
            .correlation_id(operation)
            .build()?;
        let receipts = store.append_batch([change, mail])?;
        assert_eq!(receipts[1].seq, receipts[0].seq + 1, "a batch stays together");
    }
    Ok(())
}

/// Reads the newest events page by page, as a user would who scrolls, until the appenders are done.
fn serve(store: &Store, has_ended: &AtomicBool) -> annals::Result<usize> {
    let query = Query::parse("who.type=user vertrieb")?;
    let mut pages = 0;
    loop {
        let is_last_round = has_ended.load(Ordering::Acquire);
        let (mut seen, mut cursor) = (HashSet::new(), None);
        loop {
            // Each page from a snapshot of its own: events that come meanwhile repeat none.
            let snapshot = store.snapshot();
            let search = snapshot.query(&query).tenant("acme").limit(20);
            let page = match cursor {
                Some(cursor) => search.after(cursor).page()?,
                None => search.page()?,
            };
            pages += 1;
            for stored in &page.events {
                assert!(seen.insert(stored.seq), "an event came twice");
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        if is_last_round {
            assert_eq!(seen.len() as i64, APPENDERS * BATCHES, "an event is missing");
            return Ok(pages);
        }
    }
}

/// Seals and sweeps now and then; a service would do it every hour.
fn sweep(store: &Store, has_ended: &AtomicBool) -> annals::Result<()> {
    loop {
        let is_last_round = has_ended.load(Ordering::Acquire);
        store.seal()?;
        let change = store.retain(None)?;
        if change.events_removed > 0 {
            println!("{} events forgotten", change.events_removed);
        }
        if is_last_round {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Answers hide what is past its time to the microsecond; the files follow by whole segments.
fn check_what_is_left(store: &Store) -> annals::Result<()> {
    let appended = (APPENDERS * BATCHES * BATCH_EVENTS) as u64;
    let snapshot = store.snapshot();
    let changes = snapshot.query(&Query::parse("category=teams")?).count()?;
    let mails = snapshot.query(&Query::parse("category=mail")?).count()?;
    assert_eq!(changes as i64, APPENDERS * BATCHES);
    let step_days = HISTORY_DAYS / BATCHES;
    assert_eq!(mails as i64, APPENDERS * (MAILS_KEPT_DAYS / step_days));
    assert!(store.stats().events < appended, "no segment was dropped");
    Ok(())
}

#[test]
fn the_service_ends_with_what_it_expects() {
    main().expect("every check holds");
}
