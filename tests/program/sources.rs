//! The products' own logs through `import`: where things go, hints, and the way out and in again.

use crate::support::Desk;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn example(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    fs::read(folder.join(name)).expect("an example of the documentation")
}

/// A folder with an example, imported into the store `s`; the summary of the import.
fn imported(name: &str, options: &str) -> (Desk, Value) {
    let desk = Desk::new();
    desk.write(name, example(name));
    let out = desk.ok(&format!("import --store s {options} {name}"));
    (desk, serde_json::from_str(&out).expect("a summary"))
}

fn counts(summary: &Value) -> [u64; 4] {
    ["read", "appended", "duplicates", "rejected"].map(|key| summary[key].as_u64().unwrap_or(0))
}

/// Imported again, everything is a duplicate; exported and imported elsewhere, it is the same.
fn check_the_way_out_and_in(desk: &Desk, name: &str, options: &str) {
    let again = desk.ok(&format!("import --store s {options} {name}"));
    let again: Value = serde_json::from_str(&again).expect("a summary");
    let [_, appended, duplicates, _] = counts(&again);
    assert_eq!(appended, 0, "{again}");
    let out = "--with-raw --format ndjson -o";
    desk.ok(&format!("export --store s {out} first.ndjson"));
    desk.ok("import --store t first.ndjson");
    desk.ok(&format!("export --store t {out} second.ndjson"));
    let events = |name: &str| -> Vec<Value> {
        let text = desk.read(name);
        let events = text.lines().map(|line| serde_json::from_str(line).expect("an event"));
        let mut events: Vec<Value> = events.map(without_the_engine).collect();
        events.sort_by_key(Value::to_string);
        events
    };
    let (first, second) = (events("first.ndjson"), events("second.ndjson"));
    assert_eq!(first.len() as u64, duplicates);
    assert_eq!(first, second);
}

fn without_the_engine(mut event: Value) -> Value {
    let members = event.as_object_mut().expect("an event is an object");
    for name in ["seq", "recorded_at"] {
        members.remove(name);
    }
    event
}

#[test]
fn the_log_of_clockify_is_found_by_its_fields() {
    let (desk, summary) = imported("clockify.json", "--from clockify");
    assert_eq!(counts(&summary), [5, 5, 0, 0]);
    for (query, count) in [
        ("category=time_entries", 2),
        ("actor.type=system", 1),
        ("origin=kiosk", 1),
        ("targets[relation=owner]", 2),
        ("targets[type=client]", 1),
        ("details.description:startseite", 1),
        ("details.kiosk:west", 1),
        ("details.type=break", 1),
        ("attributes.duration_s>=12300", 1),
        ("attributes.billable=true", 3),
        ("attributes.billing_rate.amount=95", 1),
        ("attributes.invoiced=false", 1),
        ("changes.field=projectId", 3),
        ("changes.before_state=unknown", 1),
    ] {
        assert_eq!(desk.ids(&format!("search --store s {query}")).len(), count, "{query}");
    }
    check_the_way_out_and_in(&desk, "clockify.json", "--from clockify");
}

#[test]
fn the_logs_of_calenso_are_found_by_line_raw_and_meta() {
    let (desk, summary) = imported("calenso.json", "--from calenso");
    assert_eq!(counts(&summary), [4, 4, 0, 0]);
    for (query, count) in [
        ("category=forms", 1),
        ("operation=auth", 1),
        ("actor.type=worker", 4),
        ("context.ip=203.0.113.0/24", 3),
        ("context.url:appointments", 1),
        ("context.auth_method=sso", 1),
        ("actor.role=employee", 2),
        ("changes.field=start", 1),
    ] {
        assert_eq!(desk.ids(&format!("search --store s {query}")).len(), count, "{query}");
    }
    check_the_way_out_and_in(&desk, "calenso.json", "--from calenso");
}

