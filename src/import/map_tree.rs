//! An event under construction: values are put at paths, in any order.

use super::map_path::Step;
use crate::json::Value;
use std::collections::BTreeMap;

/// A value that is being built; lists may have holes until [`Tree::into_value`].
#[derive(Debug)]
pub(super) enum Tree {
    Leaf(Value),
    Object(Vec<(String, Tree)>),
    List(BTreeMap<usize, Tree>),
}

impl Tree {
    /// An object without members.
    pub(super) fn new() -> Tree {
        Tree::Object(Vec::new())
    }

    /// Puts `value` at the end of `steps`, making the objects and lists on the way.
    ///
    /// The paths of a map do not overlap, which is checked when it is read; so nothing is replaced.
    pub(super) fn put(&mut self, steps: &[Step], value: Value) {
        let Some((first, rest)) = steps.split_first() else {
            *self = Tree::Leaf(value);
            return;
        };
        match first {
            Step::Key(key) => self.member(key).put(rest, value),
            Step::Index(index) => self.element(*index).put(rest, value),
        }
    }

    fn member(&mut self, key: &str) -> &mut Tree {
        if !matches!(self, Tree::Object(_)) {
            *self = Tree::new();
        }
        let Tree::Object(members) = self else {
            unreachable!("it was made an object just now");
        };
        let place = match members.iter().position(|(name, _)| name == key) {
            Some(place) => place,
            None => {
                members.push((key.to_owned(), Tree::new()));
                members.len() - 1
            }
        };
        &mut members[place].1
    }

    fn element(&mut self, index: usize) -> &mut Tree {
        if !matches!(self, Tree::List(_)) {
            *self = Tree::List(BTreeMap::new());
        }
        let Tree::List(elements) = self else {
            unreachable!("it was made a list just now");
        };
        elements.entry(index).or_insert_with(Tree::new)
    }

    /// The value; list elements close up where an index was left out.
    pub(super) fn into_value(self) -> Value {
        match self {
            Tree::Leaf(value) => value,
            Tree::Object(members) => {
                let members = members.into_iter().map(|(key, tree)| (key, tree.into_value()));
                Value::Object(members.collect())
            }
            Tree::List(elements) => {
                Value::List(elements.into_values().map(Tree::into_value).collect())
            }
        }
    }
}
