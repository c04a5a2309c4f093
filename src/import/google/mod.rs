//! `google`: activities of the Admin SDK Reports API, as Google Workspace lists and exports them.
//!
//! One activity holds one or more inner events; each becomes an event, and all of them belong into
//! one batch. The activity itself stands in `raw` of the first.

mod fields;
mod parameters;
mod resources;
mod restore;
mod values;

use crate::event::Event;
use crate::import::record::addresses::{address_in, keep_original};
use crate::import::record::members::{
    MemberList, put_codes, put_free, put_list, put_object, put_text, take, take_list, take_object,
    take_text,
};
use crate::import::record::source_time::occurred_at;
use crate::import::source::Source;
use crate::json::Value;
use crate::{Error, Result};
use fields::add_known_fields;
use parameters::read_parameters;
use resources::{take_network, targets};
use values::{flag, put_known, text_of, texts_of};

/// Activities of Google Workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Google;

/// What all events of one activity have in common.
struct Activity {
    time: Value,
    correlation_id: String,
    application: String,
    tenant: Option<String>,
    actor: MemberList,
    /// Address and network.
    context: MemberList,
    /// The address as it came, where something was split off.
    address: Option<String>,
    resources: Vec<Value>,
    /// Members of the activity that have no field of their own.
    rest: MemberList,
}

impl Source for Google {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        let raw = record.clone();
        let Value::Object(mut members) = record else {
            return Err(Error::invalid("record", "is not a JSON object"));
        };
        let inner = match take(&mut members, "events") {
            Some(Value::List(inner)) if !inner.is_empty() => inner,
            _ => return Err(Error::invalid("events", "the activity has no inner events")),
        };
        let activity = Activity::read(members)?;
        let mut raw = Some(raw);
        let events = inner.into_iter().enumerate();
        events.map(|(index, inner)| activity.event(index, inner, raw.take())).collect()
    }

    fn format(&self) -> Option<&'static str> {
        Some("google")
    }

    fn is_record(&self, value: &Value) -> bool {
        matches!(value.get("id"), Some(Value::Object(_))) && value.get("events").is_some()
    }
}

impl Activity {
    fn read(mut members: MemberList) -> Result<Activity> {
        let mut id = take_object(&mut members, "id")
            .ok_or_else(|| Error::invalid("id", "is missing or not an object"))?;
        let time = take_text(&mut id, "time")
            .ok_or_else(|| Error::invalid("id.time", "is missing or not a text"))?;
        let application = take_text(&mut id, "applicationName")
            .ok_or_else(|| Error::invalid("id.applicationName", "is missing or not a text"))?;
        let qualifier = qualifier_of(take(&mut id, "uniqueQualifier"));
        let tenant = take_text(&mut id, "customerId");
        let actor = read_actor(take_object(&mut members, "actor").unwrap_or_default());
        let mut context = MemberList::new();
        let ip = take_text(&mut members, "ipAddress");
        let split = ip.as_deref().and_then(address_in);
        let address = split.as_ref().and(ip.clone());
        put_text(&mut context, "ip", split.or(ip));
        put_object(&mut context, "asn", take_network(&mut members));
        let resources = take_list(&mut members, "resourceDetails").unwrap_or_default();
        // Neither describes the activity, and the `raw` of the first event has both.
        members.retain(|(key, _)| key != "kind" && key != "etag");
        put_object(&mut members, "id", id);
        Ok(Activity {
            correlation_id: correlation_id(&time, &qualifier, &application),
            time: Value::String(time),
            application,
            tenant,
            actor,
            context,
            address,
            resources,
            rest: members,
        })
    }

    fn event(&self, index: usize, inner: Value, raw: Option<Value>) -> Result<Event> {
        let field = || format!("events[{index}]");
        let Value::Object(mut inner) = inner else {
            return Err(Error::invalid(field(), "is not an object"));
        };
        let category = take_text(&mut inner, "type");
        let activity = take_text(&mut inner, "name");
        let missing = |name: &str| Error::invalid(format!("{}.{name}", field()), "is missing");
        let category = category.ok_or_else(|| missing("type"))?;
        let activity = activity.ok_or_else(|| missing("name"))?;
        let mut details = read_parameters(&mut inner);
        let mut event = MemberList::new();
        put_text(&mut event, "id", Some(format!("{}/{index}", self.correlation_id)));
        put_text(&mut event, "correlation_id", Some(self.correlation_id.clone()));
        put_text(&mut event, "tenant", self.tenant.clone());
        put_text(&mut event, "data_source", Some(self.application.clone()));
        put_text(&mut event, "category", Some(category));
        put_text(&mut event, "activity", Some(activity));
        put_object(&mut event, "actor", actor_with(self.actor.clone(), &details));
        let ids = inner.iter().find(|(key, _)| key == "resourceIds").map(|(_, ids)| ids);
        let resources = targets(&self.resources, ids);
        let context = self.context.clone();
        add_known_fields(&mut event, &self.application, context, resources, &details);
        put_status(&mut event, &inner);
        if self.application == "calendar" {
            put_codes(&mut event, "google");
        }
        for (key, value) in self.rest.iter().cloned().chain(inner) {
            put_free(&mut details, &key, value);
        }
        if let Some(original) = &self.address {
            keep_original(&mut details, original.clone());
        }
        let time = occurred_at(self.time.clone(), &mut details)?;
        event.push(("occurred_at".to_owned(), time));
        put_object(&mut event, "details", details);
        event.extend(raw.map(|raw| ("raw".to_owned(), raw)));
        Event::from_value(Value::Object(event))
    }
}

