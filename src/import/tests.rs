//! The formats on records as the sources write them.

use super::calendly::Calendly;
use super::google::Google;
use super::native::Native;
use super::read::expand_page;
use super::source::Source;
use crate::event::Event;
use crate::json::Value;

mod calenso;
mod clockify;
mod google_places;
mod json_map;
mod restored;
mod tables;

const GOOGLE: &str = r#"{"kind":"admin#reports#activity",
"id":{"time":"2022-03-14T20:36:48.2131234Z",
"uniqueQualifier":"-29","applicationName":"calendar","customerId":"C00m"},"etag":"\"e\"",
"actor":{"email":"greg@cloud.example","profileId":"1035"},"ownerDomain":"cloud.example",
"ipAddress":"2.2.2.2","events":[
{"type":"event_change","name":"change_event_title","parameters":[
 {"name":"event_id","value":"ev1"},{"name":"event_title","value":"New"},
 {"name":"old_event_title","value":"Old"},{"name":"calendar_id","value":"c@x.example"},
 {"name":"start_time","intValue":"63782726400"},{"name":"odd","intValue":"007"},
 {"name":"recurring","value":"yes"},{"name":"flag","boolValue":false},
 {"name":"list","multiValue":["a","b"]},{"name":"numbers","multiIntValue":["1","-2"]},
 {"name":"nested","messageValue":{"parameter":[{"name":"inner","value":"deep"}]}},
 {"name":"bare"},{"name":"api_kind","value":"web"},{"name":"user_agent","value":"UA/1"}]},
{"type":"event_change","name":"add_event_guest","parameters":[
 {"name":"event_guest","value":"g@x.example"}]}]}"#;

fn value(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

fn events(source: &dyn Source, text: &str) -> Vec<Value> {
    let events = source.events(value(text)).unwrap();
    events.iter().map(Event::to_value).collect()
}

/// The JSON at a path of keys, empty where there is none.
fn at(event: &Value, path: &str) -> String {
    let mut found = Some(event);
    for key in path.split('/') {
        found = found.and_then(|value| match key.parse::<usize>() {
            Ok(index) => value.as_list()?.get(index),
            Err(_) => value.get(key),
        });
    }
    found.map(Value::to_json).unwrap_or_default()
}

#[test]
fn google_gives_an_event_for_each_inner_event() {
    let events = events(&Google, GOOGLE);
    assert_eq!(events.len(), 2);
    let time = "2022-03-14T20:36:48.2131234Z";
    for (index, event) in events.iter().enumerate() {
        assert_eq!(at(event, "id"), format!("\"{time}/-29/calendar/{index}\""));
        assert_eq!(at(event, "correlation_id"), format!("\"{time}/-29/calendar\""));
        assert_eq!(at(event, "occurred_at"), "\"2022-03-14T20:36:48.213123Z\"");
        assert_eq!(at(event, "details/occurred_at_source"), format!("\"{time}\""));
        assert_eq!(at(event, "tenant"), "\"C00m\"");
        assert_eq!(at(event, "data_source"), "\"calendar\"");
        assert_eq!(at(event, "category"), "\"event_change\"");
        assert_eq!(at(event, "actor/type"), "\"user\"");
        assert_eq!(at(event, "actor/id"), "\"1035\"");
        assert_eq!(at(event, "context/ip"), "\"2.2.2.2\"");
        assert_eq!(at(event, "details/ownerDomain"), "\"cloud.example\"");
    }
    assert_eq!(at(&events[1], "activity"), "\"add_event_guest\"");
}

#[test]
fn google_keeps_the_activity_in_raw_of_the_first_event() {
    let found = Google.events(value(GOOGLE)).unwrap();
    let sorted =
        |value: &Value| serde_json::from_str::<serde_json::Value>(&value.to_json()).unwrap();
    assert_eq!(sorted(&found[0].raw().unwrap()), sorted(&value(GOOGLE)));
    assert_eq!(found[1].raw(), None);
}

#[test]
fn google_keeps_every_parameter_under_details() {
    let event = &events(&Google, GOOGLE)[0];
    for (path, expected) in [
        ("details/event_title", "\"New\""),
        ("details/start_time", "63782726400"),
        ("details/odd", "\"007\""),
        ("details/flag", "false"),
        ("details/list", "[\"a\",\"b\"]"),
        ("details/numbers", "[1,-2]"),
        ("details/nested/inner", "\"deep\""),
        ("details/bare", "null"),
        ("details/recurring", "\"yes\""),
        ("targets/0/name", "\"New\""),
        ("targets/1/relation", "\"calendar\""),
        ("changes/0/before", "\"Old\""),
        ("changes/0/after", "\"New\""),
        ("attributes/recurring", "true"),
        ("attributes/event_start_time", "\"2022-03-13T00:00:00Z\""),
        ("context/api_kind", "\"web\""),
        ("context/user_agent", "\"UA/1\""),
    ] {
        assert_eq!(at(event, path), expected, "{path}");
    }
}

#[test]
fn google_addresses_lose_their_port_and_keep_it_under_details() {
    let record = GOOGLE.replace("2.2.2.2", "[2001:db8::2]:443");
    for event in events(&Google, &record) {
        assert_eq!(at(&event, "context/ip"), "\"2001:db8::2\"");
        assert_eq!(at(&event, "details/ip_source"), "\"[2001:db8::2]:443\"");
    }
    assert_eq!(at(&events(&Google, GOOGLE)[0], "details/ip_source"), "");
}

#[test]
fn google_knows_the_system_and_other_callers() {
    let with_actor = |actor: &str| {
        let record = format!(
            r#"{{"id":{{"time":"2022-01-01T00:00:00Z","uniqueQualifier":"1",
            "applicationName":"admin"}},"actor":{actor},"events":[{{"type":"T","name":"N"}}]}}"#
        );
        at(&events(&Google, &record)[0], "actor")
    };
    assert_eq!(
        with_actor(r#"{"callerType":"KEY","key":"SYSTEM"}"#),
        r#"{"type":"system","callerType":"KEY","key":"SYSTEM"}"#
    );
    assert_eq!(
        with_actor(r#"{"callerType":"KEY","key":"robot-7"}"#),
        r#"{"type":"service","callerType":"KEY","key":"robot-7"}"#
    );
    assert_eq!(
        with_actor(
            r#"{"callerType":"USER","email":"a@b","applicationInfo":
            {"oauthClientId":"c","applicationName":"n","impersonation":true}}"#
        ),
        r#"{"type":"user","email":"a@b","app":{"name":"n","client_id":"c","impersonation":true}}"#
    );
    assert_eq!(with_actor("{}"), "");
}

