//! Where an event holds a parameter, so that what an activity shows can be asked for.

use crate::event::{Timestamp, format_instant};
use crate::import::google::Google;
use crate::import::google::fields::{CHANGES, FLAGS, INSTANTS, TARGETS, TEXTS};
use crate::import::google::values::{EVENT_SECONDS, MICROS_PER_SECOND};
use crate::query::{Field, Query};

impl Google {
    /// Events of which a parameter passes a test, wherever they hold it: among the details, where
    /// an import leaves all of them, or in the field that it becomes. `test` gets the field, and
    /// the value as it would stand there; `None` for what cannot be the name of one.
    pub fn with_parameter(
        &self,
        name: &str,
        value: &str,
        test: impl Fn(Field, &str) -> Query,
    ) -> Option<Query> {
        if name.is_empty() || name.contains(['"', '\\']) || name.contains(char::is_control) {
            return None;
        }
        let within = |object: &str| Query::field(&format!("{object}.\"{name}\""));
        let mut places = vec![test(within("details"), value), test(within("attributes"), value)];
        if ["user_agent", "api_kind"].contains(&name) {
            places.push(test(within("context"), value));
        }
        places.extend(in_objects(name, value, &test));
        for (_, attribute) in TEXTS.iter().filter(|(parameter, _)| *parameter == name) {
            places.push(test(Query::field(&format!("attributes.{attribute}")), value));
        }
        for (_, attribute) in FLAGS.iter().filter(|(parameter, _)| *parameter == name) {
            let word = match value {
                "yes" => "true",
                "no" => "false",
                other => other,
            };
            places.push(test(Query::field(&format!("attributes.{attribute}")), word));
        }
        for (_, attribute, epoch) in INSTANTS.iter().filter(|(known, ..)| *known == name) {
            if let Some(instant) = instant(value, *epoch) {
                places.push(test(Query::field(&format!("attributes.{attribute}")), &instant));
            }
        }
        places.into_iter().reduce(Query::or)
    }
}

/// Places among targets and changes.
fn in_objects(name: &str, value: &str, test: &impl Fn(Field, &str) -> Query) -> Vec<Query> {
    let mut places = Vec::new();
    for rule in &TARGETS {
        let members = [(rule.parameter, rule.member), (rule.name.unwrap_or_default(), "name")];
        for (_, member) in members.into_iter().filter(|(parameter, _)| *parameter == name) {
            let target = Query::member("type").equals(rule.kind);
            let target = target.and(Query::member("relation").equals(rule.relation));
            let target = target.and(test(Query::member(member), value));
            places.push(Query::field("targets").element(target));
        }
    }
    for rule in &CHANGES {
        let sides = [(rule.after, "after"), (rule.before.unwrap_or_default(), "before")];
        for (_, side) in sides.into_iter().filter(|(parameter, _)| *parameter == name) {
            let change = Query::member("field").equals(rule.field);
            let change = change.and(test(Query::member(side), value));
            places.push(Query::field("changes").element(change));
        }
    }
    places
}

/// The instant of a number of seconds since `epoch` seconds before 1970.
fn instant(value: &str, epoch: i64) -> Option<String> {
    let seconds = value.parse::<i64>().ok()?.checked_sub(epoch)?;
    let is_possible = EVENT_SECONDS.contains(&seconds);
    is_possible.then(|| format_instant(Timestamp(seconds * MICROS_PER_SECOND), 0))
}
