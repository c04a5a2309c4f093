//! Google Calendar: the 35 attributes and 17 sub-fields by name, with the operators of the table.

use super::{Found, World, check, event, found, ids};
use annals::Tz;
use annals::event::Raw;
use annals::profile::Profile;
use annals::query::Query;
use serde_json::{Value, json};

const SOURCE: &str = "calendar";
const PROFILE: &str = "profiles = [\"google\"]\n";
const LEVELS: [&str; 6] = ["editor", "freebusy", "owner", "read", "root", "none"];

fn changed(id: &str, more: Value) -> Value {
    event(id, SOURCE, "event_change", "change_event", &more)
}

/// An event with every attribute.
fn full() -> Value {
    let number: Value = serde_json::from_str("9007199254740993").expect("a number");
    let fields = json!([
        {"id": "f-1", "name": "Note", "type": "text", "value": "x"},
        {"id": "f-2", "name": "Count", "type": "number", "value": number},
        {"id": "f-3", "name": "Level", "type": "selection",
         "value": {"id": "s-1", "display_name": "Secret", "badged": true}},
        {"id": "f-4", "name": "Levels", "type": "selection_list",
         "value": [{"id": "s-3"}, {"id": "s-1"}, {"id": "s-2"}]},
        {"id": "f-5", "name": "Owner", "type": "user", "value": {"email": "own@x.example"}},
        {"id": "f-6", "name": "Readers", "type": "user_list",
         "value": [{"email": "r1@x.example"}, {"email": "r2@x.example"}]},
        {"id": "f-7", "name": "Until", "type": "date", "value": "2026-03-29"},
    ]);
    let resources = json!([
        {"id": "d-0", "name": "One", "type": "drive_item", "relation": "attachment",
         "labels": [{"id": "l-1", "title": "Class", "fields": fields},
                    {"id": "l-2", "title": "Team"}]},
        {"id": "d-1", "name": "Plan", "type": "rule", "relation": "guest",
         "email": "guest@x.example"},
    ]);
    changed(
        "full",
        json!({
            "occurred_at": "2026-05-04T13:05:00Z",
            "actor": {"email": "ada@x.example", "groups": ["g1", "g2"], "org_unit": "/Sales/EMEA",
                      "app": {"name": "Gmail", "client_id": "55.apps", "impersonation": true}},
            "context": {"ip": "2001:db8::1", "api_kind": "caldav",
                        "user_agent": "Microsoft Exchange Server 2013",
                        "asn": {"number": 64500, "subdivision": "BE", "region": "DE"}},
            "error_code": "EWS_TIMEOUT",
            "targets": resources,
            "changes": [{"field": "location", "after": "Raum 4", "before_state": "unknown"}],
            "details": {"appointment_schedule_title": "Sprechstunde", "event_id": "_60q",
                        "calendar_id": "user@example.com", "event_title": "Zürich Kick-off",
                        "event_response_status": "accepted", "old_event_title": "Vorher",
                        "organizer_calendar_id": "boss@x.example",
                        "subscriber_calendar_id": "sub@x.example"},
            "attributes": {"client_side_encrypted": false, "event_type": "outOfOffice",
                           "event_end_time": "2026-06-01T10:00:00Z",
                           "event_start_time": "2026-06-01T09:00:00Z",
                           "notification_id": "m-1", "notification_method": "default",
                           "notification_type": "brand_new", "recurring": true,
                           "recurrence_rule": "RRULE:FREQ=WEEKLY;BYDAY=MO",
                           "remote_exchange_url": "https://mail.example/EWS",
                           "requested_window_end": "2026-05-01T00:00:00Z",
                           "requested_window_start": "2026-05-02T00:00:00Z"},
        }),
    )
}

/// The full event, and others whose values must not be found.
fn log() -> Vec<Value> {
    let other = json!({
        "occurred_at": "2026-05-05T13:05:00Z",
        "actor": {"email": "bo@x.example", "groups": ["g1"], "org_unit": "/Salesforce",
                  "app": {"name": "Web", "impersonation": false}},
        "context": {"ip": "198.51.100.7", "api_kind": "ews",
                    "asn": {"number": 64501, "subdivision": "75", "region": "FR"}},
        "details": {"event_response_status": "declined", "event_title": "Genf",
                    "calendar_id": "ada@x.example", "event_id": "_71r"},
        "attributes": {"client_side_encrypted": true, "event_type": "birthday",
                       "notification_method": "alert", "notification_type": "new_event",
                       "recurring": false},
    });
    let mut events = vec![full(), changed("other", other)];
    for level in LEVELS {
        let more = json!({"details": {"access_level": level}});
        events.push(event(level, SOURCE, "calendar_change", "change_calendar_acls", &more));
    }
    events.push(event("gone", SOURCE, "event_change", "delete_event", &json!({})));
    events
}

