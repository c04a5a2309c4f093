//! Equality with one of several literals.

use std::net::IpAddr;

use super::context::Context;
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
    pub(crate) networks: Vec<Network>,
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
        self.networks.extend(Network::read(text));
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
                    || self.networks_contain(text)
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

    fn networks_contain(&self, text: &str) -> bool {
        if self.networks.is_empty() {
            return false;
        }
        let Ok(address) = text.parse() else {
            return false;
        };
        self.networks.iter().any(|network| network.contains(address))
    }
}

/// A network of addresses; a single address is one of full length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix_bits: u32,
}

impl Network {
    /// Reads an address, or an address, `/` and the count of leading bits that matter.
    fn read(text: &str) -> Option<Network> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match bits {
            None => bits_max,
            Some(bits) if bits.len() <= 3 && bits.bytes().all(|b| b.is_ascii_digit()) => {
                bits.parse().ok().filter(|count| *count <= bits_max)?
            }
            Some(_) => return None,
        };
        Some(Network { address, prefix_bits })
    }

    /// Whether `address` is in the network. A v4-mapped v6 address is v6.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        // Shifting by all bits leaves nothing to compare.
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.checked_shr(32 - self.prefix_bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.checked_shr(128 - self.prefix_bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}
