//! Numbers as the characters they came with, and their exact order by value.

use std::cmp::Ordering;

use crate::limits::{NUMBER_BYTES_MAX, NUMBER_EXPONENT_MAX};

/// A number as the characters it came with, in the syntax of JSON.
///
/// Equality is that of the characters: `5` and `5.0` differ. See [`Number::cmp_exact`] for values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(pub(crate) String);

impl Number {
    /// Takes a text in the syntax of JSON numbers, of at most 64 characters and with an exponent
    /// of at most 400 either way.
    pub fn parse(text: &str) -> Option<Number> {
        check_number(text).ok()?;
        Some(Number(text.to_owned()))
    }

    /// The characters it came with.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The integer whose printed form is exactly this text; `None` for `5.0`, `-0` and `1e2`.
    pub fn as_i64(&self) -> Option<i64> {
        integer(&self.0)
    }

    /// Compares by exact value, never through binary fractions: `5`, `5.0` and `5e0` are equal.
    pub fn cmp_exact(&self, other: &Number) -> Ordering {
        ExactNumber::of_checked(&self.0).cmp(&ExactNumber::of_checked(&other.0))
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Number(number.to_string())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Number(number.to_string())
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// The integer whose printed form is exactly `text`.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let printed = match digits.as_bytes() {
        [b'0'] => number == 0 && text.len() == 1,
        [b'1'..=b'9', ..] => true,
        _ => false,
    };
    printed.then_some(number)
}

/// The exact value of a number: a key to sort, group and hash by.
///
/// The value is `0.d1d2d3... * 10^point` with the sign; zero is the sign 0 without digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExactNumber {
    sign: i8,
    point: i32,
    /// Decimal digits (`0` to `9` in ASCII), neither the first nor the last of them `0`.
    digits: Box<[u8]>,
}

impl ExactNumber {
    /// Reads a text in the syntax of JSON numbers, with the limits of [`Number::parse`].
    pub fn parse(text: &str) -> Option<ExactNumber> {
        check_number(text).ok()?;
        Some(Self::of_checked(text))
    }

    /// The value of a text that is a number.
    fn of_checked(text: &str) -> ExactNumber {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = Vec::with_capacity(mantissa.len());
        digits.extend_from_slice(whole.as_bytes());
        digits.extend_from_slice(fraction.as_bytes());
        let zeros_before = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros_before);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Self::zero();
        }
        ExactNumber {
            sign: if negative { -1 } else { 1 },
            point: exponent.parse().unwrap_or(0) + count(whole.len()) - count(zeros_before),
            digits: digits.into_boxed_slice(),
        }
    }

    fn zero() -> Self {
        ExactNumber {
            sign: 0,
            point: 0,
            digits: Box::default(),
        }
    }
}

impl Ord for ExactNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitudes = || {
            let points = self.point.cmp(&other.point);
            points.then_with(|| self.digits.cmp(&other.digits))
        };
        self.sign.cmp(&other.sign).then_with(|| match self.sign {
            1 => magnitudes(),
            _ => magnitudes().reverse(),
        })
    }
}

impl PartialOrd for ExactNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for ExactNumber {
    fn from(number: i64) -> Self {
        Self::of_checked(&number.to_string())
    }
}

impl From<&Number> for ExactNumber {
    fn from(number: &Number) -> Self {
        Self::of_checked(&number.0)
    }
}

/// Digits are at most 64, so the count fits.
fn count(digits: usize) -> i32 {
    i32::try_from(digits).unwrap_or(i32::MAX)
}

/// Checks that all of `text` is one number within the limits.
///
/// # Errors
/// What is wrong, as the end of a sentence about the number.
pub(crate) fn check_number(text: &str) -> Result<(), String> {
    if number_len(text.as_bytes()) != Some(text.len()) {
        return Err("is not a number".to_owned());
    }
    check_limits(text)
}

/// Checks the limits of a text that has the syntax of a number.
pub(crate) fn check_limits(text: &str) -> Result<(), String> {
    if text.len() > NUMBER_BYTES_MAX {
        let len = text.len();
        return Err(format!(
            "is a number of {len} characters; the limit is {NUMBER_BYTES_MAX}"
        ));
    }
    let Some((_, exponent)) = text.split_once(['e', 'E']) else {
        return Ok(());
    };
    let magnitude = exponent.trim_start_matches(['+', '-']);
    match magnitude.parse::<u32>() {
        Ok(magnitude) if magnitude <= NUMBER_EXPONENT_MAX => Ok(()),
        _ => Err(format!(
            "is a number with the exponent {exponent}; the limit is {NUMBER_EXPONENT_MAX}"
        )),
    }
}

