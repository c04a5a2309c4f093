//! Query text: parsed, printed, parsed again, and asked of events in a segment and in the tail.

use crate::fixture::{QUESTIONS, logged, open, sealed};
use annals::Error;
use annals::query::Query;
use annals::store::Snapshot;
use std::time::Duration;

/// Parsing gives an error with a place inside the text, or a query that prints to itself and has
/// the same answer whether its events are sealed or not.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(Error::Query { position, query, .. }) => {
            assert!(position <= query.len() && query.is_char_boundary(position));
            return;
        }
        Err(Error::Invalid { .. }) => return,
        Err(other) => panic!("query text is wrong as a query, not as: {other}"),
    };
    let printed = query.to_string();
    match Query::parse(&printed) {
        Ok(again) => assert_eq!(again, query, "`{printed}`"),
        Err(error) => panic!("`{printed}`, printed from `{text}`: {error}"),
    }
    thread_local! {
        static SNAPSHOTS: [Snapshot; 2] = [sealed(), logged()]
            .map(|fixture| open(&fixture.disk.fork()).expect("a sound store").snapshot());
    }
    SNAPSHOTS.with(|[sealed, unsealed]| {
        assert_eq!(seqs(sealed, &query), seqs(unsealed, &query), "`{text}`");
    });
}

/// The hits in order, which count as many as are counted.
fn seqs(snapshot: &Snapshot, query: &Query) -> Vec<u64> {
    let search = || snapshot.query(query).deadline(Duration::from_secs(10));
    let page = search().limit(None).page().expect("a parsed query can be asked");
    let count = search().count().expect("a parsed query can be counted");
    assert!(page.complete && count == page.events.len() as u64, "pages and counts differ");
    page.events.iter().map(|stored| stored.seq).collect()
}

/// The questions of the fixture, and one text for every rule of the grammar.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        r#"„zwei Wörter“ OR («trois mots » -"four\" \* five*")"#,
        "NOT(a OR -(b c)) AND (d)",
        r#"details."aws:SourceIp"="x" details.a.b^=p details.a.b$=s"#,
        "who:(ada -roth \"b c\"*) type!=(create,\"delete\",null)",
        "time=2026-05-01..2026-05-31 after:2026-01-01 before:2027-01-01T00:00:00Z on:2026-05-04",
        "since:7d since:1mo recorded_at>2026-01-01 seq>=3 seq<=0.3e2",
        "ip=(2001:db8::/32,198.51.100.4) context.asn.number=64500..",
        r"raw:x what:ever details~=/(?i)a\/b.*$/ word~2 12:30 *",
        "attributes.billing_rate.amount=95 attributes.billable=true changes.before=..9",
    ];
    QUESTIONS.iter().chain(&texts).map(|text| text.as_bytes().to_vec()).collect()
}
