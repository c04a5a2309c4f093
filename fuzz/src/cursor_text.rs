//! The text of a cursor, which comes back from outside.

use crate::fixture::{open, sealed};
use annals::query::{Cursor, FollowCursor, Query};
use annals::store::Snapshot;

/// What reads as a cursor prints as one that is equal, and a search takes or refuses it.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(place) = text.parse::<FollowCursor>() {
        assert_eq!(place.to_string(), text);
    }
    let Ok(cursor) = text.parse::<Cursor>() else {
        return;
    };
    assert_eq!(cursor.to_string().parse::<Cursor>().expect("a printed cursor"), cursor);
    thread_local! {
        static SNAPSHOT: Snapshot =
            open(&sealed().disk.fork()).expect("a sound store").snapshot();
    }
    SNAPSHOT.with(|snapshot| {
        let _ = snapshot.query(&Query::all()).after(cursor).limit(3).page();
    });
}

/// Cursors of real pages.
pub fn seeds() -> Vec<Vec<u8>> {
    let store = open(&sealed().disk.fork()).expect("a sound store");
    let snapshot = store.snapshot();
    let all = Query::all();
    let cursor = |search: annals::query::Search<'_>| {
        let next = search.limit(10).page().expect("a page").next;
        next.expect("more follows").to_string().into_bytes()
    };
    let search = || snapshot.query(&all);
    let others = [b"00".to_vec(), b"1:42".to_vec()];
    [cursor(search()), cursor(search().oldest()), cursor(search().by_seq())]
        .into_iter()
        .chain(others)
        .collect()
}
