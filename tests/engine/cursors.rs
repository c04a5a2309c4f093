//! Pages stay whole while others append, seal and compact between them.

use crate::chance::Chance;
use crate::events::{Kind, NOW};
use crate::oracle::answers::{Question, sort};
use crate::oracle::fact::Fact;
use crate::oracle::time::DAY;
use crate::questions::question;
use crate::world::World;
use annals::Error;
use annals::event::{Event, Timestamp};
use annals::io::ManualClock;
use annals::query::{Cursor, Order, Query, Search};
use annals::store::{Class, Durability, Keep, Retention, Store};
use annals::testing::SimDisk;
use std::collections::HashSet;
use std::sync::Arc;

const ORDERS: [Order; 3] = [Order::Newest, Order::Oldest, Order::Seq];

/// Where an event sorts in an order; smaller is earlier on the pages.
fn place(order: Order, fact: &Fact) -> (i64, i64) {
    let seq = fact.seq as i64;
    match order {
        Order::Newest => (-fact.occurred_at, -seq),
        Order::Oldest => (fact.occurred_at, seq),
        Order::Seq => (seq, 0),
    }
}

fn search<'s>(
    snapshot: &'s annals::store::Snapshot,
    question: &Question,
    order: Order,
) -> Search<'s> {
    let query = Query::parse(&question.text).expect("a right query");
    let mut search = snapshot.query(&query).zone(question.zone).order(order);
    if let Some(tenant) = &question.tenant {
        search = search.tenant(tenant);
    }
    match question.include_hidden {
        true => search.include_hidden(),
        false => search,
    }
}

/// Changes the store in one of the ways that may happen between two pages.
fn disturb(world: &mut World, chance: &Chance) {
    match chance.below(8) {
        3 => world.retain(),
        0 => drop(world.store().seal().expect("sealed")),
        1 => drop(world.store().compact().expect("compacted")),
        2 => world.reopen(chance.one_in(2)),
        _ => world.append(Kind::Plain, 1 + chance.below(4), chance),
    }
}

/// Walks all pages of a question while the store changes, and checks what they show. At a point in
/// time they show what was there at first.
fn walk(
    world: &mut World,
    question: &Question,
    order: Order,
    is_point_in_time: bool,
    chance: &Chance,
) {
    // More than arrives between two pages, or the walk would never end.
    let limit = 4 + chance.below(25);
    let stored_before = world.facts.len() as u64;
    let mut shown: Vec<u64> = Vec::new();
    let mut arrived_behind: HashSet<u64> = HashSet::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let snapshot = world.store().snapshot();
        let mut page = search(&snapshot, question, order).limit(limit).now(Timestamp(question.now));
        if is_point_in_time {
            page = page.point_in_time();
        }
        if let Some(cursor) = cursor {
            page = page.after(cursor);
        }
        let page = page.page().expect("a page");
        shown.extend(page.events.iter().map(|event| event.seq));
        let Some(next) = page.next else { break };
        cursor = Some(next.to_string().parse().expect("a cursor comes back"));
        let last = place(order, &world.facts[shown[shown.len() - 1] as usize - 1]);
        let known = world.facts.len();
        disturb(world, chance);
        let new = world.facts[known..].iter();
        arrived_behind.extend(new.filter(|fact| place(order, fact) < last).map(|fact| fact.seq));
    }
    let retention = world.store().retention();
    let mut hits = question.hits(&world.facts, &retention);
    sort(&mut hits, order);
    // What arrives ahead of the place is not shown; the rest is, each event once and in order.
    let expected: Vec<u64> = hits.iter().map(|fact| fact.seq).collect();
    let is_shown = |seq: &u64| match is_point_in_time {
        true => *seq <= stored_before,
        false => !arrived_behind.contains(seq),
    };
    let expected: Vec<u64> = expected.into_iter().filter(is_shown).collect();
    assert_eq!(shown, expected, "{question}, {order:?}, {stored_before} events at first");
}

/// Walks pages in a few stores. What was dropped by retention was past its time for the questions.
fn walk_all(is_point_in_time: bool) {
    for seed in 0..12 {
        let chance = Chance::new(seed);
        let mut world = World::new(seed, 400);
        world.append(Kind::Plain, 150, &chance);
        if chance.one_in(3) {
            world.change_rules(&chance);
        }
        for _ in 0..6 {
            let question = question(&world.facts, NOW, NOW, &chance);
            let question = Question { from: None, to: None, ..question };
            walk(&mut world, &question, *chance.pick(&ORDERS), is_point_in_time, &chance);
        }
    }
}

#[test]
fn pages_show_every_event_once_while_the_store_changes() {
    walk_all(false);
}

#[test]
fn pages_at_a_point_in_time_show_what_was_there_at_the_first_one() {
    walk_all(true);
}

#[test]
fn counts_facets_and_histograms_obey_the_moment_of_a_cursor() {
    let chance = Chance::new(2);
    let mut world = World::new(2, 10_000);
    world.append(Kind::Plain, 700, &chance);
    let all = Query::parse("*").expect("a right query");
    let page = world.store().snapshot().query(&all).limit(3).point_in_time().page();
    let cursor = page.expect("a page").next.expect("more follow");
    let before = world.facts.len() as u64;
    world.append(Kind::Plain, 700, &chance);
    for state in ["tail", "sealed"] {
        let snapshot = world.store().snapshot();
        let search = || snapshot.query(&all).point_in_time().after(cursor);
        assert_eq!(search().count().expect("a count"), before, "{state}");
        let facets = search().facets(&["category"], None).expect("facets");
        assert_eq!(facets[0].iter().map(|facet| facet.count).sum::<u64>(), before, "{state}");
        let buckets = search().histogram("1y").expect("a histogram");
        assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), before, "{state}");
        let now = world.facts.len() as u64;
        assert_eq!(snapshot.query(&all).count().expect("a count"), now, "{state}");
        world.store().seal().expect("sealed");
    }
}

