//! Calenso: worker, type and source, what raw and meta hold, counts.

use super::{Found, World, check, event, ids};
use annals::event::Raw;
use annals::query::Query;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SOURCE: &str = "audit_log";
const PROFILE: &str = "profiles = [\"calenso\"]\n";

fn log() -> Vec<Value> {
    let worker = |id: &str, name: &str| {
        json!({"type": "worker", "id": id, "display_name": name, "role": "employee",
               "email": format!("{id}@salon.example")})
    };
    let (mia, tom) = (worker("w-1", "Mia"), worker("w-2", "Tom"));
    let meta = json!({"ip": "203.0.113.7", "url": "https://dashboard.example/slots/77/edit",
                      "auth_method": "sso"});
    let states = json!({"before": {"name": "A", "seats": 9, "room": 1},
                        "after": {"name": "B", "seats": 10, "room": 1}});
    let changes = json!([{"field": "name", "before": "A", "after": "B"},
                         {"field": "seats", "before": 9, "after": 10}]);
    let with = |id, category, code, operation, actor: &Value, more: Value| {
        let mut members = json!({"operation": operation, "actor": actor});
        let more = more.as_object().expect("members").clone();
        members.as_object_mut().expect("an object").extend(more);
        event(id, SOURCE, category, code, &members)
    };
    let exact = json!({"occurred_at": "2024-07-11T08:44:05.123456+02:00", "context": meta});
    let failed = json!({"outcome": "failure", "error_code": "E_PASSWORD"});
    vec![
        with("s1", "login", "auth", "auth", &mia, exact),
        with("s2", "login", "auth", "auth", &tom, failed.clone()),
        with("s3", "appointments", "created", "create", &tom, json!({})),
        with("s4", "slots", "updated", "update", &mia, json!({"changes": changes, "raw": states})),
        with("s5", "slots", "deleted", "delete", &mia, json!({})),
        with("s6", "forms", "updated", "update", &tom, failed),
    ]
}

#[test]
fn worker_type_and_source_find_what_the_page_of_calenso_says() {
    World::new(PROFILE, &log()).in_tail_and_segment(|snapshot, state| {
        let rows: &[Found<'_>] = &[
            ("CSO-02", "category=forms", &["s6"]),
            ("CSO-08", "worker=Mia", &["s1", "s4", "s5"]),
            ("CSO-08", "actor.type=worker actor.id=w-2", &["s2", "s3", "s6"]),
            ("CSO-09", "type=auth", &["s1", "s2"]),
            ("CSO-09", "type=create", &["s3"]),
            ("CSO-09", "type=delete", &["s5"]),
            ("CSO-09", "type=(update)", &["s4", "s6"]),
            ("CSO-11", "worker=Mia type=update category=slots", &["s4"]),
            ("CSO-11", "worker=Tom type=update category=slots", &[]),
            ("CSO-17", "ip_address=203.0.113.0/24", &["s1"]),
            ("CSO-17", "ip_address=203.0.113.7", &["s1"]),
            ("CSO-17", "ip_address=198.51.100.0/24", &[]),
            ("CSO-18", "url:slots", &["s1"]),
            ("CSO-18", "77", &["s1"]),
            ("CSO-19", "login_type=sso", &["s1"]),
            ("CSO-20", "actor.role=employee actor.email:tom", &[]),
            ("CSO-20", "actor.role=employee actor.email=w-2@salon.example", &["s2", "s3", "s6"]),
        ];
        check(snapshot, rows, state);
    });
}

#[test]
fn entries_show_time_offset_raw_and_meta() {
    let sent = log();
    World::new(PROFILE, &sent).in_tail_and_segment(|snapshot, state| {
        let page = snapshot.query(&Query::all()).by_seq().page().expect("a page");
        let shown = |at: usize, raw| -> Value {
            serde_json::from_slice(&page.events[at].to_json(raw)).expect("JSON")
        };
        let first = shown(0, Raw::Without);
        assert_eq!(first["occurred_at"], "2024-07-11T08:44:05.123456+02:00", "CSO-12 {state}");
        assert_eq!((&first["category"], &first["operation"]), (&json!("login"), &json!("auth")));
        assert_eq!(first["actor"], sent[0]["actor"], "CSO-20 {state}");
        let changed = shown(3, Raw::Without);
        assert!(changed.get("raw").is_none(), "CSO-15: only when asked for, {state}");
        let fields: Vec<&Value> = changed["changes"]
            .as_array()
            .expect("changes")
            .iter()
            .map(|one| &one["field"])
            .collect();
        assert_eq!(fields, ["name", "seats"], "CSO-16 {state}");
        assert_eq!(shown(3, Raw::With)["raw"], sent[3]["raw"], "CSO-16 {state}");
    });
}

#[test]
fn counts_of_sources_and_errors_are_those_of_a_full_scan() {
    let sent = log();
    World::new(PROFILE, &sent).in_tail_and_segment(|snapshot, state| {
        let all = Query::all();
        let paths = ["category", "error_code", "outcome"];
        let facets = snapshot.query(&all).facets(&paths, None).expect("facets");
        for (path, counted) in paths.iter().zip(facets) {
            let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
            for value in sent.iter().filter_map(|event| event[path].as_str()) {
                *expected.entry(value).or_default() += 1;
            }
            let counted: BTreeMap<&str, u64> = counted
                .iter()
                .map(|facet| (facet.value.as_str().expect("a text"), facet.count))
                .collect();
            assert_eq!(counted, expected, "CSO-03, CSO-10: {path} {state}");
        }
    });
}

#[test]
fn one_order_is_the_other_reversed() {
    World::new(PROFILE, &log()).in_tail_and_segment(|snapshot, state| {
        let all = Query::all();
        let seqs = |search: annals::Search<'_>| -> Vec<u64> {
            let page = search.limit(None).page().expect("a page");
            page.events.iter().map(|found| found.seq).collect()
        };
        let mut newest = seqs(snapshot.query(&all).newest());
        let oldest = seqs(snapshot.query(&all).oldest());
        assert_eq!(oldest.first(), Some(&1), "CSO-01: the earliest, {state}");
        newest.reverse();
        assert_eq!(newest, oldest, "CSO-07 {state}");
        assert_eq!(ids(snapshot.query(&all)).expect("ids").len(), 6);
    });
}

/// CSO-15: what meta holds is read without raw, counted in bytes.
#[test]
fn meta_is_read_without_raw() {
    let text = |at: usize| format!("{at:05}-").repeat(4_000);
    let with_raw = |at: usize| {
        let more = json!({"context": {"ip": "203.0.113.7"}, "raw": {"before": text(at)}});
        event(&format!("w{at}"), SOURCE, "slots", "updated", &more)
    };
    let events: Vec<Value> = (0..40).map(with_raw).collect();
    let world = World::new(PROFILE, &events);
    world.store.seal().expect("the disk takes it");
    let snapshot = world.store.snapshot();
    let (all, bytes) = (Query::all(), 200_000);
    let counted = snapshot.query(&all).bytes_max(bytes).facets(&["context.ip"], None);
    assert_eq!(counted.expect("within the limit")[0][0].count, 40);
    let whole = snapshot.query(&all).limit(None).bytes_max(bytes).page().expect("a page");
    assert!(!whole.complete, "whole events have raw, which is longer");
}
