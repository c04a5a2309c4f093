//! The way back: the entry that an event came from, or would have come from.

use super::{Clockify, FOR_OTHER, SYSTEM, entry_id};
use crate::event::{Event, format_instant};
use crate::import::record::members::{
    MemberList, put_free, put_object, put_text, take, take_list, take_object, take_text,
};
use crate::import::source::Source;
use crate::json::Value;
use crate::profile::{Activity, Profile};

/// How an item came about where nobody says it.
const ORIGIN_DEFAULT: &str = "manual";
/// Items that have an owner, who is the author unless another is named.
const OWNED: [&str; 2] = ["time_entries", "expenses"];
/// The members of an item that related things have, and their types.
const RELATED: [(&str, &str, &str); 3] = [
    ("project", "projectId", "projectName"),
    ("task", "taskId", "taskName"),
    ("client", "clientId", "clientName"),
];

impl Clockify {
    /// The entry of an event: as it was received, where the event has it in `raw`, else put
    /// together of the fields.
    ///
    /// What is put together has the state of the item that targets, attributes, details and changes
    /// tell, as texts of JSON; a state that nothing is known of is `"null"`.
    pub fn entry(&self, event: &Event) -> Value {
        received(event).unwrap_or_else(|| put_together(event))
    }
}

/// The entry in `raw`, if it is the one that the event came from.
fn received(event: &Event) -> Option<Value> {
    let raw = event.raw().filter(|raw| Clockify.is_record(raw))?;
    let Value::Object(members) = &raw else {
        return None;
    };
    (event.text("id")? == entry_id(members)).then_some(raw)
}

fn put_together(event: &Event) -> Value {
    let mut fields = match event.to_value() {
        Value::Object(fields) => fields,
        _ => MemberList::new(),
    };
    let mut actor = take_object(&mut fields, "actor").unwrap_or_default();
    let is_system = take_text(&mut actor, "type").is_some_and(|kind| kind == "system");
    let author = take_text(&mut actor, "id").or_else(|| is_system.then(|| SYSTEM.to_owned()));
    let mut details = take_object(&mut fields, "details").unwrap_or_default();
    let time = take_text(&mut details, "occurred_at_source");
    let time = time.unwrap_or_else(|| format_instant(event.occurred_at(), 0));
    put_object(&mut fields, "details", details);
    let mut item = ItemState::read(&mut fields, author.as_deref());
    item.name_workspace(event);
    let action = action_of(event, item.has_other_owner);
    let operation = event.text("operation");
    let verb = action.split('_').next().unwrap_or_default().to_ascii_lowercase();
    let verb = operation.unwrap_or(verb);
    let (content, previous) = item.states(&verb);
    let text = |value: Option<String>| value.map_or(Value::Null, Value::String);
    Value::object([
        ("action", Value::String(action)),
        ("content", Value::String(content)),
        ("previousContent", Value::String(previous)),
        ("timestamp", Value::String(time)),
        ("userEmail", text(take_text(&mut actor, "email"))),
        ("userId", text(author)),
        ("userName", text(take_text(&mut actor, "display_name"))),
        ("workspaceId", text(event.text("tenant"))),
    ])
}

/// The action as the interface spells it; the code of an activity that it has none for.
fn action_of(event: &Event, for_other: bool) -> String {
    let code = |field: &str| event.text(field).unwrap_or_default();
    let profile = Profile::built_in("clockify").ok();
    let activity =
        profile.as_ref().and_then(|profile| profile.activity(&code("category"), &code("activity")));
    let spelled = activity.and_then(|activity| spelling(activity, event, for_other));
    spelled.map_or_else(|| code("activity"), str::to_owned)
}

/// The spelling of an activity that tells how the event came about, and whose item it is.
fn spelling<'p>(activity: &'p Activity, event: &Event, for_other: bool) -> Option<&'p str> {
    let origin = event.text("origin");
    let is_spelled =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let spellings = || activity.aliases.iter().filter(|alias| is_spelled(&alias.spelling));
    let of_origin =
        |origin: &str| spellings().find(|alias| alias.origin.as_deref() == Some(origin));
    let of_owner = || {
        spellings().find(|alias| {
            alias.origin.is_none() && alias.spelling.ends_with(FOR_OTHER) == for_other
        })
    };
    let told = origin.as_deref().filter(|origin| !for_other || *origin != ORIGIN_DEFAULT);
    let found = told.and_then(of_origin).or_else(of_owner);
    let found = found.or_else(|| of_origin(ORIGIN_DEFAULT)).or_else(|| spellings().next());
    found.map(|alias| alias.spelling.as_str())
}

