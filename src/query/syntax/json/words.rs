//! The keys and operators of queries as JSON: one table for reading, writing and errors.

use crate::event::schema;
use crate::query::ast::Comparison;

/// The key of how a flat list is joined.
pub(super) const JOINER: &str = "joiner";
/// The key of the conditions of a flat list.
pub(super) const FILTERS: &str = "filters";

/// The key of what an object meets.
pub(super) const WHERE: &str = "where";

/// What a condition is: the key that only it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKey {
    And,
    Or,
    Not,
    All,
    Text,
    Field,
    After,
    Before,
    On,
    Since,
}

/// The heads by their keys.
pub(super) const NODE_KEYS: [(&str, NodeKey); 10] = [
    ("and", NodeKey::And),
    ("or", NodeKey::Or),
    ("not", NodeKey::Not),
    ("all", NodeKey::All),
    ("text", NodeKey::Text),
    ("field", NodeKey::Field),
    ("after", NodeKey::After),
    ("before", NodeKey::Before),
    ("on", NodeKey::On),
    ("since", NodeKey::Since),
];

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Has,
    Text,
    Equals,
    Differs,
    OneOf,
    NoneOf,
    Begins,
    Contains,
    Ends,
    Under,
    Element,
    Matches,
    Compare(Comparison),
    Range,
}

/// The operators by their names.
pub(super) const OPS: [(&str, Op); 17] = [
    ("has", Op::Has),
    ("text", Op::Text),
    ("eq", Op::Equals),
    ("ne", Op::Differs),
    ("in", Op::OneOf),
    ("not_in", Op::NoneOf),
    ("prefix", Op::Begins),
    ("contains", Op::Contains),
    ("suffix", Op::Ends),
    ("under", Op::Under),
    ("element", Op::Element),
    ("regex", Op::Matches),
    ("gt", Op::Compare(Comparison::Above)),
    ("gte", Op::Compare(Comparison::AtLeast)),
    ("lt", Op::Compare(Comparison::Below)),
    ("lte", Op::Compare(Comparison::AtMost)),
    ("range", Op::Range),
];

impl NodeKey {
    /// The key.
    pub(super) fn key(self) -> &'static str {
        name_of(&NODE_KEYS, self)
    }

    /// The keys that may stand beside it.
    pub(super) fn beside(self) -> &'static [&'static str] {
        match self {
            NodeKey::Text => &["match", "distance"],
            // The operator determines which of them.
            NodeKey::Field => &["op", "value", "match", "distance", "from", "to", WHERE],
            _ => &[],
        }
    }
}

impl Op {
    /// The name.
    pub(super) fn name(self) -> &'static str {
        name_of(&OPS, self)
    }

    /// The keys that stand beside `field` and `op`.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Op::Has => &[],
            Op::Text => &["value", "match", "distance"],
            Op::Range => &["from", "to"],
            Op::Element => &[WHERE],
            _ => &["value"],
        }
    }
}

/// What a name of a table stands for.
pub(super) fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
}

fn name_of<T: PartialEq>(table: &[(&'static str, T)], meaning: T) -> &'static str {
    let found = table.iter().find(|(_, other)| *other == meaning);
    found.map(|(name, _)| *name).expect("the table lists every meaning")
}

/// A sentence that there is no such `kind`, with the nearest of those that there are.
pub(super) fn unknown<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    match schema::nearest_of(name, known) {
        Some(nearest) => format!("there is no {kind} `{name}`; the nearest: `{nearest}`"),
        None => format!("there is no {kind} `{name}`"),
    }
}