#[test]
fn google_records_without_time_or_events_are_refused_by_name() {
    for (record, field) in [
        (r#"{"id":{"applicationName":"a"},"events":[{"type":"t","name":"n"}]}"#, "id.time"),
        (r#"{"id":{"time":"2022-01-01T00:00:00Z"},"events":[{}]}"#, "id.applicationName"),
        (r#"{"id":{"time":"2022-01-01T00:00:00Z","applicationName":"a"},"events":[]}"#, "events"),
        (
            r#"{"id":{"time":"2022-01-01T00:00:00Z","applicationName":"a"},
            "events":[{"type":"t"}]}"#,
            "events[0].name",
        ),
        (r#"{"events":[{"type":"t","name":"n"}]}"#, "id"),
        ("[]", "record"),
    ] {
        let error = Google.events(value(record)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{field}:")), "{record}: {error}");
    }
}

#[test]
fn calendly_entries_become_events() {
    let record = r#"{"occurred_at":"2022-10-07T14:21:42.104549Z",
        "actor":{"uri":"https://api.calendly.com/users/U001","type":"User",
        "organization":{"uri":"https://api.calendly.com/organizations/ORG001","role":"owner"},
        "group":{"uri":"https://api.calendly.com/groups/G1","name":"Development","role":"member"},
        "display_name":"Sam Smith","alternative_identifier":"sam@x.example"},
        "details":{"name":"test token"},
        "organization":"https://api.calendly.com/organizations/ORG001",
        "fully_qualified_name":"API.Token_Created","namespace":"API","action":"Token_Created",
        "uri":"https://api.calendly.com/activity_log_entries/LOG2"}"#;
    let event = &events(&Calendly, record)[0];
    for (path, expected) in [
        ("id", "\"LOG2\""),
        ("tenant", "\"ORG001\""),
        ("data_source", "\"activity_log\""),
        ("category", "\"api\""),
        ("activity", "\"token_created\""),
        ("operation", "\"create\""),
        ("outcome", "\"success\""),
        ("actor/type", "\"user\""),
        ("actor/id", "\"U001\""),
        ("actor/email", "\"sam@x.example\""),
        ("actor/role", "\"owner\""),
        ("actor/groups", "[\"Development\"]"),
        ("actor/group/role", "\"member\""),
        ("details/name", "\"test token\""),
        ("details/fully_qualified_name", "\"API.Token_Created\""),
        ("raw/action", "\"Token_Created\""),
    ] {
        assert_eq!(at(event, path), expected, "{path}");
    }
}

/// What a source says itself goes before its profile, and what the profile does not know stays.
#[test]
fn codes_of_a_source_become_those_of_its_profile() {
    let entry = |namespace: &str, action: &str| {
        let record = format!(
            r#"{{"occurred_at":"2022-10-07T14:21:42Z","namespace":"{namespace}","action":"{action}"}}"#
        );
        let event = events(&Calendly, &record).remove(0);
        ["category", "activity", "operation", "outcome"].map(|path| at(&event, path))
    };
    assert_eq!(
        entry("User_Management", "Invite_Sent"),
        ["\"user_management\"", "\"invitation_sent\"", "\"create\"", "\"success\""]
    );
    assert_eq!(entry("Login", "Failed")[3], "\"failure\"");
    assert_eq!(entry("Moon", "Landed")[..2], ["\"Moon\"", "\"Landed\""]);
    let lookup = |error: &str| {
        let record = format!(
            r#"{{"id":{{"time":"2022-10-07T14:21:42Z","applicationName":"calendar"}},"events":[
            {{"type":"interop","name":"interop_freebusy_lookup_outbound_successful",
            "parameters":[{error}]}}]}}"#
        );
        let event = events(&Google, &record).remove(0);
        ["operation", "outcome"].map(|path| at(&event, path))
    };
    assert_eq!(lookup(""), ["\"read\"", "\"success\""]);
    let error = r#"{"name":"interop_error_code","value":"E1"}"#;
    assert_eq!(lookup(error), ["\"read\"", "\"failure\""]);
}