/// The state of an item, and what of it has changed.
struct ItemState {
    members: MemberList,
    changes: Vec<Value>,
    /// It belongs to another than who acted.
    has_other_owner: bool,
}

impl ItemState {
    /// Puts the state together of targets, attributes and details.
    fn read(fields: &mut MemberList, author: Option<&str>) -> ItemState {
        let category = take_text(fields, "category").unwrap_or_default();
        let changes = take_list(fields, "changes").unwrap_or_default();
        let mut item = ItemState { members: MemberList::new(), changes, has_other_owner: false };
        for target in take_list(fields, "targets").unwrap_or_default() {
            item.add_target(target, author);
        }
        if !item.has("userId") && OWNED.contains(&category.as_str()) {
            let author = author.filter(|author| *author != SYSTEM);
            put_text(&mut item.members, "userId", author.map(str::to_owned));
        }
        item.add_attributes(take_object(fields, "attributes").unwrap_or_default());
        item.add_details(take_object(fields, "details").unwrap_or_default());
        item
    }

    fn has(&self, key: &str) -> bool {
        self.members.iter().any(|(name, _)| name == key)
    }

    fn add_target(&mut self, target: Value, author: Option<&str>) {
        let text = |key: &str| target.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = text("type").unwrap_or_default();
        let related = RELATED.iter().find(|(known, ..)| *known == kind);
        let (id, name) = match (text("relation").as_deref(), related) {
            (Some("owner"), _) => {
                self.has_other_owner |= text("id").is_none() || text("id").as_deref() != author;
                put_text(&mut self.members, "userEmail", text("email"));
                ("userId", "userName")
            }
            (Some("parent"), Some((_, id, name))) => (*id, *name),
            (Some("primary") | None, _) if !self.has("id") && !self.has("name") => ("id", "name"),
            _ => {
                put_free(&mut self.members, &kind, target.clone());
                return;
            }
        };
        put_text(&mut self.members, id, text("id"));
        put_text(&mut self.members, name, text("name"));
    }

    fn add_attributes(&mut self, mut attributes: MemberList) {
        let mut interval = MemberList::new();
        let ends = ["start", "end"].map(|key| (key, take_text(&mut attributes, key)));
        let seconds = take(&mut attributes, "duration_s");
        let duration = seconds.map(|seconds| format!("PT{}S", seconds.to_json()));
        if ends.iter().any(|(_, end)| end.is_some()) || duration.is_some() {
            for (key, end) in ends.into_iter().chain([("duration", duration)]) {
                interval.push((key.to_owned(), end.map_or(Value::Null, Value::String)));
            }
        }
        put_object(&mut self.members, "timeInterval", interval);
        for (field, key) in [("billing_rate", "hourlyRate"), ("cost_rate", "costRate")] {
            if let Some(rate) = take(&mut attributes, field) {
                self.members.push((key.to_owned(), rate));
            }
        }
        for (key, value) in attributes {
            put_free(&mut self.members, &key, value);
        }
    }

    fn add_details(&mut self, mut details: MemberList) {
        put_text(&mut self.members, "kioskName", take_text(&mut details, "kiosk"));
        let kind = take_text(&mut details, "type").map(|kind| kind.to_uppercase());
        put_text(&mut self.members, "type", kind);
        for (key, value) in details {
            put_free(&mut self.members, &key, value);
        }
    }

    fn name_workspace(&mut self, event: &Event) {
        if !self.members.is_empty() || !self.changes.is_empty() {
            put_text(&mut self.members, "workspaceId", event.text("tenant"));
        }
    }

    /// The texts of the state after what was done and before it.
    fn states(&self, verb: &str) -> (String, String) {
        let none = || Value::Null.to_json();
        if self.members.is_empty() {
            return (none(), none());
        }
        let is_known =
            |change: &Value| change.get("before_state").and_then(Value::as_str) != Some("unknown");
        match verb {
            "create" | "restore" => (self.state("after"), none()),
            "delete" => (none(), self.state("before")),
            _ if self.changes.iter().any(is_known) => (self.state("after"), self.state("before")),
            _ => (self.state("after"), none()),
        }
    }

    /// The state with the values that the changes have on one side.
    fn state(&self, side: &str) -> String {
        let mut members = self.members.clone();
        for change in &self.changes {
            let Some(field) = change.get("field").and_then(Value::as_str) else { continue };
            take(&mut members, field);
            if let Some(value) = change.get(side) {
                members.push((field.to_owned(), value.clone()));
            }
        }
        Value::Object(members).to_json()
    }
}
