//! Numbers by exact value, as strings of digits.

use std::cmp::Ordering;

/// A decimal number: `0.DIGITS * 10^point`, with a sign; zero has no digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// Without zeros at both ends.
    digits: String,
    point: i64,
}

impl Decimal {
    /// Reads a number in the syntax of JSON.
    pub(crate) fn read(text: &str) -> Option<Decimal> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if are_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !are_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let leading = all.len() - all.trim_start_matches('0').len();
        let digits = all.trim_matches('0').to_string();
        let is_zero = digits.is_empty();
        Some(Decimal {
            is_negative: is_negative && !is_zero,
            point: match is_zero {
                true => 0,
                false => whole.len() as i64 - leading as i64 + exponent,
            },
            digits,
        })
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let size: i64 = digits.parse().ok().filter(|_| are_digits(digits))?;
    Some(if text.starts_with('-') { -size } else { size })
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |one: &Decimal, two: &Decimal| {
            // Without zeros at the front the point decides; digits compare like words.
            one.point.cmp(&two.point).then_with(|| one.digits.cmp(&two.digits))
        };
        self.sign().cmp(&other.sign()).then_with(|| match self.sign() {
            0 => Ordering::Equal,
            1 => size(self, other),
            _ => size(other, self),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[test]
fn decimals_compare_by_value() {
    let read = |text| Decimal::read(text).expect(text);
    for same in [
        &["5", "5.0", "5e0", "0.5E+1", "50e-1"][..],
        &["0", "-0", "0.00", "0e9"],
        &["-1.5", "-15e-1"],
    ] {
        assert!(same.iter().all(|text| read(text) == read(same[0])));
    }
    let ascending = ["-1e9", "-12", "-1.5", "-0.02", "0", "1e-400", "0.1", "0.11", "9", "10"];
    for pair in ascending.windows(2) {
        assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
    }
    for wrong in ["", "-", "+5", "05", ".5", "5.", "1e", "1e+", "0x5", "5 ", "1_0", "५"] {
        assert_eq!(Decimal::read(wrong), None, "{wrong}");
    }
}
