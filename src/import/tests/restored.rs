//! Records that are put together of events: taken in again, they are the same events.

use super::google_places::RESOURCES;
use super::{GOOGLE, at, value};
use crate::event::{Event, StoredEvent, Timestamp};
use crate::import::calendly::Calendly;
use crate::import::clockify::Clockify;
use crate::import::google::Google;
use crate::import::read::expand_page;
use crate::import::source::Source;
use crate::json::Value;

const EXAMPLE: &str = include_str!("../../../docs/examples/clockify.json");
const ENTRY: &str = r#"{"occurred_at":"2022-10-07T14:21:42.1045491Z","actor":{
"uri":"https://api.calendly.com/users/U001","type":"User",
"organization":{"uri":"https://api.calendly.com/organizations/ORG001","role":"owner"},
"group":{"uri":"https://api.calendly.com/groups/G1","name":"Development","role":"member"},
"display_name":"Sam Smith","alternative_identifier":"sam@x.example"},
"details":{"name":"test token","nested":{"list":[1,null,"x"]}},
"organization":"https://api.calendly.com/organizations/ORG001",
"fully_qualified_name":"API.Token_Created","namespace":"API","action":"Token_Created",
"uri":"https://api.calendly.com/activity_log_entries/E2"}"#;

/// The events of a record as if they had been appended natively.
fn native(source: &dyn Source, record: Value) -> Vec<Event> {
    let events = source.events(record).unwrap().into_iter().map(|event| {
        let mut value = event.to_value();
        value.remove("raw");
        Event::from_value(value).unwrap()
    });
    events.collect()
}

/// Events without what is made of the text of a record.
fn plain(events: &[Event]) -> Vec<Value> {
    let plain = events.iter().map(|event| {
        let mut value = event.to_value();
        for key in ["id", "correlation_id"] {
            value.remove(key);
        }
        value
    });
    plain.collect()
}

fn stored(event: &Event) -> StoredEvent {
    StoredEvent { seq: 7, recorded_at: Timestamp(0), event: event.clone() }
}

#[test]
fn activities_of_google_are_put_together_of_their_events() {
    let drive = format!(
        r#"{{"id":{{"time":"2026-05-04T13:05:00Z","applicationName":"drive"}}{RESOURCES},
        "actor":{{"callerType":"APPLICATION","groupNames":["g"],"orgUnitPath":"/X","odd":1,
          "applicationInfo":{{"applicationName":"R","oauthClientId":"5","impersonation":true}}}},
        "ipAddress":"192.0.2.1:443","networkInfo":{{"ipAsn":[64500],"regionCode":"DE"}},
        "events":[{{"type":"a","name":"b","resourceIds":["r-2"],
          "status":{{"eventStatus":"FAILED","errorCode":"E7"}}}},{{"type":"a","name":"c"}}]}}"#
    );
    let calendar = |name: &str, parameters: &str| {
        format!(
            r#"{{"id":{{"time":"2026-05-04T13:05:00.5Z","uniqueQualifier":"1",
            "applicationName":"calendar"}},"actor":{{"callerType":"KEY","key":"SYSTEM"}},
            "events":[{{"type":"event_change","name":"{name}","parameters":[{parameters}]}}]}}"#
        )
    };
    let interop = r#"{"name":"interop_error_code","value":"E1"},
        {"name":"requested_period_start","intValue":"1777939200"},
        {"name":"requested_period_end","intValue":"1777935600"}"#;
    let messages = r#"{"name":"m","multiMessageValue":[
        {"parameter":[{"name":"a","intValue":"1"}]},{"parameter":[{"name":"a","boolValue":true}]}]}"#;
    for record in [
        GOOGLE.to_owned(),
        drive,
        calendar("change_event", interop),
        calendar("create_event", messages),
    ] {
        let events = native(&Google, value(&record));
        let activity = Google.activity(&events);
        let again = native(&Google, activity.clone());
        assert_eq!(plain(&again), plain(&events), "{}", activity.to_json());
        assert_eq!(Google.activity(&events), activity);
        assert_eq!(at(&activity, "kind"), "\"admin#reports#activity\"");
    }
}