const F: &[&str] = &["full"];
const FO: &[&str] = &["full", "other"];

/// GOO-A01 to GOO-A17: row, condition, what it finds.
const FIRST: &[Found<'_>] = &[
    ("A01", "access_level=editor", &["editor"]),
    ("A01", "access_level=(root,none)", &["root", "none"]),
    ("A01", "access_level!=(editor,owner,read)", &["freebusy", "root", "none"]),
    ("A02", "actor.email=ada@x.example", F),
    ("A02", "actor.email!=bo@x.example", F),
    ("A02", "Akteur^=ada", F),
    ("A02", "Schauspieler*=da@", F),
    ("A03", "actor_application*=gmail", F),
    ("A03", "impersonation=true", F),
    ("A03", "oauth_client_id=55.apps", F),
    ("A04", "actor_group=g2", F),
    ("A04", "actor_group_name=(g1,g9)", FO),
    ("A05", "actor_org_unit/=/Sales", F),
    ("A05", "actor_org_unit/=/Sale", &[]),
    ("A05", "actor_org_unit=/Salesforce", &["other"]),
    ("A06", "api_kind=(caldav,ews)", FO),
    ("A06", "api_kind!=ews", F),
    ("A07", "appointment_schedule_title*=sprech", F),
    ("A07", "appointment_schedule_title=Sprechstunde", F),
    ("A08", "calendar_id=user@example.com", F),
    ("A08", "calendar_id*=example.com", F),
    ("A09", "client_side_encrypted=false", F),
    ("A10", "date<2026-05-04", &[]),
    ("A10", "date>2026-05-04", &["other"]),
    ("A10", "date=2026-05-04T13:00:00Z..2026-05-06 event=change_event", FO),
    ("A11", "event=delete_event", &["gone"]),
    ("A11", "event=(delete_event,change_event)", &["full", "other", "gone"]),
    ("A11", "event!=(change_event,change_calendar_acls)", &["gone"]),
    ("A12", "event_end_time>2026-05-31", F),
    ("A12", "event_end_time<2026-06-01", &[]),
    ("A13", "event_id=_60q", F),
    ("A13", "event_id=(_60q,_71r)", FO),
    ("A14", "event_start_time>2026-05-31 date<2026-05-31", F),
    ("A14", "event_start_time<2026-06-02", F),
    ("A15", "event_title:zurich", F),
    ("A15", "event_title*=zurich", F),
    ("A15", "event_title:\"zurich kick\"", F),
    ("A15", "event_title=Genf", &["other"]),
    ("A16", "event_type=outOfOffice", F),
    ("A16", "event_type!=birthday", F),
    ("A17", "guest_response_status!=declined", F),
    ("A17", "guest_response_status=declined", &["other"]),
];

/// GOO-A18 to GOO-A35, and the sub-fields.
const SECOND: &[Found<'_>] = &[
    ("A18", "has:interop_error_code", F),
    ("A18", "interop_error_code=EWS_TIMEOUT", F),
    ("A19", "ip_address=2001:db8::/32", F),
    ("A19", "ip_address=198.51.100.7", &["other"]),
    ("A20", "ip_asn_region=DE", F),
    ("A20", "ip_asn=64500", F),
    ("A21", "new_value*=raum", F),
    ("A22", "notification_id=m-1", F),
    ("A23", "notification_method=default", F),
    ("A23", "notification_method=(default,alert)", FO),
    ("A24", "notification_type=brand_new", F),
    ("A25", "old_event_title=Vorher", F),
    ("A25", "old_event_title*=vor", F),
    ("A26", "organizer_calendar_id=boss@x.example", F),
    ("A26", "organizer_calendar_id=user@example.com", &[]),
    ("A27", "recurrence_rule*=\"FREQ=WEEKLY\"", F),
    ("A27", "has:recurrence_rule", F),
    ("A28", "recurring=true", F),
    ("A29", "remote_exchange_url*=ews", F),
    ("A30", "requested_window_end<2026-05-02", F),
    ("A31", "requested_window_start>2026-05-01 requested_window_end<2026-05-02", F),
    ("A32", "targets.name=Plan", F),
    ("A32", "resources*=d-1", F),
    ("A32", "resource_type=rule", F),
    ("A33", "subscriber_calendar_id=sub@x.example", F),
    ("A34", "target=guest@x.example", F),
    ("A34", "target*=guest@", F),
    ("A35", "user_agent*=exchange", F),
    ("S01", "actor_app_name=Gmail", F),
    ("S02", "oauth_client_id=55.apps", F),
    ("S03", "impersonation=false", &["other"]),
    ("S04", "ip_asn_number=64500 ip_asn_subdivision=BE ip_asn_region=DE", F),
    ("S05", "resource_id=d-1", F),
    ("S06", "resource_title:plan", F),
    ("S07", "resource_type=drive_item", F),
    ("S08", "targets[relation=guest id=d-1]", F),
    ("S08", "targets[relation=guest id=d-0]", &[]),
    ("S09", "resource_label_id=l-2 resource_label_title=Class", F),
    ("S10", "label_field_id=f-1 label_field_name=Count label_field_type=date", F),
    ("S11", "label_field_value=x", F),
    ("S12", "label_field_value=9007199254740993", F),
    ("S12", "label_field_value=9007199254740992", &[]),
    ("S13", "label_selection_badged=true label_selection_name=Secret", F),
    ("S14", "label_selection_id=s-2", F),
    ("S15", "label_user_email=own@x.example", F),
    ("S16", "label_user_email=r2@x.example", F),
    ("S17", "label_field_value=2026-03-29", F),
];