/// The length of the JSON number that `text` begins with; `None` if it begins with none.
pub(crate) fn number_len(text: &[u8]) -> Option<usize> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = digits_len(text, sign);
    if whole == 0 || (whole > 1 && text.get(sign) == Some(&b'0')) {
        return None;
    }
    let mut len = sign + whole;
    if text.get(len) == Some(&b'.') {
        let fraction = digits_len(text, len + 1);
        if fraction == 0 {
            return None;
        }
        len += 1 + fraction;
    }
    if matches!(text.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(len + 1), Some(b'+' | b'-')));
        let exponent = digits_len(text, len + 1 + sign);
        if exponent == 0 {
            return None;
        }
        len += 1 + sign + exponent;
    }
    Some(len)
}

fn digits_len(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.iter().take_while(|b| b.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(text: &str) -> ExactNumber {
        ExactNumber::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    #[test]
    fn spellings_of_one_value_are_equal() {
        for texts in [
            ["5", "5.0", "5e0", "0.5e1", "50E-1", "500e-002"],
            ["0", "-0", "0.000", "-0.0e400", "0e-400", "0E+5"],
            ["-120", "-1.2e2", "-12e1", "-120.00", "-0.12E3", "-1200e-1"],
        ] {
            for text in texts {
                assert_eq!(exact(text), exact(texts[0]), "{text}");
                let (a, b) = (
                    Number::parse(text).unwrap(),
                    Number::parse(texts[0]).unwrap(),
                );
                assert_eq!(a.cmp_exact(&b), Ordering::Equal);
            }
        }
    }

    #[test]
    fn numbers_are_in_order_of_value_beyond_the_digits_of_floats() {
        let ascending = [
            "-1e400",
            "-9007199254740993",
            "-9007199254740992",
            "-1.5",
            "-1e-400",
            "0",
            "1e-400",
            "1e-399",
            "0.1",
            "0.10000000000000000001",
            "1",
            "9",
            "10",
            "9007199254740992",
            "9007199254740993",
            "9.99e399",
            "1e400",
        ];
        for pair in ascending.windows(2) {
            assert!(exact(pair[0]) < exact(pair[1]), "{pair:?}");
            assert!(exact(pair[1]) > exact(pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn what_is_no_json_number_is_refused() {
        for text in [
            "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1 ", " 1", "NaN",
            "Infinity", "1_000", "--1", "1.5.5", "1e5e5", "１",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
            assert_eq!(ExactNumber::parse(text), None, "{text}");
        }
    }

    #[test]
    fn limits_hold_at_n_and_refuse_at_n_plus_one() {
        assert!(Number::parse(&"9".repeat(64)).is_some());
        assert!(Number::parse(&"9".repeat(65)).is_none());
        for text in ["1e400", "1e-400", "1E+400", "1e0400"] {
            assert!(Number::parse(text).is_some(), "{text}");
        }
        for text in ["1e401", "1e-401", "1E+401", "1e99999999999999999999"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_integer_is_only_what_prints_so() {
        for text in [
            "0",
            "-1",
            "9223372036854775807",
            "-9223372036854775808",
            "10",
        ] {
            let number = integer(text).map(|number| number.to_string());
            assert_eq!(number.as_deref(), Some(text));
        }
        for text in [
            "-0",
            "5.0",
            "1e2",
            "+5",
            "05",
            "9223372036854775808",
            "",
            "-",
        ] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_scaled_integers(
            a in -10_000_i64..10_000, a_scale in 0_u32..12,
            b in -10_000_i64..10_000, b_scale in 0_u32..12,
        ) {
            let wide = |n: i64, scale: u32| i128::from(n) * 10_i128.pow(12 - scale);
            let text = |n: i64, scale: u32| format!("{n}e-{scale}");
            let expected = wide(a, a_scale).cmp(&wide(b, b_scale));
            prop_assert_eq!(exact(&text(a, a_scale)).cmp(&exact(&text(b, b_scale))), expected);
            let equal = exact(&text(a, a_scale)) == exact(&text(b, b_scale));
            prop_assert_eq!(equal, expected == Ordering::Equal);
        }

        #[test]
        fn the_syntax_is_that_of_serde_json(text in "-?[0-9.eE+-]{1,12}") {
            let peer = serde_json::from_str::<serde_json::Number>(&text).is_ok();
            let mut exponent = text.split(['e', 'E']).nth(1).unwrap_or("0");
            exponent = exponent.trim_start_matches(['+', '-']);
            let small = exponent.parse::<u32>().is_ok_and(|exponent| exponent <= 400);
            prop_assert_eq!(Number::parse(&text).is_some(), peer && small);
        }

        #[test]
        fn an_i64_is_its_own_number(number: i64) {
            prop_assert_eq!(Number::from(number).as_i64(), Some(number));
            prop_assert_eq!(ExactNumber::from(number), exact(&number.to_string()));
        }
    }
}
