//! Does one event in memory meet a condition? For the newest events, which have no index yet.

use super::condition::{Condition, Leaf, Scalar, Scope};
use crate::event::shape::{Flattener, Kind, PathTree, unescape};
use crate::event::{StoredEvent, Timestamp};

/// An event taken apart into its values.
#[derive(Debug)]
pub(super) struct Values {
    values: Vec<(Vec<String>, Kind, String)>,
    seq: u64,
    recorded_at: Timestamp,
    occurred_at: Timestamp,
}

impl Values {
    /// Takes an event apart.
    pub(super) fn of(stored: &StoredEvent) -> Values {
        let mut tree = PathTree::new();
        let mut flattener = Flattener::default();
        let canonical = stored.event.canonical();
        // Bytes that were forged under a right checksum may be no event: they have few values then.
        let _ = flattener.flatten(canonical, &mut tree);
        let mut scratch = Vec::new();
        let values = flattener
            .leaves
            .iter()
            .filter(|leaf| leaf.kind.is_scalar())
            .map(|leaf| {
                let path = tree.path(leaf.node).into_iter().map(plain).collect();
                let text = leaf.text(canonical, &mut scratch);
                (path, leaf.kind, String::from_utf8_lossy(text).into_owned())
            })
            .collect();
        Values {
            values,
            seq: stored.seq,
            recorded_at: stored.recorded_at,
            occurred_at: stored.event.occurred_at(),
        }
    }

    /// Calls `each` with path and value of every scalar.
    pub(super) fn for_each(&self, mut each: impl FnMut(&[String], Scalar<'_>)) {
        for (path, kind, text) in &self.values {
            if let Some(scalar) = super::node::scalar(*kind, text) {
                each(path, scalar);
            }
        }
    }

    /// Whether the event meets a condition.
    pub(super) fn meet(&self, condition: &Condition) -> bool {
        match condition {
            Condition::All => true,
            Condition::And(parts) => parts.iter().all(|part| self.meet(part)),
            Condition::Or(parts) => parts.iter().any(|part| self.meet(part)),
            Condition::Not(part) => !self.meet(part),
            Condition::Leaf(leaf) => self.meet_leaf(leaf),
        }
    }

    fn meet_leaf(&self, leaf: &Leaf) -> bool {
        match &leaf.scope {
            Scope::OccurredAt => leaf.test.matches_instant(self.occurred_at),
            Scope::RecordedAt => leaf.test.matches_instant(self.recorded_at),
            Scope::Seq => leaf.test.matches(Scalar::Number(&self.seq.to_string())),
            Scope::Action => leaf.test.matches(Scalar::String(&self.action())),
            scope => {
                let mut holds = false;
                self.for_each(|path, scalar| {
                    holds = holds || super::node::covers(scope, path) && leaf.test.matches(scalar);
                });
                holds
            }
        }
    }

    /// The string `category.activity`.
    pub(super) fn action(&self) -> String {
        let text = |key| self.top(key).unwrap_or_default();
        format!("{}.{}", text("category"), text("activity"))
    }

    /// The text of a top-level string, if the event has it.
    pub(super) fn top(&self, key: &str) -> Option<&str> {
        let found = self.values.iter().find(|(path, kind, _)| {
            *kind == Kind::String && matches!(&path[..], [only] if only == key)
        });
        found.map(|(_, _, text)| text.as_str())
    }
}

fn plain(key: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    unescape(key, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether an event meets a single leaf.
pub(super) fn leaf_holds(leaf: &Leaf, stored: &StoredEvent) -> bool {
    Values::of(stored).meet_leaf(leaf)
}
