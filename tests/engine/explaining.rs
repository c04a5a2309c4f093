//! Explanations of known questions to a known store.

use crate::world::empty_store;
use annals::event::{Event, Timestamp};
use annals::query::{
    ExplainedSource, Explanation, Fate, PlanStep, Pruning, Query, Search, SourceKind, Work,
};
use annals::store::{Class, Keep, Retention, Snapshot, Store};

/// 2026-06-15T12:00:00Z.
const NOW: i64 = 1_781_524_800_000_000;
const DAY: i64 = 86_400_000_000;

/// Three segments of ten events each, of different weeks, and three events in the tail. In the
/// first only Ada logs in, in the second Benoît makes budgets, in the third both is mixed.
fn store() -> Store {
    let store = empty_store();
    let event = |days: i64, number: i64, category: &str, note: &str| {
        let at = Timestamp(NOW - days * DAY + number);
        let event = Event::builder(at, category, "a").tenant("acme");
        event.attribute("note", note).attribute("number", number).build().expect("an event")
    };
    let fill = |days, category: &str, note: &str| {
        let events: Vec<Event> = (0..10).map(|n| event(days, n, category, note)).collect();
        store.append_batch(&events).expect("stored");
    };
    fill(90, "login", "Ada was here");
    store.seal().expect("sealed");
    fill(60, "budget", "Benoît made a plan");
    store.seal().expect("sealed");
    let mixed: Vec<Event> = (0..10)
        .map(|number| match number % 2 {
            0 => event(30, number, "login", "Ada"),
            _ => event(30, number, "budget", "Benoît"),
        })
        .collect();
    store.append_batch(&mixed).expect("stored");
    store.seal().expect("sealed");
    store.append_batch(&[event(1, 0, "login", "late")]).expect("stored");
    store
}