#[test]
fn each_attribute_is_found_by_its_name_with_its_operators() {
    World::new(PROFILE, &log()).in_tail_and_segment(|snapshot, state| {
        check(snapshot, FIRST, state);
        check(snapshot, SECOND, state);
    });
}

#[test]
fn an_operator_that_an_attribute_does_not_take_is_refused_with_those_it_does() {
    let world = World::new(PROFILE, &[]);
    let snapshot = world.store.snapshot();
    for (text, attribute, allowed) in [
        ("event_title>5", "event_title", "contains"),
        ("access_level*=ed", "access_level", "is_not"),
        ("recurring^=t", "recurring", "is"),
        ("event_start_time=2026-05-04", "event_start_time", "after"),
    ] {
        let refused = Query::parse_named(text, snapshot.profiles()).expect_err(text).to_string();
        assert!(refused.contains(attribute) && refused.contains(allowed), "{text}: {refused}");
    }
}

#[test]
fn attributes_say_their_values_and_what_tables_and_rules_may_use() {
    let profile = Profile::built_in("google").expect("comes along");
    let attribute = |name: &str| profile.attributes_named(name)[0];
    let values = |name: &str| -> Vec<&str> {
        attribute(name).values.iter().map(|value| value.code.as_str()).collect()
    };
    let mut levels = values("access_level");
    levels.sort_unstable();
    assert_eq!(levels, ["editor", "freebusy", "none", "owner", "read", "root"], "GOO-15");
    assert_eq!(values("notification_method").len(), 3, "GOO-A23");
    let whole: Vec<_> = profile.attributes().iter().filter(|one| one.part_of.is_none()).collect();
    assert_eq!(whole.len(), 35);
    let names = |meets: &dyn Fn(&annals::profile::Attribute) -> bool| -> Vec<&str> {
        whole.iter().filter(|one| meets(one)).map(|one| one.names[0].as_str()).collect()
    };
    let no_rules = names(&|one| !one.alertable);
    assert_eq!(
        no_rules,
        [
            "event_end_time",
            "event_start_time",
            "new_value",
            "remote_exchange_url",
            "requested_window_end",
            "requested_window_start"
        ],
        "GOO-21"
    );
    assert_eq!(names(&|one| !one.columns), ["actor_application", "ip_asn"], "GOO-26");
}

#[test]
fn before_after_and_days_are_exact_in_the_zone() {
    let at = |id: &str, time: &str| changed(id, json!({"occurred_at": time}));
    let events = [
        at("b1", "2026-03-28T22:59:59.999999Z"),
        at("b2", "2026-03-28T23:00:00Z"),
        at("b3", "2026-03-29T21:59:59Z"),
        at("b4", "2026-03-29T22:00:00Z"),
    ];
    World::new(PROFILE, &events).in_tail_and_segment(|snapshot, state| {
        let in_berlin = |text: &str| {
            let query = Query::parse(text).expect(text);
            ids(snapshot.query(&query).zone(Tz::Europe__Berlin)).expect(text)
        };
        // The clocks went forward on 2026-03-29, a day of 23 hours.
        assert_eq!(in_berlin("on:2026-03-29"), ["b2", "b3"], "GOO-40 {state}");
        assert_eq!(in_berlin("time>=2026-03-29"), ["b2", "b3", "b4"], "GOO-40 {state}");
        assert_eq!(in_berlin("before:2026-03-29"), ["b1"], "GOO-40 {state}");
        for text in ["before:2026-03-28T23:00:00Z", "after:2026-03-28T23:00:00Z"] {
            assert!(!found(snapshot, text).contains(&"b2".to_owned()), "GOO-06: {text} {state}");
        }
    });
}

