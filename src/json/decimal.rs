//! The exact value of a number, never through binary fractions.

use std::cmp::Ordering;

use super::number_syntax::check_number;

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
    /// Reads a text in the syntax of JSON numbers, with the limits of
    /// [`Number::parse`](super::Number::parse).
    pub fn parse(text: &str) -> Option<ExactNumber> {
        check_number(text).ok()?;
        Some(Self::of_checked(text))
    }

    /// The value of a text that is a number.
    pub(super) fn of_checked(text: &str) -> ExactNumber {
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

    /// The ceiling within `u64`: 0 for negative numbers, `u64::MAX` beyond it.
    pub(crate) fn first_whole_from(&self) -> u64 {
        let (whole, has_fraction) = self.whole();
        whole.saturating_add(u64::from(has_fraction))
    }

    /// The smallest `u64` above the number; `u64::MAX` if there is none.
    pub(crate) fn first_whole_above(&self) -> u64 {
        match self.sign {
            -1 => 0,
            _ => self.whole().0.saturating_add(1),
        }
    }

    /// The integer part, and whether a fraction follows; 0 for negative numbers.
    fn whole(&self) -> (u64, bool) {
        let Ok(places) = usize::try_from(self.point) else {
            return (0, self.sign > 0);
        };
        if self.sign <= 0 {
            return (0, false);
        }
        let digits = self.digits.iter().map(|digit| u64::from(digit - b'0'));
        let mut padded = digits.chain(std::iter::repeat(0)).take(places);
        let whole = padded.try_fold(0u64, |sum, digit| {
            sum.checked_mul(10).and_then(|sum| sum.checked_add(digit))
        });
        (whole.unwrap_or(u64::MAX), self.digits.len() > places)
    }

    fn zero() -> Self {
        ExactNumber { sign: 0, point: 0, digits: Box::default() }
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

/// Digits are at most 64, so the count fits.
fn count(digits: usize) -> i32 {
    i32::try_from(digits).unwrap_or(i32::MAX)
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
        fn an_i64_is_its_own_number(number: i64) {
            prop_assert_eq!(ExactNumber::from(number), exact(&number.to_string()));
        }
    }
}
