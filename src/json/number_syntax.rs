//! The syntax of JSON numbers and its limits.

use crate::limits::{NUMBER_BYTES_MAX, NUMBER_EXPONENT_MAX};

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
        return Err(format!("is a number of {len} characters; the limit is {NUMBER_BYTES_MAX}"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_json_number_is_refused() {
        for text in [
            "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1 ", " 1", "NaN",
            "Infinity", "1_000", "--1", "1.5.5", "1e5e5", "１",
        ] {
            assert!(check_number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_hold_at_n_and_refuse_at_n_plus_one() {
        assert!(check_number(&"9".repeat(64)).is_ok());
        assert!(check_number(&"9".repeat(65)).is_err());
        for text in ["1e400", "1e-400", "1E+400", "1e0400"] {
            assert!(check_number(text).is_ok(), "{text}");
        }
        for text in ["1e401", "1e-401", "1E+401", "1e99999999999999999999"] {
            assert!(check_number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_integer_is_only_what_prints_so() {
        for text in ["0", "-1", "9223372036854775807", "-9223372036854775808", "10"] {
            let number = integer(text).map(|number| number.to_string());
            assert_eq!(number.as_deref(), Some(text));
        }
        for text in ["-0", "5.0", "1e2", "+5", "05", "9223372036854775808", "", "-"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_syntax_is_that_of_serde_json(text in "-?[0-9.eE+-]{1,12}") {
            let peer = serde_json::from_str::<serde_json::Number>(&text).is_ok();
            let mut exponent = text.split(['e', 'E']).nth(1).unwrap_or("0");
            exponent = exponent.trim_start_matches(['+', '-']);
            let small = exponent.parse::<u32>().is_ok_and(|exponent| exponent <= 400);
            prop_assert_eq!(check_number(&text).is_ok(), peer && small);
        }

        #[test]
        fn every_integer_reads_back(number: i64) {
            prop_assert_eq!(integer(&number.to_string()), Some(number));
        }
    }
}