fn explain(snapshot: &Snapshot, query: &str, change: fn(Search<'_>) -> Search<'_>) -> Explanation {
    let query = Query::parse(query).expect("a right query");
    let search = || change(snapshot.query(&query));
    let page = search().page().expect("a page");
    let explanation = search().explain().expect("an explanation");
    assert_eq!(explanation.hits, page.events.len() as u64);
    assert_eq!(explanation.more, page.next.is_some());
    explanation
}

/// The segments from the newest to the oldest.
fn segments(explanation: &Explanation) -> Vec<&ExplainedSource> {
    let mut segments: Vec<&ExplainedSource> = explanation.sources.iter().collect();
    segments.retain(|source| matches!(source.kind, SourceKind::Segment(_)));
    segments.sort_by_key(|source| std::cmp::Reverse(source.times));
    segments
}

/// Why each segment was left out, the newest first; `None`: it was not.
fn reasons(explanation: &Explanation) -> Vec<Option<Pruning>> {
    let reason = |source: &&ExplainedSource| match &source.fate {
        Fate::Pruned(pruning) => Some(pruning.clone()),
        _ => None,
    };
    segments(explanation).iter().map(reason).collect()
}

fn entered(source: &ExplainedSource) -> (&[PlanStep], Work) {
    match &source.fate {
        Fate::Entered(steps, work) => (steps, *work),
        other => panic!("not entered: {other:?}"),
    }
}

fn no_match(term: &str, missing: Option<&str>) -> Option<Pruning> {
    Some(Pruning::NoMatch { term: term.into(), missing: missing.map(str::to_owned) })
}

#[test]
fn segments_are_left_out_for_the_right_reasons() {
    let store = store();
    let snapshot = store.snapshot();
    let check = |query: &str, expected: [Option<Pruning>; 3]| {
        assert_eq!(reasons(&explain(&snapshot, query, |s| s)), expected, "{query}");
    };
    let time = |term: &str| Some(Pruning::Time { term: term.into() });
    check("*", [None, None, None]);
    check("plan", [no_match("plan", None), None, no_match("plan", None)]);
    check("category=login a", [None, no_match("category=login", None), None]);
    check("time<2026-04-01", {
        let term = "occurred_at<2026-04-01";
        [time(term), time(term), None]
    });
    let (before, after) = ("2026-05-16T12:00:00.000003Z", "2026-05-16T12:00:00.000005Z");
    let later = format!("occurred_at>{after}");
    check(&format!("time<{before} time>{after}"), {
        [Some(Pruning::Intersection), time(&later), time(&later)]
    });
    check("\"ada was\"", {
        let term = "\"ada was\"";
        [no_match(term, Some("was")), no_match(term, Some("ada")), None]
    });
    // Both words are there, but never side by side.
    check("\"was ada\"", {
        let term = "\"was ada\"";
        [no_match(term, Some("was")), no_match(term, Some("was")), no_match(term, None)]
    });
    check("attributes.note:\"made here\"", {
        let term = "attributes.note:\"made here\"";
        let missing = |word| no_match(term, Some(word));
        [missing("made"), missing("here"), missing("made")]
    });
    check("(zz OR plan) benoît", {
        let term = "(zz OR plan)";
        [no_match(term, None), None, no_match(term, None)]
    });
}

#[test]
fn times_scope_retention_and_cursors_leave_segments_out() {
    let store = store();
    let snapshot = store.snapshot();
    let of_tenant = explain(&snapshot, "login", |search| search.tenant("nord"));
    assert_eq!((of_tenant.tenant.as_deref(), of_tenant.hits), (Some("nord"), 0));
    // Sources would tell of the events of others.
    assert!(of_tenant.sources.is_empty());
    assert_eq!((of_tenant.parts[0].term.as_str(), of_tenant.parts[0].events), ("login", 0));
    let within = explain(&snapshot, "time>2026-05-01", |search| {
        search.between(Timestamp(NOW - 31 * DAY)..Timestamp(NOW))
    });
    assert_eq!((within.from.unwrap().0, within.to.unwrap().0), (NOW - 31 * DAY, NOW));
    let reasons_within = reasons(&within);
    assert!(matches!(&reasons_within[1], Some(Pruning::Time { term }) if term.contains("..")));
    let all = Query::all();
    let page = snapshot.query(&all).limit(12).page().expect("a page");
    let cursor = page.next.expect("more follow");
    let second = snapshot.query(&all).limit(3).after(cursor).explain().expect("an explanation");
    assert_eq!(second.hits, 3);
    assert_eq!(reasons(&second), [Some(Pruning::Cursor), None, None]);
    let class = Class {
        name: "default".into(),
        kept_for: Keep::Forever,
        visible_for: Keep::Micros(70 * DAY),
    };
    let retention = Retention { classes: vec![class], rules: Vec::new() };
    store.set_retention(retention).expect("right rules");
    let hidden = explain(&store.snapshot(), "ada", |search| search);
    let expected = [None, no_match("ada", None), Some(Pruning::Hidden)];
    assert_eq!(reasons(&hidden), expected);
    let seen = explain(&store.snapshot(), "ada", |search| search.include_hidden());
    assert_eq!(reasons(&seen)[2], None);
}

#[test]
fn plans_name_terms_fields_and_numbers_in_the_order_of_evaluation() {
    let store = store();
    let snapshot = store.snapshot();
    let query = "attributes.number>3 ada category=login";
    let explanation = explain(&snapshot, query, |search| search);
    let found = segments(&explanation);
    let (steps, work) = entered(found[0]);
    let short: Vec<(&str, &[String], u64)> = steps
        .iter()
        .map(|step| (step.term.as_deref().unwrap_or(""), &step.fields[..], step.rows))
        .collect();
    let (category, number) = (["category".to_owned()], ["attributes.number".to_owned()]);
    let expected: [(&str, &[String], u64); 3] =
        [("ada", &[], 5), ("category=login", &category, 5), ("attributes.number>3", &number, 6)];
    assert_eq!(short, expected);
    assert_eq!((work.windows, work.rows, work.hits, work.is_complete), (1, 10, 3, true));
    let (_, work) = entered(&explanation.sources[0]);
    assert_eq!((work.rows, work.checked, work.hits), (1, 1, 0), "the newest event");
}

#[test]
fn a_full_page_enters_no_more_segments() {
    let store = store();
    let snapshot = store.snapshot();
    let explanation = explain(&snapshot, "login", |search| search.limit(3));
    assert!(explanation.more);
    let found = segments(&explanation);
    assert_eq!(entered(found[0]).1.hits, 2);
    assert!(matches!(found[1].fate, Fate::Pruned(_)), "{:?}", found[1]);
    assert!(matches!(found[2].fate, Fate::NotEntered(_)), "{:?}", found[2]);
    let text = explanation.to_string();
    for line in ["query    login", "answer   newest first, at most 3", "hits     3, more follow"] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(text.contains("not entered") && text.contains("left out: no event has"), "{text}");
}

#[test]
fn a_count_may_be_known_without_looking_at_rows() {
    let store = store();
    let snapshot = store.snapshot();
    let query = Query::parse("category=login").expect("a right query");
    let explanation = snapshot.query(&query).explain_count().expect("an explanation");
    assert_eq!(explanation.hits, 16);
    for source in segments(&explanation) {
        if let Fate::Entered(_, work) = &source.fate {
            assert_eq!((work.windows, work.checked), (0, 0), "{source:?}");
        }
    }
    assert!(explanation.to_string().contains("known from the directory"));
}