/// The qualifier of an activity, an int64 that is sent as text.
fn qualifier_of(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) => number.as_str().to_owned(),
        _ => String::new(),
    }
}

/// What the events of an activity have in common, and no others but by accident.
fn correlation_id(time: &str, qualifier: &str, application: &str) -> String {
    format!("{time}/{qualifier}/{application}")
}

/// The actor; what has no field of its own stays beside the fields under its own name.
fn read_actor(mut source: MemberList) -> MemberList {
    let mut actor = MemberList::new();
    let email = take_text(&mut source, "email");
    let id = take_text(&mut source, "profileId");
    let is_system_key = source
        .iter()
        .any(|(key, value)| key == "key" && *value == Value::String("SYSTEM".to_owned()));
    let caller = take_text(&mut source, "callerType");
    let kind = match caller.as_deref() {
        Some("USER") => Some("user"),
        Some("KEY") if is_system_key => Some("system"),
        Some("KEY") => Some("service"),
        Some("APPLICATION") => Some("app"),
        None if email.is_some() || id.is_some() => Some("user"),
        _ => None,
    };
    put_text(&mut actor, "type", kind.map(str::to_owned));
    put_text(&mut actor, "id", id);
    put_text(&mut actor, "email", email);
    let groups = take_list(&mut source, "groupNames").unwrap_or_default();
    put_list(&mut actor, "groups", groups);
    let unit = ["orgUnit", "orgUnitPath"].iter().find_map(|key| take_text(&mut source, key));
    put_text(&mut actor, "org_unit", unit);
    if let Some(app) = take_object(&mut source, "applicationInfo") {
        put_object(&mut actor, "app", read_application(app));
    }
    if kind != Some("user") {
        put_text(&mut actor, "callerType", caller);
    }
    for (key, value) in source {
        put_free(&mut actor, &key, value);
    }
    actor
}

/// The actor with the group and the organizational unit that some parameters name.
fn actor_with(mut actor: MemberList, parameters: &MemberList) -> MemberList {
    let has = |actor: &MemberList, key: &str| actor.iter().any(|(name, _)| name == key);
    let groups = texts_of(parameters, "actor_group_name").into_iter().map(Value::String);
    if !has(&actor, "groups") {
        put_list(&mut actor, "groups", groups.collect());
    }
    if !has(&actor, "org_unit") {
        put_text(&mut actor, "org_unit", text_of(parameters, "actor_org_unit"));
    }
    actor
}

/// What the status of an inner event says about its outcome.
fn put_status(event: &mut MemberList, inner: &MemberList) {
    let Some((_, status)) = inner.iter().find(|(key, _)| key == "status") else {
        return;
    };
    let text = |key: &str| status.get(key).and_then(Value::as_str);
    let outcome = match text("eventStatus") {
        Some("SUCCEEDED" | "SUCCEEDED_WITH_WARNINGS") => "success",
        Some("FAILED") => "failure",
        _ => return,
    };
    put_known(event, "outcome", Some(Value::String(outcome.to_owned())));
    let error = text("errorCode").filter(|code| !code.is_empty());
    put_known(event, "error_code", error.map(|code| Value::String(code.to_owned())));
}

fn read_application(mut source: MemberList) -> MemberList {
    let mut app = MemberList::new();
    put_text(&mut app, "name", take_text(&mut source, "applicationName"));
    put_text(&mut app, "client_id", take_text(&mut source, "oauthClientId"));
    let impersonation = source.iter().position(|(key, _)| key == "impersonation");
    if let Some((place, flag)) = impersonation.and_then(|at| Some((at, flag(&source[at].1)?))) {
        source.remove(place);
        app.push(("impersonation".to_owned(), Value::Bool(flag)));
    }
    if let Some(odd) = take(&mut source, "impersonation") {
        put_free(&mut app, "impersonation_source", odd);
    }
    for (key, value) in source {
        put_free(&mut app, &key, value);
    }
    app
}
