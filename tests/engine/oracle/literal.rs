//! Values that queries compare with, and everything that they may mean.

use super::ask::Written;
use super::decimal::Decimal;
use super::fact::{Leaf, Scalar};
use super::time::read_when;
use chrono_tz::Tz;
use std::net::IpAddr;

/// A stretch `from <= x < to` or, where `to_included`, `from <= x <= to`; missing ends are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sides<T> {
    pub(crate) from: Option<T>,
    pub(crate) from_excluded: bool,
    pub(crate) to: Option<T>,
    pub(crate) to_included: bool,
}

impl<T: Ord> Sides<T> {
    /// `from <= x < to`
    pub(crate) fn half_open(from: Option<T>, to: Option<T>) -> Sides<T> {
        Sides { from, from_excluded: false, to, to_included: false }
    }

    pub(crate) fn hold(&self, value: &T) -> bool {
        let is_late = match &self.from {
            None => true,
            Some(from) if self.from_excluded => from < value,
            Some(from) => from <= value,
        };
        let is_early = match &self.to {
            None => true,
            Some(to) if self.to_included => value <= to,
            Some(to) => value < to,
        };
        is_late && is_early
    }
}

/// What an unquoted value may be besides a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    Numbers(Sides<Decimal>),
    /// In nanoseconds.
    Instants(Sides<i128>),
    Bool(bool),
    Null,
    /// The leading bits of an address that count.
    Network(IpAddr, u32),
}

impl Meaning {
    pub(crate) fn holds(&self, leaf: &Leaf) -> bool {
        match (self, &leaf.scalar) {
            (Meaning::Numbers(sides), Scalar::Number(_, value)) => sides.hold(value),
            (Meaning::Instants(sides), _) => leaf.instant.is_some_and(|at| sides.hold(&at)),
            (Meaning::Bool(wanted), Scalar::Bool(truth)) => wanted == truth,
            (Meaning::Null, Scalar::Null) => true,
            (Meaning::Network(network, bits), Scalar::String(text)) => {
                text.parse().is_ok_and(|address: IpAddr| {
                    first_bits(*network, *bits) == first_bits(address.to_canonical(), *bits)
                })
            }
            _ => false,
        }
    }
}

/// The first `count` bits of an address, and whether it is of version 4.
fn first_bits(address: IpAddr, count: u32) -> (bool, String) {
    let bits = match address {
        IpAddr::V4(address) => format!("{:032b}", address.to_bits()),
        IpAddr::V6(address) => format!("{:0128b}", address.to_bits()),
    };
    let count = (count as usize).min(bits.len());
    (address.is_ipv4(), bits[..count].to_string())
}

/// A value to be equal to.
#[derive(Debug, Clone)]
pub(crate) struct Literal {
    pub(crate) written: Written,
    is_string: bool,
    meanings: Vec<Meaning>,
}

impl Literal {
    pub(crate) fn new(written: Written, zone: Tz) -> Literal {
        let bare = written.quotes.is_none();
        if let Some(range) = read_range(&written.text, zone).filter(|_| bare) {
            return Literal { written, is_string: false, meanings: vec![range] };
        }
        let meanings = match bare {
            true => meanings(&written.text, zone),
            false => Vec::new(),
        };
        Literal { written, is_string: true, meanings }
    }

    pub(crate) fn holds(&self, leaf: &Leaf) -> bool {
        let is_same = match &leaf.scalar {
            Scalar::String(text) => self.is_string && *text == self.written.text,
            _ => false,
        };
        is_same || self.meanings.iter().any(|meaning| meaning.holds(leaf))
    }
}

fn meanings(text: &str, zone: Tz) -> Vec<Meaning> {
    let mut meanings = Vec::new();
    match text {
        "true" => meanings.push(Meaning::Bool(true)),
        "false" => meanings.push(Meaning::Bool(false)),
        "null" => meanings.push(Meaning::Null),
        _ => {}
    }
    meanings.extend(compared("=", text, zone));
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, bits.parse().ok()),
        None => (text, Some(128)),
    };
    if let (Ok(address), Some(bits)) = (address.parse::<IpAddr>(), bits) {
        meanings.push(match address.to_canonical() {
            mapped @ IpAddr::V4(_) if address.is_ipv6() && bits >= 96 => {
                Meaning::Network(mapped, bits - 96)
            }
            _ => Meaning::Network(address, bits),
        });
    }
    meanings
}

/// The numbers or instants that are `=`, `>`, `>=`, `<` or `<=` a number or time.
pub(crate) fn compared(operator: &str, text: &str, zone: Tz) -> Option<Meaning> {
    if let Some(number) = Decimal::read(text) {
        let is_above = !operator.starts_with('<');
        let is_below = !operator.starts_with('>');
        return Some(Meaning::Numbers(Sides {
            from: is_above.then(|| number.clone()),
            from_excluded: operator == ">",
            to: is_below.then_some(number),
            to_included: operator != "<",
        }));
    }
    let (first, next) = read_when(text, zone)?;
    let (from, to) = match operator {
        "=" => (Some(first), Some(next)),
        ">" => (Some(next), None),
        ">=" => (Some(first), None),
        "<" => (None, Some(first)),
        _ => (None, Some(next)),
    };
    Some(Meaning::Instants(Sides::half_open(from, to)))
}

/// Reads `a..b`.
fn read_range(text: &str, zone: Tz) -> Option<Meaning> {
    let (from, to) = text.split_once("..")?;
    let lower = compared(">=", from, zone);
    let upper = compared("<=", to, zone);
    match (lower, upper) {
        (Some(range), None) if to.is_empty() => Some(range),
        (None, Some(range)) if from.is_empty() => Some(range),
        (Some(Meaning::Numbers(lower)), Some(Meaning::Numbers(upper))) => {
            Some(Meaning::Numbers(Sides { to: upper.to, to_included: true, ..lower }))
        }
        (Some(Meaning::Instants(lower)), Some(Meaning::Instants(upper))) => {
            Some(Meaning::Instants(Sides::half_open(lower.from, upper.to)))
        }
        _ => None,
    }
}