#[test]
fn calendly_system_needs_no_uri_and_id_stands_in_for_one() {
    let record = r#"{"id":"x1","occurred_at":"2022-10-07T14:21:42.1045491Z",
        "namespace":"C","action":"D","actor":{"type":"System","display_name":"Calendly System"},"details":{}}"#;
    let event = &events(&Calendly, record)[0];
    assert_eq!(at(event, "id"), "\"x1\"");
    assert_eq!(at(event, "actor"), r#"{"type":"system","display_name":"Calendly System"}"#);
    assert_eq!(at(event, "occurred_at"), "\"2022-10-07T14:21:42.104549Z\"");
    assert_eq!(at(event, "details/occurred_at_source"), "\"2022-10-07T14:21:42.1045491Z\"");
}

#[test]
fn pages_are_taken_apart_and_records_are_not() {
    let page = format!(r#"{{"kind":"k","items":[{GOOGLE},{GOOGLE}],"nextPageToken":"x"}}"#);
    assert_eq!(expand_page(&Google, value(&page)).unwrap().len(), 2);
    assert_eq!(expand_page(&Google, value("[1,{}]")).unwrap().len(), 2);
    assert!(expand_page(&Google, value(GOOGLE)).is_err());
    let event =
        r#"{"occurred_at":"2022-01-01T00:00:00Z","category":"a","activity":"b","items":[{}]}"#;
    assert!(expand_page(&Native, value(event)).is_err());
    assert!(expand_page(&Native, value(r#"{"items":[1]}"#)).is_err());
    let page = r#"{"collection":[],"pagination":{}}"#;
    assert_eq!(expand_page(&Calendly, value(page)).unwrap(), []);
}

#[test]
fn native_events_come_back_without_what_the_engine_set() {
    let text = r#"{"seq":7,"recorded_at":"2022-01-01T00:00:00Z",
        "occurred_at":"2022-01-01T00:00:00Z","category":"a","activity":"b"}"#;
    let short = Native.events_of_text(text.as_bytes()).unwrap();
    assert_eq!(short, Native.events(value(text)).unwrap());
    assert!(short[0].canonical().starts_with(b"{\"occurred_at\""));
    assert_eq!(Native.events_of_text(b"{}"), None);
}
