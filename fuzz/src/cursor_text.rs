//! The text of a cursor, which comes back from outside.

use crate::fixture::{open, sealed};
use crate::forge::crc;
use crate::input::Input;
use annals::query::{Cursor, FollowCursor, Query, Search};
use annals::store::Snapshot;

/// Queries, and the zones in which they are asked: times that count from the now of a cursor, too.
const ASKED: [(&str, &str); 6] = [
    ("*", "UTC"),
    ("since:7d", "UTC"),
    ("since:1mo", "Europe/Berlin"),
    ("since:99999y OR -since:300mo", "Pacific/Apia"),
    ("-since:0s seq>3", "America/New_York"),
    ("since:4294967295mo OR on:2026-03-04", "Asia/Kathmandu"),
];
/// The salt of the checksum of a cursor.
const SALT: u64 = 0x616e_6e61_6c73;
/// Where the question begins, behind order, time, seq and now.
const QUESTION_AT: usize = 1 + 8 + 8 + 8;
/// Where the moment begins, if there is one.
const MOMENT_AT: usize = QUESTION_AT + 8;

/// What reads as a cursor prints as one that is equal, and a search takes or refuses it. Bytes that
/// are none are put into the cursor of a real page, under a right checksum.
pub fn run(data: &[u8]) {
    let text = std::str::from_utf8(data).unwrap_or_default();
    if let Ok(place) = text.parse::<FollowCursor>() {
        assert_eq!(place.to_string(), text);
    }
    thread_local! {
        static SNAPSHOT: Snapshot =
            open(&sealed().disk.fork()).expect("a sound store").snapshot();
    }
    SNAPSHOT.with(|snapshot| match text.parse::<Cursor>() {
        Ok(cursor) => {
            assert_eq!(cursor.to_string().parse::<Cursor>().expect("a printed cursor"), cursor);
            ask(&snapshot.query(&Query::all()), cursor);
        }
        Err(_) => {
            let mut input = Input::new(data);
            let search = chosen(snapshot, &mut input);
            if let Some(cursor) = forged(&search, input) {
                ask(&search, cursor);
            }
        }
    });
}

/// A search that the input chooses: query, zone, order, scope and moment.
fn chosen<'s>(snapshot: &'s Snapshot, input: &mut Input<'_>) -> Search<'s> {
    let (query, zone) = ASKED[input.below(ASKED.len())];
    let query = Query::parse(query).expect("a right query");
    let mut search = snapshot.query(&query).zone(zone.parse().expect("a zone"));
    let choices = input.byte();
    search = match choices % 3 {
        0 => search.newest(),
        1 => search.oldest(),
        _ => search.by_seq(),
    };
    if choices & 4 > 0 {
        search = search.point_in_time();
    }
    if choices & 8 > 0 {
        search = search.include_hidden();
    }
    search
}

/// The cursor of the first page with another place, another now and another moment.
fn forged(search: &Search<'_>, mut input: Input<'_>) -> Option<Cursor> {
    let own = search.clone().limit(1).bytes_max(0).page().ok()?.next?.to_string();
    let byte = |at: usize| u8::from_str_radix(own.get(at..at + 2)?, 16).ok();
    let mut bytes: Vec<u8> = (0..own.len()).step_by(2).map(byte).collect::<Option<_>>()?;
    bytes.truncate(bytes.len() - 2);
    bytes[1..QUESTION_AT].fill_with(|| input.byte());
    let is_moment_kept = input.is_empty();
    if !is_moment_kept && let Some(moment) = bytes.get_mut(MOMENT_AT..) {
        moment.fill_with(|| input.byte());
    }
    bytes.extend_from_slice(&(crc(SALT, &bytes) as u16).to_be_bytes());
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(text.parse().expect("a cursor under a right checksum"))
}

/// Asks all kinds of questions behind a cursor. A page has no more than all pages together have.
fn ask(search: &Search<'_>, cursor: Cursor) {
    let search = search.clone().after(cursor);
    let page = search.clone().limit(3).page();
    let count = search.clone().count();
    if let (Ok(page), Ok(count)) = (&page, &count) {
        assert!(page.events.len() as u64 <= *count);
    }
    let facets = search.clone().facets(&["category"], None);
    let buckets = search.clone().histogram("1mo");
    let _ = search.clone().explain();
    if let (Ok(facets), Ok(count)) = (&facets, &count) {
        assert_eq!(facets[0].iter().map(|facet| facet.count).sum::<u64>(), *count);
    }
    if let (Ok(buckets), Ok(count)) = (&buckets, &count) {
        assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), *count);
    }
    assert_eq!(facets.is_ok(), count.is_ok());
    // A page goes on from nothing but its own place.
    if let Ok(Some(next)) = page.map(|page| page.next) {
        let _ = search.after(next).limit(None).page().expect("a page of the same search");
    }
}

/// Cursors of real pages, and instructions for forged ones.
pub fn seeds() -> Vec<Vec<u8>> {
    let store = open(&sealed().disk.fork()).expect("a sound store");
    let snapshot = store.snapshot();
    let all = Query::all();
    let cursor = |search: Search<'_>| {
        let next = search.limit(10).page().expect("a page").next;
        next.expect("more follows").to_string().into_bytes()
    };
    let search = || snapshot.query(&all);
    let forged = |query: u8, choices: u8, time: i64, now: i64| {
        let (time, now) = (time.to_be_bytes(), now.to_be_bytes());
        [&[query, 0, 0, choices][..], &time, &7_u64.to_be_bytes(), &now].concat()
    };
    let mut seeds = vec![
        cursor(search()),
        cursor(search().oldest()),
        cursor(search().by_seq()),
        b"00".to_vec(),
        b"1:42".to_vec(),
    ];
    for query in 0..ASKED.len() as u8 {
        for (choices, time, now) in [
            (0, 1_773_964_800_000_000, 1_773_964_800_000_000),
            (1, i64::MIN, i64::MAX),
            (5, 0, i64::MIN),
            (14, 0, -62_135_596_800_000_000),
            (0, i64::MAX, 253_402_300_799_999_999),
        ] {
            seeds.push(forged(query, choices, time, now));
        }
    }
    seeds
}
