//! `calenso`: entries of Calenso's audit logs.
//!
//! The product has no public interface for them. The form is ours (`docs/import.md`): a JSON of
//! what its page shows, for whoever reads that page by hand or by script.
//!
//! ```json
//! {"time": "2026-07-11T08:44:05+02:00", "source": "appointments", "type": "Update",
//!  "account": "praxis-nord", "worker": {"id": "w-3", "name": "Jörg Weiß"},
//!  "raw": {"original": {"id": "a-8123", "room": 2}, "changed": {"id": "a-8123", "room": 3}},
//!  "meta": {"ip_address": "203.0.113.7", "url": "/appointments/8123", "login_type": "password",
//!           "user_details": {"id": "w-3", "email": "weiss@praxis.example", "role": "employee"}}}
//! ```

use super::record::addresses::{address_in, keep_original};
use super::record::changes::{Before, changes};
use super::record::finished::finished;
use super::record::identity::hashed_id;
use super::record::members::{
    MemberList, put_codes, put_free, put_list, put_object, put_text, take_text,
};
use super::source::Source;
use crate::event::Event;
use crate::json::Value;
use crate::{Error, Result};

/// The audit logs of Calenso.
///
/// An entry without an `id` gets one made from its text, so that the same entry imported twice is a
/// duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calenso;

/// Spellings of the parts of an entry; the first is the one that `docs/import.md` shows.
const TIME: &[&str] = &["time", "date_and_time", "date_time", "timestamp", "occurred_at", "date"];
const WORKER: &[&str] = &["worker", "user", "employee", "resource"];
const ACCOUNT: &[&str] = &["account", "tenant"];
const ORIGINAL: &[&str] = &["original", "original_values", "original_value", "before", "old"];
const CHANGED: &[&str] = &["changed", "changed_values", "changed_value", "after", "new"];
const IP: &[&str] = &["ip_address", "ip"];
const URL: &[&str] = &["url"];
const LOGIN_TYPE: &[&str] = &["login_type", "auth_method"];
const USER_AGENT: &[&str] = &["user_agent"];
const USER_DETAILS: &[&str] = &["user_details", "user"];
/// Members of a person, and the fields of an actor that take them.
const PERSON: [(&[&str], &str); 4] = [
    (&["id"], "id"),
    (&["email", "e_mail"], "email"),
    (&["name", "display_name"], "display_name"),
    (&["role"], "role"),
];

impl Source for Calenso {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        let raw = record.clone();
        let Value::Object(mut members) = record else {
            return Err(Error::invalid("record", "is not a JSON object"));
        };
        let mut event = MemberList::new();
        let id = take_text(&mut members, "id").unwrap_or_else(|| hashed_id([&*raw.to_json()]));
        put_text(&mut event, "id", Some(id));
        put_text(&mut event, "tenant", take_named_text(&mut members, ACCOUNT));
        put_text(&mut event, "data_source", Some("audit_log".to_owned()));
        let source = required_text(&mut members, "source")?;
        let kind = required_text(&mut members, "type")?;
        put_text(&mut event, "category", Some(source));
        put_text(&mut event, "activity", Some(kind));
        put_codes(&mut event, "calenso");
        let time = take_named(&mut members, TIME)
            .ok_or_else(|| Error::invalid("time", "is required and missing"))?;
        let mut meta = take_part(&mut members, "meta")?;
        let mut details = MemberList::new();
        let states = States::take(&mut members, &mut details)?;
        let mut targets = states.target(&event);
        let worker = person(take_named(&mut members, WORKER));
        let user = person(take_named(&mut meta, USER_DETAILS));
        put_object(&mut event, "actor", actor(worker, user, &mut targets));
        put_list(&mut event, "targets", targets);
        let changes = states.changes(&event);
        put_list(&mut event, "changes", changes);
        put_object(&mut event, "context", context(&mut meta, &mut details));
        let rest = members.into_iter().chain(meta);
        Ok(vec![finished(event, time, rest, details, raw)?])
    }

    fn format(&self) -> Option<&'static str> {
        Some("calenso")
    }

    fn is_record(&self, value: &Value) -> bool {
        let has = |key| value.get(key).is_some();
        has("source") && has("type")
            || TIME.iter().any(|key| has(key)) && (has("raw") || has("meta"))
    }
}

/// What an entry shows under "Raw".
struct States {
    original: Option<MemberList>,
    changed: Option<MemberList>,
}

impl States {
    /// Takes the states out; further members of `raw` go into the details.
    fn take(members: &mut MemberList, details: &mut MemberList) -> Result<States> {
        let mut raw = take_part(members, "raw")?;
        let original = state(take_named(&mut raw, ORIGINAL), "raw.original")?;
        let changed = state(take_named(&mut raw, CHANGED), "raw.changed")?;
        details.append(&mut raw);
        Ok(States { original, changed })
    }

    /// What was acted on, by the id and the name that its state holds.
    fn target(&self, event: &MemberList) -> Vec<Value> {
        let Some(state) = self.changed.as_ref().or(self.original.as_ref()) else {
            return Vec::new();
        };
        let text = |keys: &[&str]| keys.iter().find_map(|key| scalar_text(state, key));
        let (id, name) = (text(&["id"]), text(&["name", "title"]));
        if id.is_none() && name.is_none() {
            return Vec::new();
        }
        let category = field(event, "category");
        let mut target = MemberList::new();
        let kind = category.strip_suffix('s').unwrap_or(category);
        put_text(&mut target, "type", Some(kind.to_owned()));
        put_text(&mut target, "id", id);
        put_text(&mut target, "name", name);
        put_text(&mut target, "relation", Some("primary".to_owned()));
        vec![Value::Object(target)]
    }

