//! Parameters of an inner event, assembled from the fields of an event.

use crate::event::value_instant;
use crate::import::google::fields::{
    CHANGES, ChangeRule, FLAGS, INSTANTS, TARGETS, TEXTS, TargetRule,
};
use crate::import::google::values::MICROS_PER_SECOND;
use crate::import::record::members::{MemberList, put_list, put_text, take, take_text};
use crate::json::Value;

/// The parts of an event from which its parameters are made; `activity` only selects the rules of
/// changes.
pub(super) struct Inner {
    pub(super) activity: String,
    pub(super) targets: Vec<Value>,
    pub(super) changes: Vec<Value>,
    pub(super) attributes: MemberList,
    pub(super) context: MemberList,
    /// Parameters by name; they begin with the members of `details`.
    pub(super) parameters: MemberList,
}

/// Turns the fields into parameters, the reverse of how parameters become fields. A parameter that
/// is there is kept, and the field that would give it another value is dropped. Targets without a
/// rule stay in `targets`, for the resources. Changes without a rule go into a parameter `changes`,
/// but for those of the fields of [`INSTANTS`], which are dropped.
pub(super) fn add_known(inner: &mut Inner) {
    for key in ["user_agent", "api_kind"] {
        let text = take_text(&mut inner.context, key).map(Value::String);
        add(&mut inner.parameters, key, text);
    }
    add_targets(inner);
    add_changes(inner);
    add_attributes(inner);
}

/// Adds a parameter, unless there is one of this name.
fn add(parameters: &mut MemberList, name: &str, value: Option<Value>) {
    if let Some(value) = value
        && !has(parameters, name)
    {
        parameters.push((name.to_owned(), value));
    }
}

/// Whether a text is the value of a parameter, or one of its values.
fn holds(parameters: &MemberList, name: &str, text: Option<&str>) -> bool {
    let found = parameters.iter().find(|(key, _)| key == name);
    found.is_some_and(|(_, value)| match value {
        Value::List(values) => values.iter().any(|value| value.as_str() == text),
        value => value.as_str() == text,
    })
}

fn has(parameters: &MemberList, name: &str) -> bool {
    parameters.iter().any(|(key, _)| key == name)
}

fn add_targets(inner: &mut Inner) {
    let mut left = Vec::new();
    // Targets with the same parameter become one parameter with several values.
    let mut named: Vec<(&TargetRule, Vec<Value>)> = Vec::new();
    for target in std::mem::take(&mut inner.targets) {
        let text = |key: &str| target.get(key).and_then(Value::as_str);
        let rules = || {
            TARGETS.iter().filter(|rule| {
                text("type") == Some(rule.kind)
                    && text("relation") == Some(rule.relation)
                    && text(rule.member).is_some()
            })
        };
        let Some(rule) = rules().next() else {
            left.push(target);
            continue;
        };
        if let Some(parameter) = rule.name {
            add(&mut inner.parameters, parameter, text("name").map(Value::from));
        }
        // Several rules can match a target; if a parameter of one has this value, nothing is added.
        if rules().any(|rule| holds(&inner.parameters, rule.parameter, text(rule.member))) {
            continue;
        }
        let value: Vec<Value> = text(rule.member).map(Value::from).into_iter().collect();
        match named.iter_mut().find(|(known, _)| known.parameter == rule.parameter) {
            Some((_, values)) => values.extend(value),
            None => named.push((rule, value)),
        }
    }
    for (rule, mut values) in named {
        let value = if values.len() == 1 { values.pop() } else { Some(Value::List(values)) };
        add(&mut inner.parameters, rule.parameter, value);
    }
    inner.targets = left;
}

