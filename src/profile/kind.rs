//! What an attribute holds, and what may be asked of it.

use Operator::{
    Above, After, Before, Below, Between, Contains, Exists, In, InCidr, Is, IsNot, Phrase,
    StartsWith, Under,
};

/// The type of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A code of a list; sources add codes, so others may come.
    Enum,
    /// A point in time.
    Instant,
    /// A length of time.
    Duration,
    /// An IP address.
    Ip,
    /// Several values or objects.
    List,
    /// Members with names of their own.
    Object,
}

/// A comparison that an attribute offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operator {
    /// Equal; in a query `f=v`.
    Is,
    /// There, and not equal: `f!=v`.
    IsNot,
    /// Equal to one of several: `f=(a,b)`.
    In,
    /// Has these words: `f:v`.
    Contains,
    /// Has these words one after the other: `f:"v w"`.
    Phrase,
    /// Begins with this text: `f^=v`.
    StartsWith,
    /// Is this path or lies below it: `f/=v`.
    Under,
    /// Earlier: `f<v`.
    Before,
    /// Later: `f>v`.
    After,
    /// From one to the other: `f:v..w`.
    Between,
    /// Greater: `f>v`.
    Above,
    /// Less: `f<v`.
    Below,
    /// An address of this network: `f=v/n`.
    InCidr,
    /// There at all: `f:*`.
    Exists,
}

const KINDS: [(Kind, &str, &[Operator]); 9] = [
    (Kind::Text, "text", &[Is, IsNot, In, Contains, Phrase, StartsWith, Under, Exists]),
    (Kind::Number, "number", &[Is, IsNot, In, Above, Below, Between, Exists]),
    (Kind::Bool, "bool", &[Is, IsNot, Exists]),
    (Kind::Enum, "enum", &[Is, IsNot, In, Exists]),
    (Kind::Instant, "instant", &[Before, After, Between, Exists]),
    (Kind::Duration, "duration", &[Is, IsNot, In, Above, Below, Between, Exists]),
    (Kind::Ip, "ip", &[Is, IsNot, In, InCidr, Exists]),
    (Kind::List, "list", &[Is, IsNot, In, Contains, Phrase, StartsWith, Exists]),
    (Kind::Object, "object", &[Is, Contains, Phrase, Exists]),
];

const OPERATORS: [(Operator, &str); 14] = [
    (Is, "is"),
    (IsNot, "is_not"),
    (In, "in"),
    (Contains, "contains"),
    (Phrase, "phrase"),
    (StartsWith, "starts_with"),
    (Under, "under"),
    (Before, "before"),
    (After, "after"),
    (Between, "between"),
    (Above, "above"),
    (Below, "below"),
    (InCidr, "in_cidr"),
    (Exists, "exists"),
];

impl Kind {
    /// As a profile spells it.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The operators that make sense for it; those of an attribute that lists none.
    pub fn operators(self) -> &'static [Operator] {
        self.row().2
    }

    pub(super) fn parse(name: &str) -> Option<Kind> {
        KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| *kind)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(_, name, _)| *name)
    }

    fn row(self) -> &'static (Kind, &'static str, &'static [Operator]) {
        KINDS.iter().find(|(kind, ..)| *kind == self).expect("the table has every kind")
    }
}

impl Operator {
    /// As a profile spells it.
    pub fn name(self) -> &'static str {
        let found = OPERATORS.iter().find(|(operator, _)| *operator == self);
        found.expect("the table has every operator").1
    }

    pub(super) fn parse(name: &str) -> Option<Operator> {
        OPERATORS.iter().find(|(_, known)| *known == name).map(|(operator, _)| *operator)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        OPERATORS.iter().map(|(_, name)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for (kind, name, operators) in KINDS {
            assert_eq!((Kind::parse(name), kind.name()), (Some(kind), name));
            assert_eq!(kind.operators(), operators);
        }
        for (operator, name) in OPERATORS {
            assert_eq!((Operator::parse(name), operator.name()), (Some(operator), name));
        }
        assert_eq!((Kind::parse("string"), Operator::parse("like")), (None, None));
    }
}
