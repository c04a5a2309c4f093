//! Deadlines, byte budgets and cancellation: any search stops, and pages go on from there.

use crate::chance::Chance;
use crate::events::Kind;
use crate::questions::question;
use crate::world::World;
use annals::query::{Order, Query, Search};
use annals::store::Snapshot;
use annals::{Error, Limit};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Searches that find nothing, or everything, and have much to look at in different loops.
fn long_searches() -> Vec<Query> {
    let parse = |text: &str| Query::parse(text).expect("a query");
    let many = |text: &dyn Fn(usize) -> String| {
        (0..1000).map(|number| parse(&text(number))).reduce(Query::or).expect("some")
    };
    vec![
        Query::all(),
        // A text of its own for each event: no dictionary to ask.
        parse("details.unique~=/(x|y)+never$/"),
        parse("details.unique*=never -category=none"),
        // A dictionary.
        parse("actor.id~=/never/"),
        // Words.
        parse("u*"),
        parse("number~2"),
        parse("\"event number ne*\""),
        many(&|number| format!("never{}", number % 7)),
        many(&|number| format!("details.number={}", number + 1_000_000)),
        // Every event as a whole, and both halves of `action`.
        parse("seq>1000000"),
        parse("action~=/never/"),
        parse("-(has:tenant OR has:outcome)"),
    ]
}

/// A store with 20,000 events in a segment, some buffers in memory, and some events in no index.
fn world() -> World {
    let mut world = World::new(7, 1 << 20);
    let event = |number: usize| {
        json!({
            "id": format!("e-{number}"),
            "occurred_at": format!("2026-05-{:02}T10:{:02}:00Z", 1 + number % 28, number % 60),
            "category": format!("c{}", number % 11),
            "activity": format!("a{}", number % 13),
            "actor": {"id": format!("u-{}", number % 5000)},
            "details": {
                "number": number,
                "unique": format!("event number {number} with words of its own, {}", number * 7919),
            },
        })
    };
    for first in (0..20_000).step_by(5_000) {
        world.append_batch(&(first..first + 5_000).map(event).collect::<Vec<_>>());
    }
    world.store().seal().expect("sealed");
    world.append_batch(&(20_000..29_100).map(event).collect::<Vec<_>>());
    world
}

/// An event about which only its details matter.
fn detailed(details: Value) -> Value {
    json!({
        "occurred_at": "2026-05-04T10:00:00Z",
        "category": "c",
        "activity": "a",
        "details": details,
    })
}

/// What ended a search, if a limit did.
fn limit_of<T: std::fmt::Debug>(outcome: annals::Result<T>) -> Option<Limit> {
    match outcome {
        Ok(_) => None,
        Err(Error::Budget { limit }) => Some(limit),
        Err(other) => panic!("{other:?}"),
    }
}

/// Every kind of answer that fails beyond a limit.
fn limits_of(search: &dyn Fn() -> Search<'static>) -> [Option<Limit>; 5] {
    [
        limit_of(search().count()),
        limit_of(search().facets(&["details.unique"], 10)),
        limit_of(search().facets(&["actor.id", "action"], None)),
        limit_of(search().histogram("1h")),
        limit_of(search().for_each(|_| Ok(ControlFlow::Continue(())))),
    ]
}

fn leaked(world: &World) -> &'static Snapshot {
    Box::leak(Box::new(world.store().snapshot()))
}

#[test]
fn every_answer_stops_at_every_limit_even_where_nothing_is_found() {
    let world = world();
    let snapshot = leaked(&world);
    let set = Arc::new(AtomicBool::new(true));
    for query in long_searches() {
        let cancelled = || snapshot.query(&query).limit(None).cancel(set.clone());
        assert_eq!(limits_of(&cancelled), [Some(Limit::Cancelled); 5], "{query}");
        let late = || snapshot.query(&query).limit(None).deadline(Duration::ZERO);
        assert_eq!(limits_of(&late), [Some(Limit::Deadline); 5], "{query}");
        let page = late().page().expect("a page");
        assert!(page.events.is_empty() && !page.complete && page.next.is_some(), "{query}");
    }
}

#[test]
fn the_work_of_searches_without_hits_is_counted() {
    let world = world();
    let snapshot = leaked(&world);
    for query in long_searches() {
        for order in [Order::Newest, Order::Oldest, Order::Seq] {
            let search = snapshot.query(&query).order(order).limit(None).bytes_max(2_000);
            let page = search.page().expect("a page");
            assert!(!page.complete && page.next.is_some(), "{query}, {order:?}");
        }
        let [count, unique, facets, histogram, each] =
            limits_of(&|| snapshot.query(&query).bytes_max(2_000));
        // All events are counted without looking at any.
        if query != Query::all() {
            assert_eq!(count, Some(Limit::Bytes), "{query}");
        }
        assert_eq!([unique, facets, histogram, each], [Some(Limit::Bytes); 4], "{query}");
    }
}