#[test]
fn each_category_counts_its_own_events() {
    let kinds = [
        "calendar_change",
        "event_change",
        "subscription_change",
        "notification",
        "interop",
        "appointment_schedule_change",
    ];
    let events: Vec<Value> =
        kinds.iter().map(|kind| event(kind, SOURCE, kind, "x", &json!({}))).collect();
    World::new(PROFILE, &events).in_tail_and_segment(|snapshot, state| {
        for kind in kinds {
            assert!(snapshot.profiles().profiles().all(|known| known.category(kind).is_some()));
        }
        let counted = snapshot.query(&Query::all()).facets(&["category"], None).expect("facets");
        assert_eq!(counted[0].len(), 6, "GOO-01 {state}");
        assert!(counted[0].iter().all(|facet| facet.count == 1), "GOO-01 {state}");
    });
}

/// Joined conditions, nested three deep, against a look at each event.
#[test]
fn conditions_join_and_nest() {
    let letters = ["a", "b", "c", "d"];
    let holds = |bits: usize, at: usize| bits >> at & 1 == 1;
    let events: Vec<Value> = (0..16)
        .map(|bits| {
            let set = letters.iter().enumerate().filter(|(at, _)| holds(bits, *at));
            let details: serde_json::Map<String, Value> =
                set.map(|(_, letter)| ((*letter).to_owned(), json!(true))).collect();
            changed(&format!("n{bits}"), json!({"details": details}))
        })
        .collect();
    let expected = |meets: &dyn Fn([bool; 4]) -> bool| -> Vec<String> {
        let bits = (0..16).filter(|bits| meets([0, 1, 2, 3].map(|at| holds(*bits, at))));
        bits.map(|bits| format!("n{bits}")).collect()
    };
    let (a, b, c, d) = ("details.a=true", "details.b=true", "details.c=true", "details.d=true");
    World::new(PROFILE, &events).in_tail_and_segment(|snapshot, state| {
        let union = found(snapshot, &format!("{a} OR {b}"));
        assert_eq!(union, expected(&|[a, b, ..]| a || b), "GOO-10 {state}");
        let both = found(snapshot, &format!("{a} AND {b}"));
        assert_eq!(both, expected(&|[a, b, ..]| a && b), "GOO-10 {state}");
        let nested = found(snapshot, &format!("({a} OR ({b} AND ({c} OR {d})))"));
        assert_eq!(nested, expected(&|[a, b, c, d]| a || (b && (c || d))), "GOO-16 {state}");
    });
}

#[test]
fn labels_of_resources_come_back_in_their_order_with_every_digit() {
    let sent = full();
    World::new(PROFILE, std::slice::from_ref(&sent)).in_tail_and_segment(|snapshot, state| {
        let page = snapshot.query(&Query::all()).page().expect("a page");
        let json = page.events[0].to_json(Raw::Without);
        let shown: Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(shown["targets"], sent["targets"], "GOO-S05 to GOO-S17 {state}");
        assert_eq!(shown["actor"], sent["actor"], "GOO-S01 to GOO-S03 {state}");
        // The end of the window lies before its start: kept as it was sent.
        assert_eq!(shown["attributes"], sent["attributes"], "GOO-A30 {state}");
        assert!(String::from_utf8_lossy(&json).contains("9007199254740993"), "GOO-S12 {state}");
    });
}

#[test]
fn groups_are_found_by_how_they_begin() {
    let groups = |id, names: Value| changed(id, json!({"actor": {"groups": names}}));
    let events = [
        groups("h1", json!(["Security", "sec-ops@x.example"])),
        groups("h2", json!(["sales", "Sécurité"])),
        full(),
    ];
    World::new(PROFILE, &events).in_tail_and_segment(|snapshot, state| {
        let all = Query::all();
        let groups = snapshot.query(&all).values("actor.groups", "sec", None).expect("values");
        let mut groups: Vec<&str> =
            groups.iter().map(|group| group.value.as_str().expect("a text")).collect();
        groups.sort_unstable();
        assert_eq!(groups, ["Security", "Sécurité", "sec-ops@x.example"], "GOO-45 {state}");
        let counted = snapshot.query(&all).facets(&["actor.app.name", "targets.type"], None);
        let counted = counted.expect("facets");
        let count = |at: usize, text: &str| {
            counted[at].iter().find(|facet| facet.value.as_str() == Some(text)).map(|one| one.count)
        };
        assert_eq!(count(0, "Gmail"), Some(1), "GOO-S01 {state}");
        assert_eq!(count(1, "rule"), Some(1), "GOO-S07 {state}");
    });
}
