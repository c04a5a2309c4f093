//! Evaluates a predicate on an event in memory: for the newest events, which have no index yet.

use super::tree::{FieldPredicate, Predicate, Scope};
use super::value::Scalar;
use super::value::scalar;
use crate::event::StoredEvent;
use crate::event::shape::{Flattener, Kind, PathTree, unescape};
use crate::query::budget::{Budget, Limited};
use std::borrow::Cow;

/// Flattens events into paths and scalars; keeps the tree of paths from event to event.
#[derive(Debug)]
pub(crate) struct EventFlattener {
    tree: PathTree,
    flattener: Flattener,
    /// The keys from the event to each node of the tree.
    paths: Vec<Vec<String>>,
}

/// An event taken apart into its values.
#[derive(Debug)]
pub(crate) struct FlatEvent<'e> {
    stored: &'e StoredEvent,
    /// Node, kind and text of every scalar.
    leaves: Vec<(u32, Kind, Cow<'e, str>)>,
    paths: &'e [Vec<String>],
}

impl Default for EventFlattener {
    fn default() -> Self {
        EventFlattener::new()
    }
}

impl EventFlattener {
    /// Begins without paths.
    pub(crate) fn new() -> Self {
        let (tree, flattener) = (PathTree::new(), Flattener::default());
        EventFlattener { tree, flattener, paths: vec![Vec::new()] }
    }

    /// Takes an event apart. One walk; texts without escapes are not copied.
    pub(crate) fn read<'e>(&'e mut self, stored: &'e StoredEvent) -> FlatEvent<'e> {
        let canonical = stored.event.canonical();
        // Bytes that were forged under a right checksum may be no event: they have few values then.
        let _ = self.flattener.flatten(canonical, &mut self.tree);
        for node in self.tree.nodes().iter().skip(self.paths.len()) {
            let mut path = self.paths[node.parent as usize].clone();
            path.push(plain(&node.key).into_owned());
            self.paths.push(path);
        }
        let mut leaves = Vec::with_capacity(self.flattener.leaves.len());
        for leaf in self.flattener.leaves.iter().filter(|leaf| leaf.kind.is_scalar()) {
            let end = leaf.start as usize + leaf.len as usize;
            let bytes = canonical.get(leaf.start as usize..end).unwrap_or_default();
            let text = match leaf.is_escaped {
                true => plain(bytes),
                false => String::from_utf8_lossy(bytes),
            };
            leaves.push((leaf.node, leaf.kind, text));
        }
        FlatEvent { stored, leaves, paths: &self.paths }
    }
}

/// Resolves the escapes of what stands between quotes.
fn plain(inner: &[u8]) -> Cow<'static, str> {
    let mut bytes = Vec::with_capacity(inner.len());
    unescape(inner, &mut bytes);
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

impl FlatEvent<'_> {
    /// Calls `each` with path and value of every scalar, up to its first error.
    pub(crate) fn for_each(
        &self,
        mut each: impl FnMut(&[String], Scalar<'_>) -> Limited<()>,
    ) -> Limited<()> {
        for (node, kind, text) in &self.leaves {
            if let Some(scalar) = scalar(*kind, text) {
                each(&self.paths[*node as usize], scalar)?;
            }
        }
        Ok(())
    }

    /// Whether the event meets a condition; each leaf of it may look at the whole event.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub(crate) fn meet(&self, predicate: &Predicate, budget: &Budget) -> Limited<bool> {
        let first_that = |parts: &[Predicate], wanted: bool| -> Limited<bool> {
            for part in parts {
                if self.meet(part, budget)? == wanted {
                    return Ok(wanted);
                }
            }
            Ok(!wanted)
        };
        match predicate {
            Predicate::All => Ok(true),
            Predicate::And(parts) => first_that(parts, false),
            Predicate::Or(parts) => first_that(parts, true),
            Predicate::Not(part) => self.meet(part, budget).map(|met| !met),
            Predicate::Element(element) => element.is_met_by(self.stored.event.canonical(), budget),
            Predicate::Field(leaf) => {
                budget.charge_bytes(self.stored.event.canonical().len())?;
                self.meet_leaf(leaf, budget)
            }
        }
    }

    /// Whether the event meets a single leaf.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub(crate) fn meet_leaf(&self, leaf: &FieldPredicate, budget: &Budget) -> Limited<bool> {
        match &leaf.scope {
            Scope::OccurredAt => Ok(leaf.test.matches_instant(self.stored.event.occurred_at())),
            Scope::RecordedAt => Ok(leaf.test.matches_instant(self.stored.recorded_at)),
            Scope::Seq => leaf.test.matches(Scalar::Number(&self.stored.seq.to_string()), budget),
            Scope::Action => leaf.test.matches(Scalar::String(&self.action()), budget),
            scope => {
                for (node, kind, text) in &self.leaves {
                    if scope.covers(&self.paths[*node as usize])
                        && let Some(scalar) = scalar(*kind, text)
                        && leaf.test.matches(scalar, budget)?
                    {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// The string `category.activity`.
    pub(crate) fn action(&self) -> String {
        let text = |key| self.top(key).unwrap_or_default();
        format!("{}.{}", text("category"), text("activity"))
    }

    /// The text of a top-level string, if the event has it.
    pub(crate) fn top(&self, key: &str) -> Option<&str> {
        let found = self.leaves.iter().find(|(node, kind, _)| {
            let path = &self.paths[*node as usize];
            *kind == Kind::String && matches!(&path[..], [only] if only == key)
        });
        found.map(|(_, _, text)| &**text)
    }
}
