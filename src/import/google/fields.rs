//! Parameters of Google that have a field in the schema. They stay under `details` as well.

use super::values::{instant_of, put_known, text_of, texts_of, yes_or_no};
use crate::event::value_instant;
use crate::import::record::members::{MemberList, put_list, put_object, put_text};
use crate::json::Value;

/// Seconds from 0001-01-01 to 1970-01-01: calendar times count from year 1.
const YEAR_ONE_SECONDS: i64 = 62_135_596_800;
/// The application whose parameters are those of the calendar.
const CALENDAR: &str = "calendar";

/// A parameter that names something that the event was done to.
pub(super) struct TargetRule {
    pub(super) parameter: &'static str,
    pub(super) kind: &'static str,
    /// The member of the target that takes the parameter.
    pub(super) member: &'static str,
    pub(super) relation: &'static str,
    /// A parameter that holds the name.
    pub(super) name: Option<&'static str>,
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

pub(super) const TARGETS: [TargetRule; 13] = [
    target("event_id", "event", "id", "primary", Some("event_title")),
    target("appointment_schedule_title", "appointment_schedule", "name", "primary", None),
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

/// A new value that a calendar event tells: its activity, the parameter of the value and the one of
/// the value before, if there is such a one.
pub(super) struct ChangeRule {
    /// The only activity of which it is a change; any where there is none.
    pub(super) activity: Option<&'static str>,
    pub(super) field: &'static str,
    pub(super) after: &'static str,
    pub(super) before: Option<&'static str>,
}

const fn change(
    activity: Option<&'static str>,
    field: &'static str,
    after: &'static str,
    before: Option<&'static str>,
) -> ChangeRule {
    ChangeRule { activity, field, after, before }
}

pub(super) const CHANGES: [ChangeRule; 9] = [
    change(Some("change_event_title"), "event_title", "event_title", Some("old_event_title")),
    change(None, "access_level", "access_level", None),
    change(None, "guest_response_status", "event_response_status", None),
    change(Some("change_calendar_title"), "calendar_title", "calendar_title", None),
    change(
        Some("change_calendar_description"),
        "calendar_description",
        "calendar_description",
        None,
    ),
    change(Some("change_calendar_location"), "calendar_location", "calendar_location", None),
    change(Some("change_calendar_country"), "calendar_country", "calendar_country", None),
    change(Some("change_calendar_timezone"), "calendar_timezone", "calendar_timezone", None),
    change(None, "value", "new_value", Some("old_value")),
];

/// Attributes that are parameters under another name, or under their own.
pub(super) const TEXTS: [(&str, &str); 6] = [
    ("event_type", "event_type"),
    ("recurrence_rule", "recurrence_rule"),
    ("notification_message_id", "notification_id"),
    ("notification_method", "notification_method"),
    ("notification_type", "notification_type"),
    ("remote_ews_url", "remote_exchange_url"),
];
/// Attributes that are yes or no.
pub(super) const FLAGS: [(&str, &str); 3] = [
    ("recurring", "recurring"),
    ("is_recurring", "recurring"),
    ("client_side_encrypted", "client_side_encrypted"),
];
/// Attributes that are instants, and where their seconds count from.
pub(super) const INSTANTS: [(&str, &str, i64); 4] = [
    ("start_time", "event_start_time", YEAR_ONE_SECONDS),
    ("end_time", "event_end_time", YEAR_ONE_SECONDS),
    ("requested_period_start", "requested_window_start", 0),
    ("requested_period_end", "requested_window_end", 0),
];

/// Adds `targets`, `changes`, `context`, `attributes`, `outcome` and `error_code`, where known.
///
/// `context` holds what the activity says already, `resources` what it was done to besides.
pub(super) fn add_known_fields(
    event: &mut MemberList,
    application: &str,
    mut context: MemberList,
    resources: Vec<Value>,
    parameters: &MemberList,
) {
    let text = |name: &str| text_of(parameters, name);
    let mut targets = targets(parameters);
    targets.extend(resources);
    put_list(event, "targets", targets);
    put_text(&mut context, "user_agent", text("user_agent"));
    put_text(&mut context, "api_kind", text("api_kind"));
    put_object(event, "context", context);
    if application == CALENDAR {
        let changes = calendar_changes(event, parameters);
        put_list(event, "changes", changes);
        put_object(event, "attributes", calendar_attributes(parameters));
        let error = text("interop_error_code");
        put_text(event, "outcome", error.as_ref().map(|_| "failure".to_owned()));
        put_text(event, "error_code", error);
    }
}

fn targets(parameters: &MemberList) -> Vec<Value> {
    let mut targets = Vec::new();
    for rule in &TARGETS {
        for value in texts_of(parameters, rule.parameter) {
            let name = rule.name.and_then(|name| text_of(parameters, name));
            let mut members = MemberList::new();
            put_text(&mut members, "type", Some(rule.kind.to_owned()));
            put_text(&mut members, rule.member, Some(value));
            put_text(&mut members, "name", name);
            put_text(&mut members, "relation", Some(rule.relation.to_owned()));
            targets.push(Value::Object(members));
        }
    }
    targets
}

fn calendar_changes(event: &MemberList, parameters: &MemberList) -> Vec<Value> {
    let activity = event.iter().find(|(key, _)| key == "activity");
    let activity = activity.and_then(|(_, value)| value.as_str());
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
    for rule in &CHANGES {
        let before = rule.before.and_then(|before| text_of(parameters, before));
        // The value before says that it is a change, whatever the activity is called.
        if rule.activity.is_none_or(|wanted| Some(wanted) == activity) || before.is_some() {
            add(rule.field, before, text_of(parameters, rule.after));
        }
    }
    if activity == Some("change_event_start_time") {
        let start = instant_of(parameters, "start_time", YEAR_ONE_SECONDS);
        add("event_start_time", None, start);
    }
    changes
}

fn calendar_attributes(parameters: &MemberList) -> MemberList {
    let mut attributes = MemberList::new();
    for (parameter, attribute) in FLAGS {
        let flag = yes_or_no(parameters, parameter).map(Value::Bool);
        put_known(&mut attributes, attribute, flag);
    }
    for (parameter, attribute) in TEXTS {
        let text = text_of(parameters, parameter).map(Value::String);
        put_known(&mut attributes, attribute, text);
    }
    for (parameter, attribute, epoch) in INSTANTS {
        let instant = instant_of(parameters, parameter, epoch).map(Value::String);
        put_known(&mut attributes, attribute, instant);
    }
    // What the product names as its console does already is an attribute under that name.
    let named = TEXTS.iter().map(|(_, attribute)| *attribute);
    for attribute in named.chain(INSTANTS.iter().map(|(_, attribute, _)| *attribute)) {
        let text = text_of(parameters, attribute).map(Value::String);
        put_known(&mut attributes, attribute, text);
    }
    let instant = |name: &str| value_instant(&text_of(&attributes, name)?);
    let window = ["requested_window_start", "requested_window_end"].map(instant);
    if let [Some(start), Some(end)] = window
        && end < start
    {
        attributes.push(("requested_window_reversed".to_owned(), Value::Bool(true)));
    }
    attributes
}
