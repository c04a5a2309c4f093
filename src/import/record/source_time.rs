//! Times of source systems: finer than microseconds is cut, and the original is kept.

use super::members::MemberList;
use crate::json::Value;
use crate::{Error, Result};

/// Under `details`: the time as the source wrote it, where it had to be cut.
const ORIGINAL_KEY: &str = "occurred_at_source";
/// Fraction digits that an event keeps.
const FRACTION_DIGITS_MAX: usize = 6;

/// `text` with its fraction of a second cut to six digits; `None` when it has no more than that.
pub(in crate::import) fn cut_fraction(text: &str) -> Option<String> {
    let point = text.find('.')?;
    let fraction = &text[point + 1..];
    let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let beyond = fraction.get(FRACTION_DIGITS_MAX..count)?;
    if beyond.bytes().all(|digit| digit == b'0') {
        return None;
    }
    let (kept, zone) = (&fraction[..FRACTION_DIGITS_MAX], &fraction[count..]);
    Some(format!("{}.{kept}{zone}", &text[..point]))
}

/// Keeps the original of a time that was cut under `details`.
pub(in crate::import) fn keep_original(details: &mut MemberList, original: Value) -> Result<()> {
    if details.iter().any(|(key, _)| key == ORIGINAL_KEY) {
        return Err(Error::invalid(
            format!("details.{ORIGINAL_KEY}"),
            "is there already, and the time has more than 6 fraction digits",
        ));
    }
    details.push((ORIGINAL_KEY.to_owned(), original));
    Ok(())
}

/// The `occurred_at` of an event for an RFC 3339 time; what is cut off is kept under `details`.
pub(in crate::import) fn occurred_at(time: Value, details: &mut MemberList) -> Result<Value> {
    let cut = match &time {
        Value::String(text) => cut_fraction(text),
        _ => None,
    };
    match cut {
        Some(text) => {
            keep_original(details, time)?;
            Ok(Value::String(text))
        }
        None => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::cut_fraction;

    #[test]
    fn only_digits_that_say_something_are_cut() {
        let cut = |text| cut_fraction(text);
        assert_eq!(cut("2022-02-17T06:57:28Z"), None);
        assert_eq!(cut("2022-02-17T06:57:28.123456Z"), None);
        assert_eq!(cut("2022-02-17T06:57:28.1234560Z"), None);
        assert_eq!(cut("2022-02-17T06:57:28.1234567Z").unwrap(), "2022-02-17T06:57:28.123456Z");
        assert_eq!(
            cut("2022-02-17T06:57:28.123456789+02:00").unwrap(),
            "2022-02-17T06:57:28.123456+02:00"
        );
        assert_eq!(cut("no.time"), None);
    }
}
