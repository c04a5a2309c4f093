//! The way back: the activity that inner events came from, or would have come from.

mod actor;
mod parameters;
mod places;
mod resources;

use super::{Google, correlation_id, qualifier_of};
use crate::event::{Event, format_instant};
use crate::import::record::identity::hashed_id;
use crate::import::record::members::{
    MemberList, put_list, put_object, put_text, take, take_list, take_object, take_text,
};
use crate::import::source::Source;
use crate::json::Value;
use actor::actor;
use parameters::{Inner, add_known, parameters};
use resources::resource;

const KIND: &str = "admin#reports#activity";

impl Google {
    /// The activity of its inner events, in their order: as it was received, where the first of
    /// them has it in `raw`, else put together of the fields.
    ///
    /// What is put together and taken in again gives the same events, as far as the interface has
    /// places for their fields: what it has none for is a parameter under its own name. It has a
    /// `uniqueQualifier` and an `etag` of its own, always the same for the same events.
    pub fn activity(&self, events: &[Event]) -> Value {
        let Some(first) = events.first() else {
            return Value::Null;
        };
        received(first).unwrap_or_else(|| put_together(first, events))
    }
}

/// The activity in `raw`, if it is the one that the event came from.
fn received(first: &Event) -> Option<Value> {
    let raw = first.raw().filter(|raw| Google.is_record(raw))?;
    let id = raw.get("id")?;
    let text = |key: &str| id.get(key)?.as_str();
    let qualifier = qualifier_of(id.get("uniqueQualifier").cloned());
    let found = correlation_id(text("time")?, &qualifier, text("applicationName")?);
    (first.text("correlation_id")? == found).then_some(raw)
}

fn put_together(first: &Event, events: &[Event]) -> Value {
    let mut fields = members_of(first.to_value());
    let mut context = take_object(&mut fields, "context").unwrap_or_default();
    let mut details = take_object(&mut fields, "details").unwrap_or_default();
    let mut activity = MemberList::new();
    put_text(&mut activity, "kind", Some(KIND.to_owned()));
    put_object(&mut activity, "id", id(first, take_text(&mut details, "occurred_at_source")));
    let canonical = String::from_utf8_lossy(first.canonical());
    put_text(&mut activity, "etag", Some(format!("\"{}\"", hashed_id([&*canonical]))));
    let acting = take_object(&mut fields, "actor").unwrap_or_default();
    put_object(&mut activity, "actor", actor(acting));
    put_text(&mut activity, "ownerDomain", take_text(&mut details, "ownerDomain"));
    let address = take_text(&mut details, "ip_source");
    put_text(&mut activity, "ipAddress", address.or_else(|| take_text(&mut context, "ip")));
    put_object(&mut activity, "networkInfo", network(&mut context));
    let (inner, resources) = with_resources(events.iter().map(inner_event).collect());
    put_list(&mut activity, "events", inner);
    put_list(&mut activity, "resourceDetails", resources);
    Value::Object(activity)
}

/// Inner events, and the resources of all of them; one that does not have all names its own.
fn with_resources(inner: Vec<(MemberList, Vec<Value>)>) -> (Vec<Value>, Vec<Value>) {
    let mut resources: Vec<Value> = Vec::new();
    // The one that has most comes first: it may have all of them, in their order.
    let mut lists: Vec<&Vec<Value>> = inner.iter().map(|(_, own)| own).collect();
    lists.sort_by_key(|own| std::cmp::Reverse(own.len()));
    for resource in lists.into_iter().flatten() {
        if !resources.contains(resource) {
            resources.push(resource.clone());
        }
    }
    let named = inner.into_iter().map(|(mut members, own)| {
        if own.len() < resources.len() {
            let ids = own.iter().filter_map(|resource| resource.get("id").cloned()).collect();
            take(&mut members, "resourceIds");
            members.push(("resourceIds".to_owned(), Value::List(ids)));
        }
        Value::Object(members)
    });
    (named.collect(), resources)
}

fn id(event: &Event, time: Option<String>) -> MemberList {
    let application = event.text("data_source");
    let mut id = MemberList::new();
    let time = time.unwrap_or_else(|| format_instant(event.occurred_at(), 0));
    put_text(&mut id, "time", Some(time));
    put_text(&mut id, "uniqueQualifier", Some(unique_qualifier(event).to_string()));
    put_text(&mut id, "applicationName", application);
    put_text(&mut id, "customerId", event.text("tenant"));
    id
}

/// An int64 that tells events of one instant apart: of the id that an import gave, else a digest.
fn unique_qualifier(event: &Event) -> i64 {
    let imported = event.text("correlation_id");
    let imported = imported.as_deref().and_then(|id| id.split('/').nth_back(1)?.parse().ok());
    imported.unwrap_or_else(|| {
        let digest = hashed_id([&*String::from_utf8_lossy(event.canonical())]);
        // 16 of the hexadecimal digits are 64 bits, which may be negative.
        u64::from_str_radix(&digest[..16], 16).unwrap_or(0).cast_signed()
    })
}

fn network(context: &mut MemberList) -> MemberList {
    let mut asn = take_object(context, "asn").unwrap_or_default();
    let mut network = MemberList::new();
    let number = take(&mut asn, "number");
    put_list(&mut network, "ipAsn", number.into_iter().collect());
    put_text(&mut network, "subdivisionCode", take_text(&mut asn, "subdivision"));
    put_text(&mut network, "regionCode", take_text(&mut asn, "region"));
    network
}

/// One inner event, and what it was done to that no parameter names.
fn inner_event(event: &Event) -> (MemberList, Vec<Value>) {
    let mut fields = members_of(event.to_value());
    let mut details = take_object(&mut fields, "details").unwrap_or_default();
    // These are of the activity, not of the inner event.
    for key in ["ownerDomain", "ip_source", "occurred_at_source"] {
        take(&mut details, key);
    }
    let ids = take_list(&mut details, "resourceIds");
    let status = take_object(&mut details, "status").or_else(|| failure(event));
    let mut inner = Inner {
        activity: event.text("activity").unwrap_or_default(),
        targets: take_list(&mut fields, "targets").unwrap_or_default(),
        changes: take_list(&mut fields, "changes").unwrap_or_default(),
        attributes: take_object(&mut fields, "attributes").unwrap_or_default(),
        context: take_object(&mut fields, "context").unwrap_or_default(),
        parameters: details,
    };
    add_known(&mut inner);
    let mut members = MemberList::new();
    put_text(&mut members, "type", event.text("category"));
    put_text(&mut members, "name", event.text("activity"));
    put_list(&mut members, "parameters", parameters(inner.parameters));
    put_list(&mut members, "resourceIds", ids.unwrap_or_default());
    put_object(&mut members, "status", status.unwrap_or_default());
    (members, inner.targets.into_iter().map(resource).collect())
}

/// The status of an event that failed, unless a parameter has its error code.
fn failure(event: &Event) -> Option<MemberList> {
    let details = event.to_value().remove("details").unwrap_or(Value::Null);
    if event.text("outcome").as_deref() != Some("failure")
        || details.get("interop_error_code").is_some()
    {
        return None;
    }
    let mut status = MemberList::new();
    put_text(&mut status, "eventStatus", Some("FAILED".to_owned()));
    put_text(&mut status, "errorCode", event.text("error_code"));
    Some(status)
}

fn members_of(value: Value) -> MemberList {
    match value {
        Value::Object(members) => members,
        _ => MemberList::new(),
    }
}
