//! Parameters of Google that have a field in the schema. They stay under `details` as well.

use crate::event::{Timestamp, format_instant};
use crate::import::record::members::{MemberList, put_list, put_object, put_text};
use crate::json::Value;

/// Seconds from 0001-01-01 to 1970-01-01: calendar times count from year 1.
const YEAR_ONE_SECONDS: i64 = 62_135_596_800;

/// A parameter that names something that the event was done to.
struct TargetRule {
    parameter: &'static str,
    kind: &'static str,
    /// The member of the target that takes the parameter.
    member: &'static str,
    relation: &'static str,
    /// A parameter that holds the name.
    name: Option<&'static str>,
}

const fn target(
    parameter: &'static str,
    kind: &'static str,
    member: &'static str,
    relation: &'static str,
    name: Option<&'static str>,
) -> TargetRule {
    TargetRule { parameter, kind, member, relation, name }
}

const TARGETS: [TargetRule; 12] = [
    target("event_id", "event", "id", "primary", Some("event_title")),
    target("calendar_id", "calendar", "id", "calendar", Some("calendar_title")),
    target("organizer_calendar_id", "calendar", "id", "organizer", None),
    target("subscriber_calendar_id", "calendar", "id", "subscriber", None),
    target("target_calendar_id", "calendar", "id", "resource", None),
    target("event_guest", "user", "email", "guest", None),
    target("grantee_email", "user", "email", "grantee", None),
    target("recipient_email", "user", "email", "guest", None),
    target("doc_id", "drive_item", "id", "primary", Some("doc_title")),
    target("target_user", "user", "email", "grantee", None),
    target("USER_EMAIL", "user", "email", "primary", None),
    target("GROUP_EMAIL", "group", "email", "primary", None),
];

/// Adds `targets`, `changes`, `context`, `attributes`, `outcome` and `error_code`, where known.
pub(super) fn add_known_fields(
    event: &mut MemberList,
    application: &str,
    ip: Option<&str>,
    parameters: &MemberList,
) {
    let text = |name: &str| text_of(parameters, name);
    put_list(event, "targets", targets(parameters));
    let mut context = MemberList::new();
    put_text(&mut context, "ip", ip.map(str::to_owned));
    put_text(&mut context, "user_agent", text("user_agent"));
    put_text(&mut context, "api_kind", text("api_kind"));
    put_object(event, "context", context);
    if application == "calendar" {
        put_list(event, "changes", calendar_changes(parameters));
        put_object(event, "attributes", calendar_attributes(parameters));
        let error = text("interop_error_code");
        put_text(event, "outcome", error.as_ref().map(|_| "failure".to_owned()));
        put_text(event, "error_code", error);
    }
}

fn targets(parameters: &MemberList) -> Vec<Value> {
    let mut targets = Vec::new();
    for rule in &TARGETS {
        let Some(value) = text_of(parameters, rule.parameter) else {
            continue;
        };
        let name = rule.name.and_then(|name| text_of(parameters, name));
        let mut members = MemberList::new();
        put_text(&mut members, "type", Some(rule.kind.to_owned()));
        put_text(&mut members, rule.member, Some(value));
        put_text(&mut members, "name", name);
        put_text(&mut members, "relation", Some(rule.relation.to_owned()));
        targets.push(Value::Object(members));
    }
    targets
}

fn calendar_changes(parameters: &MemberList) -> Vec<Value> {
    let mut changes = Vec::new();
    let mut add = |field: &str, before: Option<String>, after: Option<String>| {
        let Some(after) = after else { return };
        let state = if before.is_some() { "known" } else { "unknown" };
        let mut members = MemberList::new();
        put_text(&mut members, "field", Some(field.to_owned()));
        put_text(&mut members, "before", before);
        put_text(&mut members, "after", Some(after));
        put_text(&mut members, "before_state", Some(state.to_owned()));
        changes.push(Value::Object(members));
    };
    let old_title = text_of(parameters, "old_event_title");
    if old_title.is_some() {
        add("event_title", old_title, text_of(parameters, "event_title"));
    }
    add("access_level", None, text_of(parameters, "access_level"));
    add("guest_response_status", None, text_of(parameters, "event_response_status"));
    changes
}

fn calendar_attributes(parameters: &MemberList) -> MemberList {
    let mut attributes = MemberList::new();
    for name in ["recurring", "client_side_encrypted"] {
        let value = match text_of(parameters, name).as_deref() {
            Some("yes") => true,
            Some("no") => false,
            _ => continue,
        };
        attributes.push((name.to_owned(), Value::Bool(value)));
    }
    for (parameter, attribute) in
        [("start_time", "event_start_time"), ("end_time", "event_end_time")]
    {
        put_text(&mut attributes, attribute, instant_of(parameters, parameter));
    }
    attributes
}

/// A time in seconds since year 1, as RFC 3339; `None` when it is outside the years of an event.
fn instant_of(parameters: &MemberList, name: &str) -> Option<String> {
    let (_, value) = parameters.iter().find(|(key, _)| key == name)?;
    let Value::Number(number) = value else {
        return None;
    };
    let seconds: i64 = number.as_str().parse().ok()?;
    let years_to_9999 = 0..315_537_897_600;
    years_to_9999
        .contains(&seconds)
        .then(|| format_instant(Timestamp((seconds - YEAR_ONE_SECONDS) * 1_000_000), 0))
}

fn text_of(parameters: &MemberList, name: &str) -> Option<String> {
    match parameters.iter().find(|(key, _)| key == name)? {
        (_, Value::String(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}