    /// What differs; without original values it is new where the type says so, and unknown else.
    fn changes(&self, event: &MemberList) -> Vec<Value> {
        let operation = field(event, "operation");
        let missing = match operation {
            "create" | "restore" => Before::Absent,
            _ => Before::Unknown,
        };
        match (&self.original, &self.changed) {
            (None, _) if operation == "delete" => Vec::new(),
            (None, None) => Vec::new(),
            (original, Some(changed)) => changes(original.as_ref(), changed, missing, &["id"]),
            (original, None) => changes(original.as_ref(), &MemberList::new(), missing, &["id"]),
        }
    }
}

/// The acting user: the user details of "Meta", with what the column of the worker adds. A worker
/// who is somebody else is the one whose item it was.
fn actor(worker: MemberList, user: MemberList, targets: &mut Vec<Value>) -> MemberList {
    let is_other = ["id", "email"].iter().any(|key| {
        let (worker, user) = (scalar_text(&worker, key), scalar_text(&user, key));
        worker.is_some() && user.is_some() && worker != user
    });
    let mut actor = vec![("type".to_owned(), Value::String("worker".to_owned()))];
    if worker.is_empty() && user.is_empty() {
        return MemberList::new();
    }
    actor.extend(user);
    if is_other {
        let mut target = MemberList::new();
        put_text(&mut target, "type", Some("worker".to_owned()));
        put_text(&mut target, "id", scalar_text(&worker, "id"));
        put_text(&mut target, "name", scalar_text(&worker, "display_name"));
        put_text(&mut target, "relation", Some("owner".to_owned()));
        put_text(&mut target, "email", scalar_text(&worker, "email"));
        targets.push(Value::Object(target));
        return actor;
    }
    for (key, value) in worker {
        if actor.iter().all(|(name, _)| *name != key) {
            actor.push((key, value));
        }
    }
    actor
}

/// A person as an actor has it; a text is a name, or an address.
fn person(value: Option<Value>) -> MemberList {
    let mut found = MemberList::new();
    match value {
        Some(Value::Object(mut members)) => {
            for (spellings, name) in PERSON {
                put_text(&mut found, name, take_named_text(&mut members, spellings));
            }
            for (key, value) in members {
                put_free(&mut found, &key, value);
            }
        }
        Some(Value::String(text)) if text.contains('@') && !text.contains(' ') => {
            put_text(&mut found, "email", Some(text));
        }
        Some(Value::String(text)) if !text.is_empty() => {
            put_text(&mut found, "display_name", Some(text));
        }
        Some(Value::Number(number)) => put_text(&mut found, "id", Some(number.as_str().to_owned())),
        _ => {}
    }
    found
}

fn context(meta: &mut MemberList, details: &mut MemberList) -> MemberList {
    let mut context = MemberList::new();
    if let Some(ip) = take_named_text(meta, IP) {
        let split = address_in(&ip);
        if split.is_some() {
            keep_original(details, ip.clone());
        }
        put_text(&mut context, "ip", Some(split.unwrap_or(ip)));
    }
    put_text(&mut context, "user_agent", take_named_text(meta, USER_AGENT));
    put_text(&mut context, "url", take_named_text(meta, URL));
    put_text(&mut context, "auth_method", take_named_text(meta, LOGIN_TYPE));
    context
}

/// Takes out a part that is an object, or the text of one.
fn take_part(members: &mut MemberList, key: &str) -> Result<MemberList> {
    Ok(state(take_named(members, &[key]), key)?.unwrap_or_default())
}

fn state(value: Option<Value>, field: &str) -> Result<Option<MemberList>> {
    let value = match value {
        Some(Value::String(text)) => Value::parse(text.as_bytes())
            .map_err(|error| Error::invalid(field, format!("is no JSON: {error}")))?,
        Some(value) => value,
        None => Value::Null,
    };
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => Ok(Some(members)),
        _ => Err(Error::invalid(field, "is not an object")),
    }
}

/// Takes out the first member that has one of these names, however it is spelled: `IP address` is
/// `ip_address`.
fn take_named(members: &mut MemberList, names: &[&str]) -> Option<Value> {
    let place = names.iter().find_map(|name| {
        members.iter().position(|(key, value)| spelling(key) == *name && !value.is_null())
    })?;
    Some(members.remove(place).1)
}

/// As [`take_named`], for texts and numbers only.
fn take_named_text(members: &mut MemberList, names: &[&str]) -> Option<String> {
    let place = names.iter().find_map(|name| {
        members.iter().position(|(key, value)| spelling(key) == *name && is_scalar_text(value))
    })?;
    text_of(&members.remove(place).1)
}

fn required_text(members: &mut MemberList, name: &str) -> Result<String> {
    take_named_text(members, &[name])
        .ok_or_else(|| Error::invalid(name, "is missing or not a text"))
}

fn spelling(key: &str) -> String {
    key.trim().to_lowercase().replace([' ', '-'], "_")
}

fn scalar_text(members: &MemberList, key: &str) -> Option<String> {
    text_of(&members.iter().find(|(name, _)| name == key)?.1)
}

fn is_scalar_text(value: &Value) -> bool {
    text_of(value).is_some()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}

fn field<'e>(event: &'e MemberList, name: &str) -> &'e str {
    let found = event.iter().find(|(key, _)| key == name);
    found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
}
