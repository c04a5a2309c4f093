//! A JSON tree that borrows from its text or from a [`Value`]: what events are checked and written
//! from without copying their strings.

use std::borrow::Cow;
use std::collections::HashSet;

use super::number::Number;
use super::problem::{Checked, Problem};
use super::value::Value;
use crate::limits::EVENT_DEPTH_MAX;

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
    /// A key that stands twice in an object, or objects and lists nested deeper than an event may
    /// be; `value` itself lies in `depth` of them.
    pub(crate) fn borrow(value: &'a Value, depth: usize) -> Checked<Node<'a>> {
        Ok(match value {
            Value::Null => Node::Null,
            Value::Bool(truth) => Node::Bool(*truth),
            Value::Number(number) => Node::Number(number.as_str()),
            Value::String(text) => Node::String(Cow::Borrowed(text)),
            Value::List(elements) => {
                let depth = deeper(depth)?;
                let nodes = elements.iter().enumerate().map(|(index, element)| {
                    Node::borrow(element, depth).map_err(|problem| problem.at_index(index))
                });
                Node::List(nodes.collect::<Checked<_>>()?)
            }
            Value::Object(members) => {
                let depth = deeper(depth)?;
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

    /// What it is, with its article.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Number(_) => "a number",
            Node::String(_) => "a string",
            Node::List(_) => "a list",
            Node::Object(_) => "an object",
        }
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
                let owned = members.map(|(key, node)| (key.into_owned(), node.into_value()));
                Value::Object(owned.collect())
            }
        }
    }
}

fn deeper(depth: usize) -> Checked<usize> {
    if depth < EVENT_DEPTH_MAX {
        return Ok(depth + 1);
    }
    let what = format!("is nested deeper than the limit of {EVENT_DEPTH_MAX}");
    Err(Problem::new(what))
}

/// Refuses an object with a key that stands twice. Cost: linear in the members.
pub(super) fn check_unique(members: &[Member<'_>]) -> Checked<()> {
    let duplicate = if members.len() <= PAIRWISE_MEMBERS_MAX {
        duplicate_of_few(members)
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

/// Compares each key with those before it, which costs less than a set where members are few.
fn duplicate_of_few<'m>(members: &'m [Member<'_>]) -> Option<&'m str> {
    members.iter().enumerate().find_map(|(index, (key, _))| {
        let mut before = members.iter().take(index);
        before.any(|(other, _)| other == key).then_some(key.as_ref())
    })
}
