//! The way back: the entry that an event came from, or would have come from.

use super::Calendly;
use crate::event::{Event, StoredEvent, format_instant};
use crate::import::record::members::{
    MemberList, last_segment, put_free, put_object, put_text, take, take_list, take_object,
    take_text,
};
use crate::import::source::Source;
use crate::json::Value;
use crate::profile::{Activity, Profile};

/// Fields that the interface has no member for; they stand among the details.
const FURTHER: [&str; 9] = [
    "targets",
    "changes",
    "attributes",
    "context",
    "outcome",
    "error_code",
    "origin",
    "correlation_id",
    "caused_by",
];

impl Calendly {
    /// The entry of an event: as it was received, where the event has it in `raw`, else put
    /// together of the fields.
    ///
    /// Addresses that the event does not have are made below `base`, such as
    /// `https://log.example.com`; `organization` is the address of the one that is asked for.
    pub fn entry(&self, event: &StoredEvent, base: &str, organization: &str) -> Value {
        let mut entry = match received(&event.event) {
            Some(entry) => entry,
            None => put_together(&event.event, base, organization),
        };
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = format!("{}.{}", text("namespace"), text("action"));
        let id = event.event.text("id").unwrap_or_else(|| event.seq.to_string());
        let required = [
            ("organization", Value::from(organization)),
            ("fully_qualified_name", name.into()),
            ("details", Value::Object(MemberList::new())),
            ("uri", format!("{base}/activity_log_entries/{}", segment(&id)).into()),
        ];
        if let Value::Object(members) = &mut entry {
            for (key, value) in required {
                if members.iter().all(|(name, _)| name != key) {
                    members.push((key.to_owned(), value));
                }
            }
        }
        entry
    }

    /// What an entry is sorted by: its namespace, its action, the name and the address of its
    /// actor.
    pub fn sort_texts(&self, event: &Event, base: &str) -> [Option<String>; 4] {
        let entry = received(event).unwrap_or_else(|| named(event, base));
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let actor = entry.get("actor").unwrap_or(&Value::Null);
        [
            text(entry.get("namespace")),
            text(entry.get("action")),
            text(actor.get("display_name")),
            text(actor.get("uri")),
        ]
    }

    /// Namespace and action of codes, as the interface spells them; codes that no profile has stay
    /// as they are.
    pub fn spelling(&self, category: &str, activity: &str) -> (String, String) {
        let profile = Profile::built_in("calendly").ok();
        let listed = profile.as_ref().and_then(|profile| {
            let label = profile.category(category)?.labels.get("en")?;
            Some((spelled(label), profile.activity(category, activity)))
        });
        match listed {
            None => (category.to_owned(), activity.to_owned()),
            Some((namespace, None)) => (namespace, activity.to_owned()),
            Some((namespace, Some(known))) => {
                let action = action(known, &namespace);
                (namespace, action)
            }
        }
    }

    /// The id in an address of the interface: its last segment.
    pub fn id_of<'u>(&self, uri: &'u str) -> &'u str {
        last_segment(uri)
    }
}

/// The entry in `raw`, if it is the one that the event came from.
fn received(event: &Event) -> Option<Value> {
    let raw = event.raw().filter(|raw| Calendly.is_record(raw))?;
    let text = |key: &str| raw.get(key).and_then(Value::as_str);
    let id = text("uri").map(last_segment).or(text("id"));
    let is_own = id == event.text("id").as_deref()
        && text("organization").map(last_segment) == event.text("tenant").as_deref();
    let is_whole = text("namespace").is_some() && text("action").is_some();
    (is_own && is_whole).then_some(raw)
}

fn put_together(event: &Event, base: &str, organization: &str) -> Value {
    let mut fields = members_of(event);
    let mut details = take_object(&mut fields, "details").unwrap_or_default();
    let name = take_text(&mut details, "fully_qualified_name");
    let time = take_text(&mut details, "occurred_at_source");
    let time = time.unwrap_or_else(|| format_instant(event.occurred_at(), 0));
    for key in FURTHER {
        let value = take(&mut fields, key);
        if let Some(value) = value.filter(|value| value.as_str() != Some("success")) {
            put_free(&mut details, key, value);
        }
    }
    let mut entry = MemberList::new();
    put_text(&mut entry, "occurred_at", Some(time));
    if let Some(source) = take_object(&mut fields, "actor") {
        put_object(&mut entry, "actor", actor(source, base, Some(organization)));
    }
    entry.push(("details".to_owned(), Value::Object(details)));
    put_names(&mut entry, event, name);
    Value::Object(entry)
}

