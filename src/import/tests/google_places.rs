//! Where the parameters, the network and the resources of Google's activities go.

use super::{at, events};
use crate::import::google::Google;
use crate::json::Value;

/// The event of a calendar activity with these parameters and further members of the activity.
fn calendar(name: &str, parameters: &str, members: &str) -> Value {
    let record = format!(
        r#"{{"id":{{"time":"2026-05-04T13:05:00Z","uniqueQualifier":"1","applicationName":"calendar"}}{members},
        "events":[{{"type":"event_change","name":"{name}","parameters":[{parameters}]}}]}}"#
    );
    events(&Google, &record).remove(0)
}

fn text(name: &str, value: &str) -> String {
    format!(r#"{{"name":"{name}","value":"{value}"}}"#)
}

fn check(event: &Value, expected: &[(&str, &str)]) {
    for (path, expected) in expected {
        assert_eq!(at(event, path), *expected, "{path}");
    }
}

#[test]
fn attributes_are_typed() {
    let parameters = [
        text("event_type", "outOfOffice"),
        text("recurrence_rule", "RRULE:FREQ=WEEKLY;BYDAY=MO"),
        text("recurring", "yes"),
        text("client_side_encrypted", "no"),
        text("notification_message_id", "m-1"),
        text("notification_method", "email"),
        text("notification_type", "new_event"),
        text("remote_ews_url", "https://mail.example/EWS"),
        r#"{"name":"start_time","intValue":"63782726400"}"#.to_owned(),
        r#"{"name":"requested_period_start","intValue":"1777939200"}"#.to_owned(),
        r#"{"name":"requested_period_end","intValue":"1777935600"}"#.to_owned(),
        text("appointment_schedule_title", "Sprechstunde"),
    ];
    let event = calendar("change_event", &parameters.join(","), "");
    check(
        &event,
        &[
            ("attributes/event_type", "\"outOfOffice\""),
            ("attributes/recurrence_rule", "\"RRULE:FREQ=WEEKLY;BYDAY=MO\""),
            ("attributes/recurring", "true"),
            ("attributes/client_side_encrypted", "false"),
            ("attributes/notification_id", "\"m-1\""),
            ("attributes/notification_method", "\"email\""),
            ("attributes/notification_type", "\"new_event\""),
            ("attributes/remote_exchange_url", "\"https://mail.example/EWS\""),
            ("attributes/event_start_time", "\"2022-03-13T00:00:00Z\""),
            ("attributes/requested_window_start", "\"2026-05-05T00:00:00Z\""),
            ("attributes/requested_window_end", "\"2026-05-04T23:00:00Z\""),
            // GOO-A30: an end before the start is stored as sent, and flagged.
            ("attributes/requested_window_reversed", "true"),
            ("details/requested_period_end", "1777935600"),
            (
                "targets/0",
                r#"{"type":"appointment_schedule","name":"Sprechstunde","relation":"primary"}"#,
            ),
        ],
    );
    let flag = r#"{"name":"is_recurring","boolValue":true}"#;
    let event = calendar("change_event", flag, "");
    check(&event, &[("attributes", r#"{"recurring":true}"#)]);
}

#[test]
fn new_values_are_changes() {
    let before = r#""before_state":"unknown""#;
    for (activity, parameter, field) in [
        ("change_calendar_title", "calendar_title", "calendar_title"),
        ("change_calendar_description", "calendar_description", "calendar_description"),
        ("change_calendar_location", "calendar_location", "calendar_location"),
        ("change_calendar_country", "calendar_country", "calendar_country"),
        ("change_calendar_timezone", "calendar_timezone", "calendar_timezone"),
        ("change_calendar_acls", "access_level", "access_level"),
        ("change_event_guest_response", "event_response_status", "guest_response_status"),
        ("change_event", "new_value", "value"),
    ] {
        let event = calendar(activity, &text(parameter, "Raum 4"), "");
        let expected = format!(r#"[{{"field":"{field}","after":"Raum 4",{before}}}]"#);
        check(&event, &[("changes", &expected)]);
    }
    let event = calendar("create_calendar", &text("calendar_title", "T"), "");
    check(&event, &[("changes", "")]);
    let titles = [text("old_event_title", "A"), text("event_title", "B")].join(",");
    let event = calendar("change_event_title", &titles, "");
    let known = r#"[{"field":"event_title","before":"A","after":"B","before_state":"known"}]"#;
    check(&event, &[("changes", known)]);
    let start = r#"{"name":"start_time","intValue":"63782726400"}"#;
    let event = calendar("change_event_start_time", start, "");
    check(&event, &[("changes/0/after", "\"2022-03-13T00:00:00Z\"")]);
}

#[test]
fn who_acted_has_groups_unit_and_application() {
    let members = r#","actor":{"email":"a@x.example","profileId":"1","groupNames":["g1","g2"],
        "orgUnitPath":"/Sales/EMEA","applicationInfo":{"applicationName":"Roomfinder",
        "oauthClientId":"55-abc","impersonation":"true"}}"#;
    let event = calendar("create_event", "", members);
    let app = r#"{"name":"Roomfinder","client_id":"55-abc","impersonation":true}"#;
    check(
        &event,
        &[
            ("actor/groups", r#"["g1","g2"]"#),
            ("actor/org_unit", "\"/Sales/EMEA\""),
            ("actor/app", app),
        ],
    );
    let parameters = [text("actor_group_name", "g3"), text("actor_org_unit", "/X")].join(",");
    let event = calendar("create_event", &parameters, "");
    check(&event, &[("actor", r#"{"groups":["g3"],"org_unit":"/X"}"#)]);
    let odd = r#","actor":{"email":"a@x.example","applicationInfo":{"impersonation":7}}"#;
    let event = calendar("create_event", "", odd);
    check(&event, &[("actor/app", r#"{"impersonation_source":7}"#)]);
}

#[test]
fn the_network_is_the_autonomous_system_of_the_context() {
    let members = r#","ipAddress":"198.51.100.4","networkInfo":{"ipAsn":[64500],"regionCode":"DE","subdivisionCode":"DE-BE"}"#;
    let event = calendar("create_event", "", members);
    check(
        &event,
        &[
            ("context/ip", "\"198.51.100.4\""),
            ("context/asn", r#"{"number":64500,"subdivision":"DE-BE","region":"DE"}"#),
            ("details", ""),
        ],
    );
    let odd = r#","networkInfo":{"ipAsn":["64500","64501"],"x":1}"#;
    let event = calendar("create_event", "", odd);
    check(
        &event,
        &[("context/asn/number", "64500"), ("details/networkInfo", r#"{"ipAsn":["64501"],"x":1}"#)],
    );
    let event = calendar("create_event", "", r#","networkInfo":{"ipAsn":"none"}"#);
    check(&event, &[("context", ""), ("details/networkInfo", r#"{"ipAsn":"none"}"#)]);
}

pub(super) const RESOURCES: &str = r#","resourceDetails":[
 {"id":"d-1","title":"Plan","type":"DRIVE_ITEM","relation":"attachment","ownerDetails":{"x":1},"appliedLabels":[
  {"id":"L1","title":"Confidentiality","reason":"user","fieldValues":[
   {"id":"f1","displayName":"Level","type":"SELECTION","selectionValue":{"id":"s2","displayName":"Internal","badged":true}},
   {"id":"f2","displayName":"Levels","selectionListValue":{"values":[{"id":"a"},{"id":"b"},{"id":"c"}]}},
   {"id":"f3","displayName":"Note","textValue":"x"},
   {"id":"f4","displayName":"Count","integerValue":"9007199254740993"},
   {"id":"f5","displayName":"Owner","userValue":{"email":"u@x.example"}},
   {"id":"f6","displayName":"Readers","userListValue":{"values":[{"email":"v@x.example"},{"email":"w@x.example"}]}},
   {"id":"f7","displayName":"Due","dateValue":{"year":2026,"month":3,"day":29}},
   {"id":"f8","displayName":"None","type":"TEXT","unsetValue":true}]},
  {"id":"L2","title":"Second"}]},
 {"id":"r-2","title":"Rule 7","type":"RULE"}]"#;

/// GOO-S05 to GOO-S17 (features.md).
#[test]
fn resources_are_targets_with_their_labels() {
    let event = calendar("create_event", &text("event_id", "e"), RESOURCES);
    let fields = "targets/1/labels/0/fields";
    let field = |place: usize, member: &str| at(&event, &format!("{fields}/{place}/{member}"));
    check(
        &event,
        &[
            ("targets/0/id", "\"e\""),
            ("targets/1/id", "\"d-1\""),
            ("targets/1/name", "\"Plan\""),
            ("targets/1/type", "\"DRIVE_ITEM\""),
            ("targets/1/relation", "\"attachment\""),
            ("targets/1/ownerDetails", r#"{"x":1}"#),
            ("targets/1/labels/0/id", "\"L1\""),
            ("targets/1/labels/0/title", "\"Confidentiality\""),
            ("targets/1/labels/0/reason", "\"user\""),
            ("targets/1/labels/1", r#"{"id":"L2","title":"Second"}"#),
            ("targets/2", r#"{"type":"RULE","id":"r-2","name":"Rule 7","relation":"resource"}"#),
        ],
    );
    let values = [
        ("selection", r#"{"badged":true,"display_name":"Internal","id":"s2"}"#),
        ("selection_list", r#"[{"id":"a"},{"id":"b"},{"id":"c"}]"#),
        ("text", "\"x\""),
        ("number", "9007199254740993"),
        ("user", r#"{"email":"u@x.example"}"#),
        ("user_list", r#"[{"email":"v@x.example"},{"email":"w@x.example"}]"#),
        ("date", "\"2026-03-29\""),
        ("text", ""),
    ];
    for (place, (kind, value)) in values.into_iter().enumerate() {
        assert_eq!(field(place, "type"), format!("\"{kind}\""), "{place}");
        assert_eq!(field(place, "value"), value, "{place}");
        assert_eq!(field(place, "id"), format!("\"f{}\"", place + 1));
    }
    assert_eq!(field(0, "name"), "\"Level\"");
    assert_eq!(field(7, "unsetValue"), "true");
}

#[test]
fn an_inner_event_that_names_its_resources_has_only_those() {
    let record = format!(
        r#"{{"id":{{"time":"2026-05-04T13:05:00Z","applicationName":"drive"}}{RESOURCES},
        "events":[{{"type":"a","name":"b","resourceIds":["r-2"]}},{{"type":"a","name":"c"}}]}}"#
    );
    let events = events(&Google, &record);
    assert_eq!(at(&events[0], "targets/0/id"), "\"r-2\"");
    assert_eq!(at(&events[0], "targets/1"), "");
    assert_eq!(at(&events[1], "targets/1/id"), "\"r-2\"");
}

#[test]
fn the_status_of_an_inner_event_is_its_outcome() {
    let outcome = |status: &str| {
        let record = format!(
            r#"{{"id":{{"time":"2026-05-04T13:05:00Z","applicationName":"drive"}},
            "events":[{{"type":"a","name":"b","status":{status}}}]}}"#
        );
        let event = &events(&Google, &record)[0];
        [at(event, "outcome"), at(event, "error_code")]
    };
    let failed = r#"{"eventStatus":"FAILED","errorCode":"E7"}"#;
    assert_eq!(outcome(failed), ["\"failure\"", "\"E7\""]);
    assert_eq!(outcome(r#"{"eventStatus":"SUCCEEDED"}"#), ["\"success\"", ""]);
    assert_eq!(outcome("7"), ["", ""]);
}
