//! What the help pages of the four products promise, row by row of `docs/features.md`, through the
//! library: a store with the profile of the product, and what is found there.

mod calendly;
mod calenso;
mod clockify;
mod google;

use annals::event::{Event, StoredEvent};
use annals::query::{Query, Search};
use annals::store::{Snapshot, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A store with a profile, on a disk.
struct World {
    store: Store,
    _folder: TempDir,
}

impl World {
    /// A store whose `store.toml` has these lines, with events of which each has an id.
    fn new(settings: &str, events: &[Value]) -> World {
        let folder = TempDir::new().expect("a folder for temporary files");
        std::fs::write(folder.path().join("store.toml"), settings).expect("the disk takes it");
        let store = Store::builder().background(false).open(folder.path()).expect("a store");
        store.append_batch(events.iter().map(stored)).expect("the events are sound");
        World { store, _folder: folder }
    }

    /// Looks twice: into the tail, and into a segment.
    fn in_tail_and_segment(&self, look: impl Fn(&Snapshot, &str)) {
        look(&self.store.snapshot(), "in the tail");
        self.store.seal().expect("the disk takes it");
        look(&self.store.snapshot(), "in a segment");
    }
}

fn stored(event: &Value) -> Event {
    let read = Event::from_json(event.to_string().as_bytes());
    read.unwrap_or_else(|error| panic!("{error}: {event}"))
}

/// An event of a source with members of its own.
fn event(id: &str, source: &str, category: &str, activity: &str, more: &Value) -> Value {
    let mut event = json!({
        "id": id, "data_source": source, "occurred_at": "2026-05-04T08:00:00Z",
        "category": category, "activity": activity,
    });
    let more = more.as_object().expect("members").clone();
    event.as_object_mut().expect("an object").extend(more);
    event
}

/// The ids of what a search finds, in the order of the log.
fn ids(search: Search<'_>) -> annals::Result<Vec<String>> {
    let page = search.by_seq().limit(None).page()?;
    let id = |found: &StoredEvent| found.event.text("id").expect("each has one");
    Ok(page.events.iter().map(id).collect())
}

/// The ids of what a text finds that may have the profile's names of fields.
fn found(snapshot: &Snapshot, text: &str) -> Vec<String> {
    let query = Query::parse_named(text, snapshot.profiles());
    let found = query.and_then(|query| ids(snapshot.query(&query)));
    found.unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Rows of a product's table: the row of the features, a text, and what it finds.
type Found<'t> = (&'t str, &'t str, &'t [&'t str]);

fn check(snapshot: &Snapshot, rows: &[Found<'_>], state: &str) {
    for (row, text, expected) in rows {
        assert_eq!(found(snapshot, text), *expected, "{row}: `{text}` {state}");
    }
}
