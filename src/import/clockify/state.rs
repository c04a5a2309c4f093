//! The state of an item (time entry, project, task, client, tag or expense, in the public shape of
//! the interface) as targets, attributes and details of an event.

use crate::event::value_instant;
use crate::import::record::decimal::scaled;
use crate::import::record::members::{
    MemberList, put_free, put_object, put_text, take, take_object, take_text,
};
use crate::json::{Number, Value};

const MICROS_PER_SECOND: i64 = 1_000_000;
/// The category whose items have a start, an end and a duration.
const TIME_ENTRIES: &str = "time_entries";

/// What an entry of the log says around the state.
pub(super) struct Context<'a> {
    pub(super) category: &'a str,
    pub(super) tenant: Option<&'a str>,
    /// The id of who acted.
    pub(super) author: Option<&'a str>,
    /// The item is another user's, as the action says.
    pub(super) for_other: bool,
}

/// The state, spread over the fields of an event.
#[derive(Default)]
pub(super) struct StateParts {
    pub(super) targets: Vec<Value>,
    pub(super) attributes: MemberList,
    pub(super) details: MemberList,
}

/// Spreads a state; what has no field of its own stays in `details` under its own name.
pub(super) fn read(mut item: MemberList, context: &Context<'_>) -> StateParts {
    let mut parts = StateParts::default();
    drop_nulls(&mut item);
    let kind = item_kind(context.category);
    let id = take_text(&mut item, "id");
    let name = take_text(&mut item, "name");
    add_target(&mut parts.targets, kind, id, name, None, "primary");
    for related in ["project", "task", "client"] {
        add_related(&mut parts.targets, &mut item, related);
    }
    add_owner(&mut parts.targets, &mut item, context);
    if context.category == TIME_ENTRIES {
        add_times(&mut parts.attributes, &mut item);
    }
    add_flags(&mut parts.attributes, &mut item);
    for (key, field) in [("hourlyRate", "billing_rate"), ("costRate", "cost_rate")] {
        match take(&mut item, key) {
            Some(amount @ Value::Number(_)) => {
                let rate = vec![("amount".to_owned(), amount)];
                put_object(&mut parts.attributes, field, rate);
            }
            Some(rate) => parts.attributes.push((field.to_owned(), rate)),
            None => {}
        }
    }
    if item.iter().any(|(key, value)| key == "workspaceId" && value.as_str() == context.tenant) {
        take(&mut item, "workspaceId");
    }
    put_text(&mut parts.details, "description", take_text(&mut item, "description"));
    put_text(&mut parts.details, "kiosk", take_kiosk(&mut item));
    put_text(&mut parts.details, "type", take_text(&mut item, "type").map(|kind| lower(&kind)));
    for (key, value) in item {
        put_free(&mut parts.details, &key, value);
    }
    parts
}

/// `null` is how the interface says that there is none.
fn drop_nulls(item: &mut MemberList) {
    item.retain(|(_, value)| !value.is_null());
}

fn item_kind(category: &str) -> &str {
    match category {
        TIME_ENTRIES => "time_entry",
        "projects" => "project",
        "tasks" => "task",
        "clients" => "client",
        "tags" => "tag",
        "expenses" => "expense",
        _ => "item",
    }
}

fn add_target(
    targets: &mut Vec<Value>,
    kind: &str,
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    relation: &str,
) {
    if id.is_none() && name.is_none() && email.is_none() {
        return;
    }
    let mut target = MemberList::new();
    put_text(&mut target, "type", Some(kind.to_owned()));
    put_text(&mut target, "id", id);
    put_text(&mut target, "name", name);
    put_text(&mut target, "relation", Some(relation.to_owned()));
    put_text(&mut target, "email", email);
    targets.push(Value::Object(target));
}

/// A project, task or client that the item belongs to: `projectId`, `projectName`, or an object or
/// name under `project`, whose further members stay.
fn add_related(targets: &mut Vec<Value>, item: &mut MemberList, kind: &str) {
    let mut inner = take_object(item, kind).unwrap_or_default();
    drop_nulls(&mut inner);
    let id = take_text(item, &format!("{kind}Id"));
    let inner_id = take_text(&mut inner, "id");
    let name = take_text(item, &format!("{kind}Name"));
    let name = name.or_else(|| take_text(&mut inner, "name")).or_else(|| take_text(item, kind));
    if kind == "project" {
        for key in ["clientId", "clientName"] {
            let is_new = item.iter().all(|(name, _)| name != key);
            if let (true, Some(client)) = (is_new, take_text(&mut inner, key)) {
                put_text(item, key, Some(client));
            }
        }
    }
    add_target(targets, kind, id.or(inner_id), name, None, "parent");
    put_object(item, kind, inner);
}

