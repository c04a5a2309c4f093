//! An event in memory, taken apart into values when one is asked for, and predicates on them.

use crate::event::StoredEvent;
use crate::event::shape::{Flattener, Kind, PathTree, unescape};
use crate::query::budget::{Budget, Limited};
use crate::query::predicate::tree::{FieldPredicate, Predicate, Scope};
use crate::query::predicate::value::Scalar;
use crate::query::predicate::value::scalar;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

/// Flattens events into paths and scalars; keeps the tree of paths from event to event.
#[derive(Debug)]
pub(crate) struct EventFlattener {
    tree: PathTree,
    flattener: Flattener,
    /// The keys from the event to each node of the tree.
    paths: Vec<Vec<String>>,
}

/// An event, taken apart into its values when the first of them is asked for.
#[derive(Debug)]
pub(crate) struct FlatEvent<'e> {
    stored: &'e StoredEvent,
    /// Until then.
    flattener: RefCell<Option<&'e mut EventFlattener>>,
    values: OnceCell<FlatValues<'e>>,
}

/// The values of an event.
#[derive(Debug)]
struct FlatValues<'e> {
    /// Node, kind and text of every scalar.
    leaves: Vec<(u32, Kind, Cow<'e, str>)>,
    /// By the number of a node.
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

    /// Takes an event to take it apart when that is needed.
    pub(crate) fn read<'e>(&'e mut self, stored: &'e StoredEvent) -> FlatEvent<'e> {
        FlatEvent { stored, flattener: RefCell::new(Some(self)), values: OnceCell::new() }
    }

    /// Takes an event apart. One walk; texts without escapes are not copied.
    fn flatten<'e>(&'e mut self, stored: &'e StoredEvent) -> FlatValues<'e> {
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
        FlatValues { leaves, paths: &self.paths }
    }
}

/// Resolves the escapes of what stands between quotes.
fn plain(inner: &[u8]) -> Cow<'static, str> {
    let mut bytes = Vec::with_capacity(inner.len());
    unescape(inner, &mut bytes);
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

impl<'e> FlatEvent<'e> {
    fn values(&self) -> &FlatValues<'e> {
        self.values.get_or_init(|| {
            let flattener = self.flattener.take().expect("an event is taken apart once");
            flattener.flatten(self.stored)
        })
    }

    /// Calls `each` with path and value of every scalar, up to its first error.
    pub(crate) fn for_each(
        &self,
        mut each: impl FnMut(&[String], Scalar<'_>) -> Limited<()>,
    ) -> Limited<()> {
        let values = self.values();
        for (node, kind, text) in &values.leaves {
            if let Some(scalar) = scalar(*kind, text) {
                each(&values.paths[*node as usize], scalar)?;
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
                let values = self.values();
                for (node, kind, text) in &values.leaves {
                    if scope.covers(&values.paths[*node as usize])
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
        let values = self.values();
        let found = values.leaves.iter().find(|(node, kind, _)| {
            let path = &values.paths[*node as usize];
            *kind == Kind::String && matches!(&path[..], [only] if only == key)
        });
        found.map(|(_, _, text)| &**text)
    }
}