#[test]
fn fields_that_no_import_made_become_parameters() {
    let event = Event::from_json(
        br#"{"occurred_at":"2026-05-04T15:05:00+02:00","category":"event_change",
        "activity":"change_event_title","data_source":"calendar","tenant":"C1",
        "actor":{"type":"system"},"context":{"ip":"2001:db8::1","user_agent":"UA"},
        "targets":[{"type":"event","id":"e","name":"New","relation":"primary"},
          {"type":"user","email":"g@x.example","relation":"guest"},
          {"type":"user","email":"h@x.example","relation":"guest"}],
        "changes":[{"field":"event_title","before":"Old","after":"New","before_state":"known"}],
        "attributes":{"event_start_time":"2022-03-13T00:00:00Z","recurring":true,"colour":"red"}}"#,
    );
    let activity = Google.activity(&[event.unwrap()]);
    for (path, expected) in [
        ("id/time", "\"2026-05-04T13:05:00Z\""),
        ("id/customerId", "\"C1\""),
        ("actor", r#"{"callerType":"KEY","key":"SYSTEM"}"#),
        ("ipAddress", "\"2001:db8::1\""),
        ("resourceDetails", ""),
    ] {
        assert_eq!(at(&activity, path), expected, "{path}");
    }
    let parameters = activity["events"][0]["parameters"].as_list().unwrap();
    for parameter in [
        r#"{"name":"event_id","value":"e"}"#,
        r#"{"name":"event_title","value":"New"}"#,
        r#"{"name":"old_event_title","value":"Old"}"#,
        r#"{"name":"event_guest","multiValue":["g@x.example","h@x.example"]}"#,
        r#"{"name":"start_time","intValue":"63782726400"}"#,
        r#"{"name":"recurring","value":"yes"}"#,
        r#"{"name":"user_agent","value":"UA"}"#,
        r#"{"name":"colour","value":"red"}"#,
    ] {
        assert!(parameters.contains(&value(parameter)), "{parameter}: {parameters:?}");
    }
    assert_eq!(parameters.len(), 8);
    assert!(at(&activity, "id/uniqueQualifier").trim_matches('"').parse::<i64>().is_ok());
}

#[test]
fn entries_of_calendly_are_put_together_of_their_events() {
    let base = "https://api.calendly.com";
    let organization = "https://api.calendly.com/organizations/ORG001";
    let system = ENTRY.replace("\"uri\":\"https://api.calendly.com/users/U001\",", "");
    for record in [ENTRY, &system] {
        let record = value(record);
        let [event] = &native(&Calendly, record.clone())[..] else { panic!("one event") };
        let sorted =
            |value: Value| -> serde_json::Value { serde_json::from_str(&value.to_json()).unwrap() };
        let entry = Calendly.entry(&stored(event), base, organization);
        assert_eq!(sorted(entry.clone()), sorted(record.clone()));
        let texts = Calendly.sort_texts(event, base);
        let received = Calendly.events(record).unwrap();
        assert_eq!(texts, Calendly.sort_texts(&received[0], base));
    }
}

#[test]
fn every_code_of_calendly_has_a_spelling_that_leads_back_to_it() {
    let profile = crate::profile::Profile::built_in("calendly").unwrap();
    assert_eq!(profile.activities().len(), 108);
    for activity in profile.activities() {
        let (namespace, action) = Calendly.spelling(&activity.category, &activity.code);
        let is_name = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        assert!(is_name(&namespace) && is_name(&action), "{namespace}.{action}");
        let found = profile.resolve(Some(&namespace), &action);
        let found = found.unwrap_or_else(|| panic!("{namespace}.{action}"));
        assert_eq!(found.activity.action(), activity.action(), "{namespace}.{action}");
    }
    let spelled = |category, activity| {
        let (namespace, action) = Calendly.spelling(category, activity);
        format!("{namespace}.{action}")
    };
    assert_eq!(spelled("api", "token_created"), "API.Token_Created");
    assert_eq!(
        spelled("compliance", "data_deletion_requested"),
        "Compliance.Data_Deletion_Request"
    );
    assert_eq!(spelled("user_management", "invitation_sent"), "User_Management.Invite_Sent");
    assert_eq!(spelled("event_type", "one_on_one_created"), "Event_Type.One-on-One_Created");
    assert_eq!(spelled("mine", "own_1"), "mine.own_1");
}

#[test]
fn entries_of_clockify_are_put_together_of_their_events() {
    for record in expand_page(&Clockify, value(EXAMPLE)).unwrap() {
        let events = native(&Clockify, record.clone());
        let entry = Clockify.entry(&events[0]);
        for key in ["action", "timestamp", "userId", "userName", "workspaceId"] {
            assert_eq!(at(&entry, key), at(&record, key), "{key}");
        }
        let again = native(&Clockify, entry.clone());
        assert_eq!(plain(&again), plain(&events), "{}", entry.to_json());
    }
}