#[test]
fn the_download_of_calendly_goes_out_and_in() {
    let (desk, summary) = imported("calendly.csv", "--from calendly");
    assert_eq!(counts(&summary), [4, 4, 0, 0]);
    assert_eq!(desk.ids("search --store s activity=invitation_sent").len(), 1);
    check_the_way_out_and_in(&desk, "calendly.csv", "--from calendly");
    let ran = desk.run("import --store z --from calendly --tz Europe/Berlin calendly.csv");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let times = desk.ok("search --store z --format csv --columns occurred_at --order oldest");
    assert!(times.contains("2026-03-20T07:15:30"), "{times}");
    let ran = desk.run("import --store z --from google --tz Europe/Berlin calendly.csv");
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn a_table_goes_in_by_its_map_and_bad_rows_are_kept_with_their_line() {
    let desk = Desk::new();
    desk.write("doors.toml", example("doors.toml"));
    let mut table = example("doors.csv");
    table.extend("04.05.2026 09:15;B-1;Bo;Labor 2;gesprengt\n05.05.2026;B-1\n".as_bytes());
    table.extend(b"04.05.2026 09:15;B-1;B\xf6;Labor 2;abgelehnt\n");
    desk.write("doors.csv", &table);
    let line = "import --store s --from csv --map doors.toml --rejects r.ndjson doors.csv";
    let ran = desk.run(line);
    let summary: Value = serde_json::from_str(&ran.out).expect("a summary");
    assert_eq!((ran.code, counts(&summary)), (7, [6, 3, 0, 3]), "{}", ran.err);
    let rejects = desk.read("r.ndjson");
    let rejects: Vec<Value> =
        rejects.lines().map(|line| serde_json::from_str(line).expect("a reject")).collect();
    let lines: Vec<&Value> = rejects.iter().map(|reject| &reject["line"]).collect();
    assert_eq!(lines, [&json!(5), &json!(6), &json!(7)]);
    let error = |at: usize| rejects[at]["error"].as_str().expect("an error");
    assert!(
        error(0).starts_with("values.activity: `gesprengt` is not in the table"),
        "{}",
        error(0)
    );
    assert!(error(1).contains("2 cells"), "{}", error(1));
    assert!(error(2).contains("cell 3 is not UTF-8"), "{}", error(2));
    assert_eq!(rejects[1]["text"], "05.05.2026;B-1");
    assert!(rejects[2]["base64"].is_string(), "every byte is kept");
    assert_eq!(desk.ids("search --store s outcome=failure").len(), 1);
    let ran = desk.run("import --store s --from csv doors.csv");
    assert!(ran.code == 2 && ran.err.contains("needs --map"), "{}", ran.err);
    desk.write("doors.toml", "[fields]\nid = { hash = [] }\n");
    let ran = desk.run(line);
    assert!(ran.code == 2 && ran.err.contains("fields.id.hash"), "{}", ran.err);
}

#[test]
fn a_page_of_a_known_source_gets_the_hint_how_to_import_it() {
    let desk = Desk::new();
    let google = r#"{"items":[{"id":{"time":"2026-01-01T00:00:00Z","applicationName":"calendar"},"events":[{"type":"a","name":"b"}]}]}"#;
    let calendly = r#"{"collection":[{"occurred_at":"2026-01-01T00:00:00Z","namespace":"Login","action":"Failed"}],"pagination":{}}"#;
    for (text, hint) in [
        (example("clockify.json"), "--from clockify"),
        (example("calenso.json"), "--from calenso"),
        (example("calendly.csv"), "--from calendly"),
        (example("doors.csv"), "--from csv"),
        (google.into(), "--from google"),
        (calendly.into(), "--from calendly"),
    ] {
        let ran = desk.run_with(&["import", "--store", "s", "-"], &text);
        assert_eq!(ran.code, 7, "{hint}: {}", ran.err);
        assert!(ran.err.contains(hint), "{hint}: {}", ran.err);
    }
    // A format that is named is not taken for another one.
    let ran = desk
        .run_with(&["import", "--store", "s", "--from", "clockify", "-"], &example("calenso.json"));
    assert!(ran.err.contains("--from calenso"), "{}", ran.err);
}

/// A parameter or member of a calendar activity, and the query by the attribute's path that finds
/// it; GOO-A01 to GOO-A35 (features.md).
const CALENDAR: [(&str, &str, &str); 32] = [
    ("A01", r#"p:{"name":"access_level","value":"editor"}"#, "details.access_level=editor"),
    ("A02", r#"m:"actor":{"email":"ada@x.example"}"#, "actor.email:ada*"),
    (
        "A03",
        r#"m:"actor":{"applicationInfo":{"applicationName":"Roomfinder","oauthClientId":"55","impersonation":true}}"#,
        "actor.app.impersonation=true",
    ),
    ("A04", r#"p:{"name":"actor_group_name","multiValue":["g1","g2"]}"#, "actor.groups=g2"),
    ("A05", r#"p:{"name":"actor_org_unit","value":"/Sales/EMEA"}"#, "actor.org_unit:sales"),
    ("A06", r#"p:{"name":"api_kind","value":"caldav"}"#, "context.api_kind=caldav"),
    (
        "A07",
        r#"p:{"name":"appointment_schedule_title","value":"Sprechstunde"}"#,
        "details.appointment_schedule_title:sprech*",
    ),
    (
        "A08",
        r#"p:{"name":"calendar_id","value":"user@example.com"}"#,
        "details.calendar_id=user@example.com",
    ),
    (
        "A09",
        r#"p:{"name":"client_side_encrypted","value":"no"}"#,
        "attributes.client_side_encrypted=false",
    ),
    (
        "A12",
        r#"p:{"name":"end_time","intValue":"63913708800"}"#,
        "attributes.event_end_time>=2026-05-01",
    ),
    ("A13", r#"p:{"name":"event_id","value":"_60q"}"#, "details.event_id=_60q"),
    (
        "A14",
        r#"p:{"name":"start_time","intValue":"63913708800"}"#,
        "attributes.event_start_time>=2026-05-01",
    ),
    ("A15", r#"p:{"name":"event_title","value":"Zürich Kick-off"}"#, "details.event_title:zurich"),
    (
        "A16",
        r#"p:{"name":"event_type","value":"outOfOffice"}"#,
        "attributes.event_type=outOfOffice",
    ),
    (
        "A17",
        r#"p:{"name":"event_response_status","value":"declined"}"#,
        "details.event_response_status=declined",
    ),
    ("A18", r#"p:{"name":"interop_error_code","value":"EWS_TIMEOUT"}"#, "error_code=EWS_TIMEOUT"),
    ("A19", r#"m:"ipAddress":"2001:db8::1""#, "context.ip=2001:db8::/32"),
    (
        "A20",
        r#"m:"networkInfo":{"ipAsn":[64500],"regionCode":"DE","subdivisionCode":"BE"}"#,
        "context.asn.region=DE",
    ),
    ("A21", r#"p:{"name":"new_value","value":"Raum 4"}"#, "changes.after:raum"),
    (
        "A22",
        r#"p:{"name":"notification_message_id","value":"m-1"}"#,
        "attributes.notification_id=m-1",
    ),
    (
        "A23",
        r#"p:{"name":"notification_method","value":"default"}"#,
        "attributes.notification_method=default",
    ),
    (
        "A24",
        r#"p:{"name":"notification_type","value":"brand_new"}"#,
        "attributes.notification_type=brand_new",
    ),
    ("A25", r#"p:{"name":"old_event_title","value":"Vorher"}"#, "details.old_event_title:vorher"),
    (
        "A26",
        r#"p:{"name":"organizer_calendar_id","value":"boss@x.example"}"#,
        "details.organizer_calendar_id=boss@x.example",
    ),
    (
        "A27",
        r#"p:{"name":"recurrence_rule","value":"RRULE:FREQ=WEEKLY"}"#,
        "attributes.recurrence_rule:weekly",
    ),
    ("A28", r#"p:{"name":"recurring","value":"yes"}"#, "attributes.recurring=true"),
    (
        "A29",
        r#"p:{"name":"remote_ews_url","value":"https://mail.example/EWS"}"#,
        "attributes.remote_exchange_url:ews",
    ),
    (
        "A30",
        r#"p:{"name":"requested_period_end","intValue":"1777939200"}"#,
        "attributes.requested_window_end>=2026-05-01",
    ),
    (
        "A31",
        r#"p:{"name":"requested_period_start","intValue":"1777939200"}"#,
        "attributes.requested_window_start>=2026-05-01",
    ),
    (
        "A32",
        r#"m:"resourceDetails":[{"id":"d-0","title":"One"},{"id":"d-1","title":"Plan","type":"RULE"}]"#,
        "targets.name:plan",
    ),
    (
        "A33",
        r#"p:{"name":"subscriber_calendar_id","value":"sub@x.example"}"#,
        "details.subscriber_calendar_id=sub@x.example",
    ),
    (
        "A35",
        r#"p:{"name":"user_agent","value":"Microsoft Exchange Server 2013"}"#,
        "context.user_agent:exchange",
    ),
];

#[test]
fn each_attribute_of_google_calendar_is_found_by_its_path() {
    let desk = Desk::new();
    let activity = |name: &str, what: &str| {
        let (members, parameters) = match what.split_at(2) {
            ("m:", members) => (format!(",{members}"), ""),
            (_, parameter) => (String::new(), parameter),
        };
        format!(
            r#"{{"id":{{"time":"2020-05-04T13:05:00Z","uniqueQualifier":"{name}","applicationName":"calendar"}}{members},"events":[{{"type":"event_change","name":"change_event","parameters":[{parameters}]}}]}}"#
        )
    };
    let mut lines: Vec<String> =
        CALENDAR.iter().map(|(name, what, _)| activity(name, what)).collect();
    let guest = r#"p:{"name":"event_guest","value":"guest@x.example"}"#;
    lines.push(activity("A34", guest));
    desk.write("calendar.ndjson", lines.join("\n"));
    desk.ok("import --store s --from google calendar.ndjson");
    let of_target = ("A34", "", "targets.email=guest@x.example");
    for (name, _, query) in CALENDAR.into_iter().chain([of_target]) {
        let found = desk.ids(&format!("search --store s {query}"));
        assert_eq!(found, [format!("2020-05-04T13:05:00Z/{name}/calendar/0")], "{query}");
    }
    // A10 and A11 are fields that every event has.
    assert_eq!(desk.ids("search --store s activity=change_event --limit 0").len(), lines.len());
    assert_eq!(desk.ids("search --store s time<2021-01-01 --limit 0").len(), lines.len());
}
