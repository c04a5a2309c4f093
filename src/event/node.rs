//! A JSON tree that borrows from its text or from a [`Value`]: what events are checked and written
//! from without copying their strings.

use std::borrow::Cow;
use std::collections::HashSet;

use super::number::Number;
use super::problem::{Checked, Problem};
use super::value::Value;

/// Objects with more members than this are searched for duplicate keys with a set.
const PAIRWISE_MEMBERS_MAX: usize = 16;

/// A JSON value whose strings and numbers are borrowed where possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number within the limits, as it was written.
    Number(&'a str),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// An object, in the order of its text. Keys are unique.
    Object(Vec<Member<'a>>),
}

/// A key and its value.
pub(crate) type Member<'a> = (Cow<'a, str>, Node<'a>);

impl<'a> Node<'a> {
    /// Borrows from a value that was built in memory.
    ///
    /// # Errors
    /// A key that stands twice in an object, or objects and lists nested deeper than `depth_max`.
    pub(super) fn borrow(value: &'a Value, depth_max: usize) -> Checked<Node<'a>> {
        Ok(match value {
            Value::Null => Node::Null,
            Value::Bool(truth) => Node::Bool(*truth),
            Value::Number(number) => Node::Number(number.as_str()),
            Value::String(text) => Node::String(Cow::Borrowed(text)),
            Value::List(elements) => {
                let depth = deeper(depth_max)?;
                let nodes = elements.iter().enumerate().map(|(index, element)| {
                    Node::borrow(element, depth).map_err(|problem| problem.at_index(index))
                });
                Node::List(nodes.collect::<Checked<_>>()?)
            }
            Value::Object(members) => {
                let depth = deeper(depth_max)?;
                let members = members.iter().map(|(key, value)| {
                    let node = Node::borrow(value, depth);
                    let node = node.map_err(|problem| problem.under_key(key))?;
                    Ok((Cow::Borrowed(key.as_str()), node))
                });
                let members = members.collect::<Checked<Vec<_>>>()?;
                check_unique(&members)?;
                Node::Object(members)
            }
        })
    }

    /// Copies what is borrowed.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Node::Null => Value::Null,
            Node::Bool(truth) => Value::Bool(truth),
            Node::Number(text) => Value::Number(Number(text.to_owned())),
            Node::String(text) => Value::String(text.into_owned()),
            Node::List(nodes) => Value::List(nodes.into_iter().map(Node::into_value).collect()),
            Node::Object(members) => {
                let members = members.into_iter();
                Value::Object(
                    members
                        .map(|(k, node)| (k.into_owned(), node.into_value()))
                        .collect(),
                )
            }
        }
    }
}

fn deeper(depth_max: usize) -> Checked<usize> {
    depth_max
        .checked_sub(1)
        .ok_or_else(|| Problem::new("is nested too deeply"))
}

/// Refuses an object with a key that stands twice. Cost: linear in the members.
pub(super) fn check_unique(members: &[Member<'_>]) -> Checked<()> {
    let duplicate = if members.len() <= PAIRWISE_MEMBERS_MAX {
        let mut rest = members;
        loop {
            let Some(((key, _), after)) = rest.split_first() else {
                break None;
            };
            if after.iter().any(|(other, _)| other == key) {
                break Some(key.as_ref());
            }
            rest = after;
        }
    } else {
        let mut seen = HashSet::with_capacity(members.len());
        let mut keys = members.iter().map(|(key, _)| key.as_ref());
        keys.find(|key| !seen.insert(*key))
    };
    match duplicate {
        Some(key) => Err(Problem::new("is given twice").under_key(key)),
        None => Ok(()),
    }
}
