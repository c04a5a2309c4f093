//! Element conditions: one object of an event meets the whole condition.
//!
//! Columns do not hold which values are of one object, so the index only bounds the rows; the JSON
//! tree of each event decides.

use super::tree::{ElementPredicate, FieldPredicate, Predicate, Scope};
use super::value::Scalar;
use crate::json::{Node, Value, parse};
use crate::limits::EVENT_DEPTH_MAX;
use crate::query::ast::path_pattern::{PathPattern, behind_key};
use crate::query::budget::{Budget, Limited};

impl ElementPredicate {
    /// Whether an object of the event in `canonical` form meets the condition. Cost: linear in the
    /// event for each condition on a field.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub(in crate::query) fn is_met_by(&self, canonical: &[u8], budget: &Budget) -> Limited<bool> {
        budget.charge_bytes(canonical.len())?;
        match parse(canonical, EVENT_DEPTH_MAX) {
            Ok(event) => self.is_met_in(&event, budget),
            // Forged bytes with a valid checksum may be no event.
            Err(_) => Ok(false),
        }
    }

    /// Calls `each` with the scalars at the path `member`, not below it, of each object that meets
    /// the condition.
    ///
    /// # Errors
    /// When a limit is exceeded, and those of `each`.
    pub(in crate::query) fn for_each_member(
        &self,
        canonical: &[u8],
        member: &PathPattern,
        budget: &Budget,
        mut each: impl FnMut(Scalar<'_>) -> Limited<()>,
    ) -> Limited<()> {
        budget.charge_bytes(canonical.len())?;
        let Ok(event) = parse(canonical, EVENT_DEPTH_MAX) else {
            return Ok(());
        };
        // The callbacks return `false`, so that every object is visited.
        let visited = any_at(&event, self.path.segments(), &mut |object| {
            if !matches!(object, Node::Object(_)) || !meets(object, &self.condition, budget)? {
                return Ok(false);
            }
            any_at(object, member.segments(), &mut |node| {
                scalar(node).map_or(Ok(()), &mut each).map(|()| false)
            })
        });
        visited.map(drop)
    }

    /// The objects of an event that meet the condition, in the order of the event.
    pub(crate) fn elements<'v>(&self, event: &'v Value) -> Vec<&'v Value> {
        let mut found = Vec::new();
        self.collect(event, self.path.segments(), &mut found);
        found
    }

    fn collect<'v>(&self, value: &'v Value, segments: &[String], found: &mut Vec<&'v Value>) {
        match value {
            Value::List(elements) => {
                elements.iter().for_each(|element| self.collect(element, segments, found));
            }
            Value::Object(_) if segments.is_empty() => {
                let budget = Budget::unlimited();
                let object = Node::borrow(value, 0).ok();
                let is_met = |node| meets(&node, &self.condition, &budget).unwrap_or(false);
                found.extend(object.is_some_and(is_met).then_some(value));
            }
            Value::Object(members) => {
                for (key, value) in members {
                    if let Some(rest) = behind_key(segments, key) {
                        self.collect(value, rest, found);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether an object at the path below `node` meets the condition.
    fn is_met_in(&self, node: &Node<'_>, budget: &Budget) -> Limited<bool> {
        any_at(node, self.path.segments(), &mut |object| match object {
            Node::Object(_) => meets(object, &self.condition, budget),
            _ => Ok(false),
        })
    }
}

/// Whether an object meets a condition.
fn meets(object: &Node<'_>, condition: &Predicate, budget: &Budget) -> Limited<bool> {
    let first_that = |parts: &[Predicate], wanted: bool| -> Limited<bool> {
        for part in parts {
            if meets(object, part, budget)? == wanted {
                return Ok(wanted);
            }
        }
        Ok(!wanted)
    };
    match condition {
        Predicate::All => Ok(true),
        Predicate::And(parts) => first_that(parts, false),
        Predicate::Or(parts) => first_that(parts, true),
        Predicate::Not(part) => meets(object, part, budget).map(|met| !met),
        Predicate::Element(element) => element.is_met_in(object, budget),
        Predicate::Field(leaf) => {
            let segments = match &leaf.scope {
                Scope::Path(pattern) => pattern.segments(),
                _ => &[],
            };
            any_at(object, segments, &mut |node| any_value(node, leaf, budget))
        }
    }
}

/// Whether a scalar at or below `node` passes the test of `leaf`.
fn any_value(node: &Node<'_>, leaf: &FieldPredicate, budget: &Budget) -> Limited<bool> {
    match node {
        Node::List(elements) => any(elements, |node| any_value(node, leaf, budget)),
        Node::Object(members) => any(members, |(_, node)| any_value(node, leaf, budget)),
        node => scalar(node).map_or(Ok(false), |scalar| leaf.test.matches(scalar, budget)),
    }
}

/// The scalar of a node; `None` for a list or an object.
fn scalar<'n>(node: &'n Node<'_>) -> Option<Scalar<'n>> {
    match node {
        Node::Null => Some(Scalar::Null),
        Node::Bool(truth) => Some(Scalar::Bool(*truth)),
        Node::Number(text) => Some(Scalar::Number(text)),
        Node::String(text) => Some(Scalar::String(text)),
        Node::List(_) | Node::Object(_) => None,
    }
}

/// Whether a node at the path passes. Elements of a list have the path of the list.
fn any_at<'n>(
    node: &'n Node<'n>,
    segments: &[String],
    passes: &mut dyn FnMut(&'n Node<'n>) -> Limited<bool>,
) -> Limited<bool> {
    match node {
        Node::List(elements) => any(elements, |element| any_at(element, segments, passes)),
        node if segments.is_empty() => passes(node),
        Node::Object(members) => any(members, |(key, value)| match behind_key(segments, key) {
            Some(rest) => any_at(value, rest, passes),
            None => Ok(false),
        }),
        _ => Ok(false),
    }
}

/// `Iterator::any` for a test that may fail.
fn any<'n, T>(items: &'n [T], mut passes: impl FnMut(&'n T) -> Limited<bool>) -> Limited<bool> {
    for item in items {
        if passes(item)? {
            return Ok(true);
        }
    }
    Ok(false)
}
