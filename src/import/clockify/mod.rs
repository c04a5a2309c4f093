//! `clockify`: entries of `POST /v1/workspaces/{id}/audit-log`, one by one or as pages.
//!
//! An entry holds the state of an item after the action (`content`) and before it
//! (`previousContent`), both as the text of a JSON. What differs becomes `changes`; the state
//! itself is spread over the fields that an expanded entry of the product shows ([`state`]).

mod restore;
mod state;

use super::record::changes::{Before, changes};
use super::record::finished::finished;
use super::record::identity::hashed_id;
use super::record::members::{MemberList, put_list, put_object, put_text, take, take_text};
use super::source::Source;
use crate::event::Event;
use crate::json::Value;
use crate::profile::Profile;
use crate::{Error, Result};

/// The author of what the product does by itself.
const SYSTEM: &str = "SYSTEM";
/// The category of an action that the profile does not know.
const UNKNOWN_CATEGORY: &str = "unknown";
/// What an action by one user on an item of another ends with.
const FOR_OTHER: &str = "_FOR_OTHER";
/// Members of an item that say which one it is; they do not change.
const IDENTITY: [&str; 2] = ["id", "workspaceId"];

/// The audit log of Clockify.
///
/// The id of an event is made from what identifies the entry, so that the same entry imported
/// twice is a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clockify;

/// The state of an item, as a text of an entry gives it.
type State = Option<MemberList>;

impl Source for Clockify {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        let raw = record.clone();
        let Value::Object(mut members) = record else {
            return Err(Error::invalid("record", "is not a JSON object"));
        };
        let id = entry_id(&members);
        let action = take_text(&mut members, "action")
            .ok_or_else(|| Error::invalid("action", "is missing or not a text"))?;
        let time = take(&mut members, "timestamp")
            .ok_or_else(|| Error::invalid("timestamp", "is required and missing"))?;
        let after = take_state(&mut members, "content")?;
        let before = take_state(&mut members, "previousContent")?;
        let tenant = take_text(&mut members, "workspaceId");
        let author = take_text(&mut members, "userId");
        let mut event = MemberList::new();
        put_text(&mut event, "id", Some(id));
        put_text(&mut event, "data_source", Some("audit_log".to_owned()));
        let category = put_action(&mut event, &action);
        put_object(&mut event, "actor", read_actor(&mut members, author.as_deref()));
        let differences = differences(before.as_ref(), after.as_ref(), &action);
        let mut details = MemberList::new();
        // What an item was is all that is known of one that is gone.
        if let Some(item) = after.or(before) {
            let context = state::Context {
                category: &category,
                tenant: tenant.as_deref(),
                author: author.as_deref(),
                for_other: action.ends_with(FOR_OTHER),
            };
            let parts = state::read(item, &context);
            put_list(&mut event, "targets", parts.targets);
            put_object(&mut event, "attributes", parts.attributes);
            details = parts.details;
        }
        put_list(&mut event, "changes", differences);
        put_text(&mut event, "tenant", tenant);
        Ok(vec![finished(event, time, members, details, raw)?])
    }

    fn format(&self) -> Option<&'static str> {
        Some("clockify")
    }

    fn is_record(&self, value: &Value) -> bool {
        let has = |key| value.get(key).is_some();
        has("action") && ["timestamp", "workspaceId", "content"].into_iter().any(has)
    }
}

/// The digest of what identifies an entry: two entries of one instant differ in one of these.
fn entry_id(members: &MemberList) -> String {
    let keys = ["workspaceId", "action", "timestamp", "userId", "content", "previousContent"];
    let text = |key: &str| match members.iter().find(|(name, _)| name == key) {
        None | Some((_, Value::Null)) => String::new(),
        Some((_, Value::String(text))) => text.clone(),
        Some((_, value)) => value.to_json(),
    };
    let parts = keys.map(text);
    hashed_id(parts.iter().map(String::as_str))
}

/// Takes out a state of an item: a text of JSON, an object, or nothing, which is also `"null"`.
fn take_state(members: &mut MemberList, key: &str) -> Result<State> {
    let value = match take(members, key) {
        Some(Value::String(text)) if text.trim().is_empty() => Value::Null,
        Some(Value::String(text)) => Value::parse(text.as_bytes())
            .map_err(|error| Error::invalid(key, format!("is not the text of a JSON: {error}")))?,
        Some(value) => value,
        None => Value::Null,
    };
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => Ok(Some(members)),
        _ => Err(Error::invalid(key, "is not the text of a JSON object")),
    }
}

/// Puts the codes of an action and what they say; returns its category.
fn put_action(event: &mut MemberList, action: &str) -> String {
    let profile = Profile::built_in("clockify").ok();
    let found = profile.as_ref().and_then(|profile| profile.resolve(None, action));
    let Some(found) = found else {
        // A new action of the product keeps its name; its first word says what is done.
        let operation = match action.split('_').next() {
            Some("CREATE") => Some("create"),
            Some("UPDATE") => Some("update"),
            Some("DELETE") => Some("delete"),
            Some("RESTORE") => Some("restore"),
            _ => None,
        };
        put_text(event, "category", Some(UNKNOWN_CATEGORY.to_owned()));
        put_text(event, "activity", Some(action.to_owned()));
        put_text(event, "operation", operation.map(str::to_owned));
        return UNKNOWN_CATEGORY.to_owned();
    };
    let category = found.activity.category.clone();
    put_text(event, "category", Some(category.clone()));
    put_text(event, "activity", Some(found.activity.code.clone()));
    put_text(event, "operation", found.activity.operation.clone());
    put_text(event, "outcome", found.activity.outcome.clone());
    put_text(event, "origin", found.origin.map(str::to_owned));
    category
}

/// The author: a user, or the product itself.
fn read_actor(members: &mut MemberList, author: Option<&str>) -> MemberList {
    let mut actor = MemberList::new();
    let name = take_text(members, "userName");
    let is_system = match author {
        Some(id) => id.eq_ignore_ascii_case(SYSTEM),
        None => name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(SYSTEM)),
    };
    let email = take_text(members, "userEmail");
    if is_system {
        put_text(&mut actor, "type", Some("system".to_owned()));
        // The value by which its reports are asked for what it did itself.
        put_text(&mut actor, "id", Some(SYSTEM.to_owned()));
    } else if author.is_some() || email.is_some() || name.is_some() {
        put_text(&mut actor, "type", Some("user".to_owned()));
        put_text(&mut actor, "id", author.map(str::to_owned));
    }
    put_text(&mut actor, "email", email);
    put_text(&mut actor, "display_name", name);
    actor
}

/// What differs between the two states of an entry.
fn differences(
    before: Option<&MemberList>,
    after: Option<&MemberList>,
    action: &str,
) -> Vec<Value> {
    let verb = action.split('_').next().unwrap_or(action);
    let missing = match verb {
        "CREATE" | "RESTORE" => Before::Absent,
        _ => Before::Unknown,
    };
    match (before, after) {
        // Of a deletion only what was there: nothing to compare it with.
        (None, _) if verb == "DELETE" => Vec::new(),
        (before, Some(after)) => changes(before, after, missing, &IDENTITY),
        (Some(before), None) => changes(Some(before), &MemberList::new(), missing, &IDENTITY),
        (None, None) => Vec::new(),
    }
}