fn add_changes(inner: &mut Inner) {
    let mut left = Vec::new();
    for change in std::mem::take(&mut inner.changes) {
        let field = change.get("field").and_then(Value::as_str).unwrap_or_default();
        let is_meant = |rule: &&ChangeRule| {
            rule.field == field && rule.activity.is_none_or(|wanted| wanted == inner.activity)
        };
        let is_derived = INSTANTS.iter().any(|(_, attribute, _)| *attribute == field);
        let Some(rule) = CHANGES.iter().find(is_meant) else {
            if !is_derived {
                left.push(change);
            }
            continue;
        };
        let side = |key: &str| change.get(key).filter(|value| !value.is_null()).cloned();
        add(&mut inner.parameters, rule.after, side("after"));
        if let Some(before) = rule.before {
            add(&mut inner.parameters, before, side("before"));
        }
    }
    if !left.is_empty() {
        add(&mut inner.parameters, "changes", Some(Value::List(left)));
    }
}

fn add_attributes(inner: &mut Inner) {
    let attributes = &mut inner.attributes;
    for (parameter, attribute) in FLAGS {
        let mut spellings = FLAGS.iter().filter(|(_, same)| *same == attribute);
        let is_given = spellings.any(|(other, _)| has(&inner.parameters, other));
        let Some(flag) = take(attributes, attribute) else { continue };
        match flag.as_bool() {
            Some(_) if is_given => {}
            Some(flag) => {
                let word = if flag { "yes" } else { "no" };
                add(&mut inner.parameters, parameter, Some(word.into()));
            }
            None => attributes.push((attribute.to_owned(), flag)),
        }
    }
    for (parameter, attribute) in TEXTS {
        let text = take_text(attributes, attribute).map(Value::String);
        add(&mut inner.parameters, parameter, text);
    }
    for (parameter, attribute, epoch) in INSTANTS {
        let Some(text) = take_text(attributes, attribute) else { continue };
        match value_instant(&text) {
            Some(instant) => {
                let seconds = instant.micros().div_euclid(MICROS_PER_SECOND) + epoch;
                add(&mut inner.parameters, parameter, Some(seconds.into()));
            }
            None => add(&mut inner.parameters, attribute, Some(text.into())),
        }
    }
    // An import computes this flag from the two ends of the window.
    take(attributes, "requested_window_reversed");
    for (key, value) in std::mem::take(attributes) {
        add(&mut inner.parameters, &key, Some(value));
    }
}

/// Names and values as the list of parameters of the API; a number that is no integer becomes a
/// text, null a parameter without a value.
pub(super) fn parameters(members: MemberList) -> Vec<Value> {
    members.into_iter().map(|(name, value)| parameter(name, value)).collect()
}

fn parameter(name: String, value: Value) -> Value {
    let mut members = MemberList::new();
    put_text(&mut members, "name", Some(name));
    let (key, value) = match value {
        Value::Null => return Value::Object(members),
        Value::String(text) => ("value", Value::String(text)),
        Value::Bool(flag) => ("boolValue", Value::Bool(flag)),
        Value::Number(number) => match number.as_i64() {
            Some(_) => ("intValue", Value::String(number.as_str().to_owned())),
            None => ("value", Value::String(number.as_str().to_owned())),
        },
        Value::List(values) => several(values),
        Value::Object(inner) => ("messageValue", message(inner)),
    };
    members.push((key.to_owned(), value));
    Value::Object(members)
}

/// Several values: of one kind under the member of that kind, mixed ones as texts.
fn several(values: Vec<Value>) -> (&'static str, Value) {
    let is_integer = |value: &Value| value.as_number().is_some_and(|it| it.as_i64().is_some());
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_json(),
    };
    let key = match &values[..] {
        [] => "multiValue",
        all if all.iter().all(is_integer) => "multiIntValue",
        all if all.iter().all(|value| value.as_bool().is_some()) => {
            return ("multiBoolValue", Value::List(values));
        }
        all if all.iter().all(|value| value.as_object().is_some()) => {
            let messages = values.into_iter().map(|value| match value {
                Value::Object(inner) => message(inner),
                other => other,
            });
            return ("multiMessageValue", Value::List(messages.collect()));
        }
        _ => "multiValue",
    };
    (key, Value::List(values.into_iter().map(|value| Value::String(text(value))).collect()))
}

fn message(inner: MemberList) -> Value {
    let mut message = MemberList::new();
    put_list(&mut message, "parameter", parameters(inner));
    Value::Object(message)
}