#[test]
fn a_point_in_time_does_not_outlive_its_epoch() {
    let options = |disk: &SimDisk| {
        Store::builder().background(false).durability(Durability::Buffered).disk(disk.shared())
    };
    let disk = SimDisk::new(1);
    let store = options(&disk).open("/store").expect("a new store");
    let event = Event::builder("2026-05-04T10:00:00Z", "c", "a").build().expect("an event");
    let append = |store: &Store| store.append_batch(vec![event.clone(); 3]).expect("stored");
    append(&store);
    store.seal().expect("sealed");
    let begin = |store: &Store| {
        let snapshot = store.snapshot();
        let page = snapshot.query(&Query::all()).limit(1).point_in_time().page();
        page.expect("a page").next.expect("more follow")
    };
    let cursor = begin(&store);
    drop(store);
    let store = options(&disk.crash()).open("/store").expect("the store opens");
    append(&store);
    let snapshot = store.snapshot();
    assert_eq!(snapshot.epoch(), 2);
    let page = |cursor| snapshot.query(&Query::all()).point_in_time().after(cursor).page();
    assert!(matches!(page(cursor), Err(Error::Invalid { .. })));
    assert_eq!(page(begin(&store)).expect("a page").events.len(), 5);
}

#[test]
fn a_cursor_belongs_to_its_order_query_zone_and_scope() {
    let chance = Chance::new(1);
    let mut world = World::new(1, 400);
    world.append(Kind::Plain, 20, &chance);
    let snapshot = world.store().snapshot();
    let all = Query::parse("*").expect("a right query");
    let begin = || snapshot.query(&all).limit(3);
    let cursor = begin().page().expect("a page").next.expect("more follow");
    assert_eq!(begin().after(cursor).page().expect("a page").events.len(), 3);
    let other = Query::parse("login").expect("a right query");
    for (what, search) in [
        ("order", begin().oldest()),
        ("order", begin().by_seq()),
        ("query", snapshot.query(&other)),
        ("zone", begin().zone(chrono_tz::Europe::Berlin)),
        ("scope", begin().tenant("org-acme")),
        ("scope", begin().include_hidden()),
        ("times", begin().between(Timestamp(0)..)),
        ("times", begin().between(..Timestamp(NOW))),
        ("moment", begin().point_in_time()),
    ] {
        let refused = search.clone().after(cursor).page();
        assert!(matches!(refused, Err(Error::Invalid { .. })), "another {what}");
        // What has no order takes a cursor of any.
        let are_refused = answers(&search.after(cursor)).map(|answer| answer.is_err());
        assert_eq!(are_refused, [what != "order"; 6], "another {what}");
    }
    let cursor = begin().point_in_time().page().expect("a page").next.expect("more follow");
    assert!(matches!(begin().after(cursor).page(), Err(Error::Invalid { .. })), "no moment");
}

/// All answers about all hits at once.
fn answers(search: &Search<'_>) -> [Result<(), Error>; 6] {
    [
        search.clone().count().map(drop),
        search.clone().facets(&["category"], None).map(drop),
        search.clone().values("category", "", None).map(drop),
        search.clone().fields().map(drop),
        search.clone().histogram("1y").map(drop),
        search.clone().explain_count().map(drop),
    ]
}

#[test]
fn a_cursor_does_not_bring_back_what_is_hidden_since() {
    let clock = Arc::new(ManualClock::new(NOW));
    let options =
        Store::builder().background(false).disk(SimDisk::new(1).shared()).clock(clock.clone());
    let store = options.open("/store").expect("a new store");
    let class = |kept, visible| Class {
        name: "default".into(),
        kept_for: Keep::Micros(kept * DAY),
        visible_for: Keep::Micros(visible * DAY),
    };
    let retention = Retention { classes: vec![class(90, 30)], rules: Vec::new() };
    store.set_retention(retention).expect("the rules are right");
    let event = |age: i64| {
        let event = Event::builder(Timestamp(NOW - age * DAY), "c", "a");
        event.build().expect("an event")
    };
    // The younger half is sealed.
    for ages in [0..20, 20..40] {
        let events: Vec<Event> = ages.map(event).collect();
        store.append_batch(&events).expect("stored");
        if store.segments().is_empty() {
            store.seal().expect("sealed");
        }
    }
    for text in ["*", "since:25d"] {
        clock.set(NOW);
        let query = Query::parse(text).expect("a right query");
        let snapshot = store.snapshot();
        let first = snapshot.query(&query).limit(5).page().expect("a page");
        let visible = if text == "*" { 31 } else { 26 };
        assert_eq!(snapshot.query(&query).count().expect("a count"), visible);
        // Twelve days later; what the query calls now stays where it was.
        clock.set(NOW + 12 * DAY);
        let snapshot = store.snapshot();
        let search = snapshot.query(&query).after(first.next.expect("more follow"));
        let rest = search.clone().limit(None).page().expect("a page").events;
        let ages = rest.iter().map(|event| (NOW - event.event.occurred_at().0) / DAY);
        assert_eq!(ages.collect::<Vec<_>>(), (5..=18).collect::<Vec<_>>(), "{text}");
        assert_eq!(search.clone().count().expect("a count"), 19, "{text}");
        // A clock that goes back shows no more than the first page did.
        clock.set(NOW - 12 * DAY);
        let snapshot = store.snapshot();
        let search = snapshot.query(&query).after(first.next.expect("more follow"));
        assert_eq!(search.count().expect("a count"), visible, "{text}");
    }
}
