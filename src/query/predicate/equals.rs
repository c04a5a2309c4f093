//! Membership in a set of literals, as `IN` of SQL: equality with one of them.

use super::context::{Context, any_context};
use super::network::Networks;
use super::range::Range;
use super::ranges::Ranges;
use super::value::Scalar;
use crate::json::ExactNumber;
use crate::query::ast::Literal;
use crate::query::ast::time::{InstantRange, read_when};
use std::net::Ipv4Addr;

/// The values that equal one of several literals or lie in one that is a range or network.
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
    pub(crate) ranges: Ranges,
    /// Addresses within one of these.
    pub(crate) networks: Networks,
    /// Whether one of the networks is anything but a single v4 address in dotted form.
    has_wide_networks: bool,
}

impl Equals {
    /// Reads literals. A quoted one is a string only and `a..b` a range only; any other stands for
    /// every kind of value that its text spells.
    pub(super) fn read(literals: &[Literal], context: &Context) -> Equals {
        let mut equals = Equals::default();
        for literal in literals {
            match Range::read(literal.text(), context).filter(|_| !literal.is_quoted()) {
                Some(range) => equals.ranges.add(range),
                None => equals.add(literal, context),
            }
        }
        equals.merge();
        equals
    }

    /// Equality with one of `strings`, byte for byte; they must be sorted.
    pub(in crate::query) fn of_strings(strings: Vec<String>) -> Equals {
        Equals { strings, ..Equals::default() }
    }

    /// Adds the values of `others` (set union). Call [`Equals::merge`] before the next look-up.
    pub(super) fn extend(&mut self, others: Equals) {
        self.strings.extend(others.strings);
        self.numbers.extend(others.numbers);
        self.has_true |= others.has_true;
        self.has_false |= others.has_false;
        self.has_null |= others.has_null;
        self.ranges.extend(&others.ranges);
        self.networks.extend(&others.networks);
        self.has_wide_networks |= others.has_wide_networks;
    }

    /// Sorts all sets for binary search, and removes duplicates and overlaps.
    pub(super) fn merge(&mut self) {
        self.strings.sort_unstable();
        self.strings.dedup();
        self.numbers.sort_unstable();
        self.numbers.dedup();
        self.ranges.merge();
        self.networks.merge();
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
        let has_network = self.networks.add(text);
        // Only two kinds of string equal a v4 address: its dotted form, which is in `strings`, and
        // the spellings of the v4-mapped v6 address.
        self.has_wide_networks |= has_network && text.parse::<Ipv4Addr>().is_err();
        if let Some((from, to)) = read_when(text, context.zone) {
            let (from, to) = (Some(from), Some(to));
            self.ranges.add(Range::Instants(InstantRange { from, to }));
        }
    }

    /// Whether `scalar` equals one of the literals.
    pub(crate) fn contains(&self, scalar: Scalar<'_>) -> bool {
        match scalar {
            Scalar::String(text) => {
                self.strings.binary_search_by(|s| s.as_str().cmp(text)).is_ok()
                    || self.ranges.contain_instant(scalar)
                    || self.networks.contain(text)
            }
            Scalar::Number(text) => {
                let is_it = |number: ExactNumber| {
                    self.numbers.binary_search(&number).is_ok()
                        || self.ranges.contain_number(&number)
                };
                self.has_numbers() && ExactNumber::parse(text).is_some_and(is_it)
            }
            Scalar::Bool(true) => self.has_true,
            Scalar::Bool(false) => self.has_false,
            Scalar::Null => self.has_null,
        }
    }

    /// Whether a number can equal a literal.
    pub(crate) fn has_numbers(&self) -> bool {
        !self.numbers.is_empty() || !self.ranges.numbers().is_empty()
    }

    /// The sorted strings, if they and v4-mapped addresses are the only strings that can pass.
    pub(crate) fn exact_strings(&self) -> Option<&[String]> {
        let is_exact = !self.ranges.has_times() && !self.has_wide_networks;
        is_exact.then_some(self.strings.as_slice())
    }

    /// The texts of the values that can pass, if each is written in one way only: strings, and
    /// what `true`, `false` and `null` say.
    pub(crate) fn texts(&self) -> Option<&[String]> {
        let is_plain =
            self.numbers.is_empty() && self.ranges.is_empty() && self.networks.is_empty();
        is_plain.then_some(self.strings.as_slice())
    }

    /// Whether a literal is an address or a network, so that a v4-mapped address may pass.
    pub(crate) fn has_addresses(&self) -> bool {
        !self.networks.is_empty()
    }
}

/// Whether a literal of a list stands for a range of values: `a..b`, a date or an instant.
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