/// Whose item it is, where that is not who acted.
fn add_owner(targets: &mut Vec<Value>, item: &mut MemberList, context: &Context<'_>) {
    let mut user = take_object(item, "user").unwrap_or_default();
    let id = take_text(item, "userId");
    let id = id.or_else(|| take_text(&mut user, "id"));
    let is_other = context.for_other || (id.is_some() && id.as_deref() != context.author);
    if is_other {
        let name = take_text(item, "userName").or_else(|| take_text(&mut user, "name"));
        let email = take_text(item, "userEmail").or_else(|| take_text(&mut user, "email"));
        add_target(targets, "user", id, name, email, "owner");
    }
    put_object(item, "user", user);
}

/// Start, end and duration of a time entry. A timer that runs has no end.
fn add_times(attributes: &mut MemberList, item: &mut MemberList) {
    let mut interval = take_object(item, "timeInterval").unwrap_or_default();
    drop_nulls(&mut interval);
    let mut take_time = |key: &str| take_text(&mut interval, key).or_else(|| take_text(item, key));
    let (start, end) = (take_time("start"), take_time("end"));
    let given = take_seconds(&mut interval).or_else(|| take_seconds(item));
    let instant = |text: &Option<String>| value_instant(text.as_deref()?);
    let between = || {
        let micros = instant(&end)?.micros().checked_sub(instant(&start)?.micros())?;
        Some(micros.div_euclid(MICROS_PER_SECOND))
    };
    if let Some(seconds) = given.or_else(between) {
        attributes.push(("duration_s".to_owned(), Value::Number(Number::from(seconds))));
    }
    put_text(attributes, "start", start);
    put_text(attributes, "end", end);
    put_object(item, "timeInterval", interval);
}

/// Takes out the duration, if it can be read.
fn take_seconds(members: &mut MemberList) -> Option<i64> {
    let (_, duration) = members.iter().find(|(key, _)| key == "duration")?;
    let seconds = whole_seconds(duration)?;
    take(members, "duration");
    Some(seconds)
}

/// A duration in whole seconds: a number, or ISO 8601 as `PT3H25M`; what is below a second is cut.
fn whole_seconds(duration: &Value) -> Option<i64> {
    let text = match duration {
        Value::Number(number) => return number.as_i64(),
        Value::String(text) => text.strip_prefix('P')?,
        _ => return None,
    };
    let (days, time) = text.split_once('T').unwrap_or((text, ""));
    let mut total = 0_i64;
    let mut is_empty = true;
    for (part, units) in [(days, &[('D', 86_400)][..]), (time, &[('H', 3600), ('M', 60), ('S', 1)])]
    {
        let mut rest = part;
        for (unit, seconds) in units {
            let Some((count, behind)) = rest.split_once(*unit) else {
                continue;
            };
            let (micros, _) = scaled(count, 6)?;
            let seconds = micros.checked_mul(*seconds)?.div_euclid(MICROS_PER_SECOND);
            total = total.checked_add(seconds)?;
            (rest, is_empty) = (behind, false);
        }
        if !rest.is_empty() {
            return None;
        }
    }
    (!is_empty).then_some(total)
}

/// The yes and no of an item.
fn add_flags(attributes: &mut MemberList, item: &mut MemberList) {
    for flag in ["billable", "approved", "invoiced"] {
        let place = item.iter().position(|(key, value)| key == flag && value.as_bool().is_some());
        if let Some(place) = place {
            attributes.push(item.remove(place));
        }
    }
}

/// The kiosk by its name, else by its id.
fn take_kiosk(item: &mut MemberList) -> Option<String> {
    let mut inner = take_object(item, "kiosk").unwrap_or_default();
    let name = take_text(item, "kioskName").or_else(|| take_text(&mut inner, "name"));
    put_object(item, "kiosk", inner);
    match name.or_else(|| take_text(item, "kiosk")) {
        Some(name) => Some(name),
        None => take_text(item, "kioskId"),
    }
}

/// The types of the interface are in capitals, codes are not.
fn lower(kind: &str) -> String {
    kind.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::whole_seconds;
    use crate::json::Value;

    #[test]
    fn durations_become_whole_seconds() {
        let seconds = |text: &str| whole_seconds(&Value::String(text.to_owned()));
        for (text, expected) in [
            ("PT3H25M", Some(12_300)),
            ("PT8M30S", Some(510)),
            ("PT0S", Some(0)),
            ("P1DT1H", Some(90_000)),
            ("PT1.9S", Some(1)),
            ("PT30H", Some(108_000)),
            ("PT", None),
            ("P", None),
            ("3:25", None),
            ("PT5M3H", None),
            ("PTxS", None),
            ("PT99999999999999999H", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        assert_eq!(whole_seconds(&Value::Number(60_u64.into())), Some(60));
    }
}
