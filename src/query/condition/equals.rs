//! Equality with one of several literals.

use super::context::{Context, any_context};
use super::network::Networks;
use super::range::Range;
use super::scalar::Scalar;
use crate::event::{ExactNumber, value_instant};
use crate::query::ast::Literal;
use crate::query::time::{TimeRange, read_when};

/// The values that equal one of several literals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Equals {
    /// Strings of exactly these bytes, sorted.
    pub(crate) strings: Vec<String>,
    /// Numbers of these exact values, sorted.
    pub(crate) numbers: Vec<ExactNumber>,
    /// Whether `true` is among them.
    pub(crate) has_true: bool,
    /// Whether `false` is among them.
    pub(crate) has_false: bool,
    /// Whether null is among them.
    pub(crate) has_null: bool,
    /// Numbers and instants within one of these.
    pub(crate) ranges: Vec<Range>,
    /// Addresses within one of these.
    pub(crate) networks: Networks,
}

impl Equals {
    /// Reads literals, each as everything that it may mean.
    pub(super) fn read(literals: &[Literal], context: &Context) -> Equals {
        let mut equals = Equals::default();
        for literal in literals {
            match Range::read(literal.text(), context).filter(|_| !literal.is_quoted()) {
                Some(range) => equals.ranges.push(range),
                None => equals.add(literal, context),
            }
        }
        equals.strings.sort_unstable();
        equals.strings.dedup();
        equals.numbers.sort_unstable();
        equals.numbers.dedup();
        equals.networks.merge();
        equals
    }

    fn add(&mut self, literal: &Literal, context: &Context) {
        let text = literal.text();
        self.strings.push(text.to_string());
        if literal.is_quoted() {
            return;
        }
        match text {
            "true" => self.has_true = true,
            "false" => self.has_false = true,
            "null" => self.has_null = true,
            _ => {}
        }
        self.numbers.extend(ExactNumber::parse(text));
        self.networks.add(text);
        if let Some((from, to)) = read_when(text, context.zone) {
            let (from, to) = (Some(from), Some(to));
            self.ranges.push(Range::Instants(TimeRange { from, to }));
        }
    }

    /// Whether `scalar` equals one of the literals.
    pub(crate) fn contains(&self, scalar: Scalar<'_>) -> bool {
        match scalar {
            Scalar::String(text) => {
                self.strings.binary_search_by(|s| s.as_str().cmp(text)).is_ok()
                    || self.ranges_contain(scalar)
                    || self.networks.contain(text)
            }
            Scalar::Number(text) => {
                let is_listed = |number| self.numbers.binary_search(&number).is_ok();
                (!self.numbers.is_empty() && ExactNumber::parse(text).is_some_and(is_listed))
                    || self.ranges_contain(scalar)
            }
            Scalar::Bool(true) => self.has_true,
            Scalar::Bool(false) => self.has_false,
            Scalar::Null => self.has_null,
        }
    }

    /// The strings, sorted, if of all strings only these equal a literal.
    pub(crate) fn exact_strings(&self) -> Option<&[String]> {
        let is_exact = self.ranges.is_empty() && self.networks.is_empty();
        is_exact.then_some(self.strings.as_slice())
    }

    fn ranges_contain(&self, scalar: Scalar<'_>) -> bool {
        let instant = match scalar {
            Scalar::String(text) if !self.ranges.is_empty() => value_instant(text),
            _ => None,
        };
        self.ranges.iter().any(|range| match (range, instant) {
            (Range::Instants(range), Some(time)) => range.contains(time),
            (Range::Instants(_), None) => false,
            (Range::Numbers(_), _) => range.contains(scalar),
        })
    }
}

/// Whether a literal of a list is compared by itself: a range, a date or an instant.
pub(in crate::query) fn reads_as_range(literal: &Literal, context: &Context) -> bool {
    let text = literal.text();
    !literal.is_quoted()
        && (Range::read(text, context).is_some() || read_when(text, context.zone).is_some())
}

/// The ends of a literal that reads as a range `a..b`; one of them may be empty.
pub(in crate::query) fn range_ends(literal: &Literal) -> Option<(&str, &str)> {
    let text = literal.text();
    let is_range = !literal.is_quoted() && Range::read(text, &any_context()).is_some();
    text.split_once("..").filter(|_| is_range)
}