/// The bytes that an answer needs.
fn bytes_needed(search: &Search<'_>, is_answered: &dyn Fn(Search<'_>) -> bool) -> u64 {
    let (mut low, mut high) = (0, 1 << 32);
    while low < high {
        let middle = low + (high - low) / 2;
        match is_answered(search.clone().bytes_max(middle)) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}

#[test]
fn a_search_needs_the_same_bytes_each_time_and_not_one_less() {
    let world = world();
    let snapshot = leaked(&world);
    let is_counted = |search: Search<'_>| search.count().is_ok();
    for text in ["details.unique*=never", "number~2 -words", "category=c1", "since:1h OR u*"] {
        let search = snapshot.query(&Query::parse(text).expect("a query"));
        let bytes = bytes_needed(&search, &is_counted);
        assert!(bytes > 0, "{text}");
        for _ in 0..3 {
            assert!(is_counted(search.clone().bytes_max(bytes)), "{text}");
            assert_eq!(limit_of(search.clone().bytes_max(bytes - 1).count()), Some(Limit::Bytes));
        }
    }
}

#[test]
fn what_no_segment_has_is_counted_too() {
    let mut world = World::new(7, 10_000);
    let event = |number: usize| detailed(json!({"note": "n".repeat(500), "number": number}));
    world.append_batch(&(0..100).map(event).collect::<Vec<_>>());
    let snapshot = leaked(&world);
    let search = || snapshot.query(&Query::all()).bytes_max(20_000);
    // All of them are looked at, though there is no condition on them.
    assert_eq!(limits_of(&search), [Some(Limit::Bytes); 5]);
    assert_eq!(limit_of(search().fields()), Some(Limit::Bytes));
    assert_eq!(limit_of(search().values("category", "", None)), Some(Limit::Bytes));
    assert_eq!(limit_of(search().explain_count()), Some(Limit::Bytes));
    // Each facet looks at each event.
    let facets = |count: usize, bytes_max: u64| {
        let search = snapshot.query(&Query::all()).bytes_max(bytes_max);
        limit_of(search.facets(&vec!["category"; count], 0))
    };
    assert_eq!((facets(1, 200_000), facets(10, 200_000)), (None, Some(Limit::Bytes)));
}

#[test]
fn the_paths_of_overflow_columns_are_counted() {
    let mut world = World::new(7, 10_000);
    let event = |number: usize| detailed(json!({format!("key{number}"): "a value", "common": 1}));
    world.append_batch(&(0..2000).map(event).collect::<Vec<_>>());
    world.store().seal().expect("sealed");
    let snapshot = leaked(&world);
    let search = |bytes_max| snapshot.query(&Query::all()).bytes_max(bytes_max);
    assert_eq!(limit_of(search(20_000).fields()), Some(Limit::Bytes));
    assert_eq!(limit_of(search(20).facets(&["details.key1999"], None)), Some(Limit::Bytes));
    assert_eq!(search(1 << 30).fields().expect("fields").len(), 3 + 2 + 2000 + 1);
    let facets = search(1 << 30).facets(&["details.key1999"], None).expect("facets");
    assert_eq!(facets[0].len(), 1);
}

#[test]
fn facets_are_at_most_sixty_four_at_once() {
    let world = world();
    let snapshot = world.store().snapshot();
    let facets = |count| snapshot.query(&Query::all()).facets(&vec!["category"; count], 1);
    assert_eq!(facets(64).expect("facets").len(), 64);
    assert!(matches!(facets(65), Err(Error::Invalid { .. })));
}

/// A pattern with thousands of states that a text of ones and noughts keeps all alive.
#[test]
fn a_regular_expression_on_a_long_text_stops_at_the_deadline() {
    let mut world = World::new(7, 10_000);
    let text: String = (0..900_000_u64)
        .map(|n| {
            if n.wrapping_mul(n).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 63 == 1 { '1' } else { '0' }
        })
        .collect();
    let event = detailed(json!({"text": text}));
    world.append_batch(&[event]);
    let query = Query::parse("details.text~=/1[01]{10000}2/").expect("a query");
    for _ in 0..2 {
        let snapshot = world.store().snapshot();
        let began = Instant::now();
        let search = snapshot.query(&query).deadline(Duration::from_millis(100));
        assert_eq!(limit_of(search.count()), Some(Limit::Deadline));
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
        world.store().seal().expect("sealed");
    }
}

#[test]
fn searches_whose_work_is_not_in_the_bytes_stop_too() {
    let mut world = World::new(7, 100_000);
    let word = |number: usize| -> String {
        let letter = |place| char::from(b'a' + (number * 7919 / 26_usize.pow(place) % 26) as u8);
        (0..6).map(letter).collect()
    };
    let event = |number: usize| {
        let bits: String =
            (0..40).map(|bit| if number >> (bit % 13) & 1 == 1 { '1' } else { '0' }).collect();
        detailed(json!({"bits": bits, "word": word(number)}))
    };
    world.append_batch(&(0..8_000).map(event).collect::<Vec<_>>());
    world.store().seal().expect("sealed");
    let snapshot = leaked(&world);
    let late = |text: &str| {
        let query = Query::parse(text).expect("a query");
        let began = Instant::now();
        let search = snapshot.query(&query).deadline(Duration::from_millis(1));
        assert_eq!(limit_of(search.count()), Some(Limit::Deadline), "{}", &text[..40]);
        assert!(began.elapsed() < Duration::from_secs(1), "{}", &text[..40]);
    };
    // Many short values behind one large expression.
    late("details.bits~=/1[01]{30}3|(?:0?1?){2000}2/");
    let join = |term: &dyn Fn(usize) -> String, count: usize, joiner: &str| {
        (0..count).map(term).collect::<Vec<_>>().join(joiner)
    };
    // The words that are compared with a similar one, of which none is found, and the numbers of a
    // list of events that are not there.
    let bytes_of = |text: &str| {
        let query = Query::parse(text).expect("a query");
        bytes_needed(&snapshot.query(&query), &|search| search.count().is_ok())
    };
    let similar = |count| {
        let word = |n| format!("abcdefghi{}~2", char::from(b'a' + n as u8));
        bytes_of(&join(&word, count, " OR "))
    };
    assert!(similar(1) > 500 && similar(20) > 10 * similar(1));
    let numbers = |count| format!("seq=({})", join(&|n| (100_000 + n).to_string(), count, ","));
    assert!(bytes_of(&numbers(9_000)) > 9_000 * 16);
}

/// Walks all pages, each with at most so many bytes; those that get nowhere get more.
fn walk(search: &Search<'_>, limit: usize, bytes_max: u64) -> Vec<u64> {
    let (mut bytes_max, mut next, mut seqs) = (bytes_max, None, Vec::new());
    loop {
        let mut search = search.clone().limit(limit).bytes_max(bytes_max);
        if let Some(cursor) = next {
            search = search.after(cursor);
        }
        let page = search.page().expect("a page");
        assert!(page.complete || page.next.is_some() && page.events.len() < limit.max(1));
        seqs.extend(page.events.iter().map(|event| event.seq));
        if page.next == next || page.events.is_empty() {
            bytes_max *= 2;
        }
        match page.next {
            Some(_) => next = page.next,
            None => return seqs,
        }
    }
}

/// Takes all events one by one, with breaks by limits and after so many events; where nothing was
/// found, the next part gets more.
fn one_by_one(search: &Search<'_>, at_once: usize, bytes_max: u64) -> Vec<u64> {
    let (mut bytes_max, mut next, mut seqs) = (bytes_max, None, Vec::new());
    loop {
        let mut search = search.clone().limit(None).bytes_max(bytes_max);
        if let Some(cursor) = next {
            search = search.after(cursor);
        }
        let before = seqs.len();
        let end = search.page_into(|event| {
            seqs.push(event.seq);
            Ok(match seqs.len() - before < at_once {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        });
        let end = end.expect("a page");
        assert!(end.complete || end.next.is_some());
        if seqs.len() == before {
            bytes_max *= 2;
        }
        match end.next {
            Some(_) => next = end.next,
            None => return seqs,
        }
    }
}

#[test]
fn an_error_of_the_caller_is_no_limit_of_the_search() {
    let world = world();
    let snapshot = world.store().snapshot();
    let mut taken = 0;
    let outcome = snapshot.query(&Query::all()).limit(None).page_into(|_| {
        taken += 1;
        if taken < 100 {
            Ok(ControlFlow::Continue(()))
        } else {
            Err(Error::Budget { limit: Limit::Steps })
        }
    });
    assert_eq!(limit_of(outcome), Some(Limit::Steps));
}

#[test]
fn pages_that_were_cut_short_make_up_the_whole_answer() {
    for seed in 0..6 {
        let chance = Chance::new(seed);
        let mut world = World::new(seed, 10_000);
        world.append(Kind::Rich, 1_200, &chance);
        world.store().seal().expect("sealed");
        world.append(Kind::Rich, 700, &chance);
        world.store().seal().expect("sealed");
        world.append(Kind::Rich, 600, &chance);
        let snapshot = world.store().snapshot();
        for _ in 0..25 {
            let question = question(&world.facts, world.clock(), world.swept(), &chance);
            let query = Query::parse(&question.text).expect("a right query");
            let order = *chance.pick(&[Order::Newest, Order::Oldest, Order::Seq]);
            let search = snapshot.query(&query).zone(question.zone).order(order);
            let whole = search.clone().limit(None).page().expect("a page");
            let whole: Vec<u64> = whole.events.iter().map(|event| event.seq).collect();
            let (limit, bytes_max) = (1 + chance.below(400), 1 << (8 + chance.below(14)));
            let found = walk(&search, limit, bytes_max);
            assert_eq!(found, whole, "{query}, {order:?}, seed {seed}, {bytes_max} bytes");
            if chance.one_in(3) {
                let found = one_by_one(&search, limit, bytes_max);
                assert_eq!(found, whole, "{query}, {order:?}, seed {seed}, {bytes_max} bytes");
            }
        }
    }
}
