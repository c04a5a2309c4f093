//! Numbers as the characters they came with.

use crate::{Error, Result};
use std::cmp::Ordering;
use std::str::FromStr;

use super::decimal::ExactNumber;
use super::number_syntax::{check_number, integer};

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

impl FromStr for Number {
    type Err = Error;

    /// As [`Number::parse`].
    fn from_str(text: &str) -> Result<Number> {
        Number::parse(text).ok_or_else(|| Error::invalid("number", "is no number of JSON"))
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

impl From<&Number> for ExactNumber {
    fn from(number: &Number) -> Self {
        Self::of_checked(&number.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_characters_and_compares_by_value() {
        let number = |text| Number::parse(text).unwrap();
        assert_eq!(number("5.0").to_string(), "5.0");
        assert_ne!(number("5.0"), number("5"));
        assert_eq!(number("5.0").cmp_exact(&number("5")), Ordering::Equal);
        assert_eq!(number("-1e400").cmp_exact(&number("-2")), Ordering::Less);
        assert_eq!(number("12").as_i64(), Some(12));
        assert_eq!(number("12.0").as_i64(), None);
        assert_eq!(ExactNumber::from(&number("1.20e1")), ExactNumber::from(12));
        assert_eq!(Number::from(u64::MAX).as_str(), "18446744073709551615");
        assert_eq!(Number::parse("five"), None);
    }
}