/// The members of an entry that it is sorted by.
fn named(event: &Event, base: &str) -> Value {
    let mut fields = members_of(event);
    let mut details = take_object(&mut fields, "details").unwrap_or_default();
    let mut entry = MemberList::new();
    if let Some(source) = take_object(&mut fields, "actor") {
        put_object(&mut entry, "actor", actor(source, base, None));
    }
    put_names(&mut entry, event, take_text(&mut details, "fully_qualified_name"));
    Value::Object(entry)
}

/// Puts namespace and action: as the source spelled them together, else in the spelling of the
/// codes.
fn put_names(entry: &mut MemberList, event: &Event, full: Option<String>) {
    let code = |field: &str| event.text(field).unwrap_or_default();
    let told = full.as_deref().and_then(|full| full.split_once('.'));
    let told = told.map(|(namespace, action)| (namespace.to_owned(), action.to_owned()));
    let (namespace, action) =
        told.unwrap_or_else(|| Calendly.spelling(&code("category"), &code("activity")));
    put_text(entry, "namespace", Some(namespace));
    put_text(entry, "action", Some(action));
}

/// The actor; what the interface has no member for stays under its own name.
fn actor(mut source: MemberList, base: &str, organization: Option<&str>) -> MemberList {
    let mut actor = MemberList::new();
    let kind = take_text(&mut source, "type").unwrap_or_default();
    let is_system = ["system", "service", "app"].contains(&kind.as_str());
    let spelled = if is_system { "System" } else { "User" };
    put_text(&mut actor, "type", Some(spelled.to_owned()));
    let id = take_text(&mut source, "id");
    let uri = id.map(|id| format!("{base}/users/{}", segment(&id)));
    put_text(&mut actor, "uri", take_text(&mut source, "uri").or(uri));
    let role = take_text(&mut source, "role");
    let given = take_object(&mut source, "organization");
    let of_user = || {
        let mut of_user = MemberList::new();
        put_text(&mut of_user, "uri", organization.map(str::to_owned));
        put_text(&mut of_user, "role", role);
        of_user
    };
    match given {
        Some(given) => put_object(&mut actor, "organization", given),
        None if is_system => {}
        None => put_object(&mut actor, "organization", of_user()),
    }
    let groups = take_list(&mut source, "groups").unwrap_or_default();
    let group = groups.into_iter().next().map(|name| vec![("name".to_owned(), name)]);
    let group = take_object(&mut source, "group").or(group);
    put_object(&mut actor, "group", group.unwrap_or_default());
    put_text(&mut actor, "display_name", take_text(&mut source, "display_name"));
    put_text(&mut actor, "alternative_identifier", take_text(&mut source, "email"));
    for (key, value) in source {
        put_free(&mut actor, &key, value);
    }
    actor
}

/// The action of an activity: a further spelling within the namespace, else that of its label.
fn action(activity: &Activity, namespace: &str) -> String {
    let is_name = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let within = activity.aliases.iter().find_map(|alias| {
        let (category, name) = alias.spelling.split_once('.')?;
        (category == namespace && is_name(name)).then(|| name.to_owned())
    });
    within
        .unwrap_or_else(|| activity.labels.get("en").map_or_else(|| activity.code.clone(), spelled))
}

/// A label as the interface spells it: `Data_Deletion_Completed`, `One-on-One_Created`.
fn spelled(label: &str) -> String {
    let words = label.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let words = words.filter(|word| !word.is_empty()).map(|word| {
        let parts = word.split('-').map(|part| match part {
            "on" => part.to_owned(),
            part => capital(part),
        });
        parts.collect::<Vec<_>>().join("-")
    });
    words.collect::<Vec<_>>().join("_")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// A text as one segment of an address.
fn segment(text: &str) -> String {
    let escaped = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}

fn members_of(event: &Event) -> MemberList {
    match event.to_value() {
        Value::Object(members) => members,
        _ => MemberList::new(),
    }
}
