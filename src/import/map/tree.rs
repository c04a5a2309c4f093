//! An event under construction: values are put at paths, in any order.

use super::path::MapStep;
use crate::json::Value;
use std::collections::BTreeMap;

/// A value that is being built; lists may have holes until [`EventTree::into_value`].
#[derive(Debug)]
pub(super) enum EventTree {
    Leaf(Value),
    Object(Vec<(String, EventTree)>),
    List(BTreeMap<usize, EventTree>),
}

impl EventTree {
    /// An object without members.
    pub(super) fn new() -> EventTree {
        EventTree::Object(Vec::new())
    }

    /// Puts `value` at the end of `steps`, making the objects and lists on the way.
    ///
    /// The paths of a map do not overlap, which is checked when it is read; so nothing is replaced.
    pub(super) fn put(&mut self, steps: &[MapStep], value: Value) {
        let Some((first, rest)) = steps.split_first() else {
            *self = EventTree::Leaf(value);
            return;
        };
        match first {
            MapStep::Key(key) => self.member(key).put(rest, value),
            MapStep::Index(index) => self.element(*index).put(rest, value),
        }
    }

    fn member(&mut self, key: &str) -> &mut EventTree {
        if !matches!(self, EventTree::Object(_)) {
            *self = EventTree::new();
        }
        let EventTree::Object(members) = self else {
            unreachable!("it was made an object just now");
        };
        let place = match members.iter().position(|(name, _)| name == key) {
            Some(place) => place,
            None => {
                members.push((key.to_owned(), EventTree::new()));
                members.len() - 1
            }
        };
        &mut members[place].1
    }

    fn element(&mut self, index: usize) -> &mut EventTree {
        if !matches!(self, EventTree::List(_)) {
            *self = EventTree::List(BTreeMap::new());
        }
        let EventTree::List(elements) = self else {
            unreachable!("it was made a list just now");
        };
        elements.entry(index).or_insert_with(EventTree::new)
    }

    /// The value; list elements close up where an index was left out.
    pub(super) fn into_value(self) -> Value {
        match self {
            EventTree::Leaf(value) => value,
            EventTree::Object(members) => {
                let members = members.into_iter().map(|(key, tree)| (key, tree.into_value()));
                Value::Object(members.collect())
            }
            EventTree::List(elements) => {
                Value::List(elements.into_values().map(EventTree::into_value).collect())
            }
        }
    }
}
