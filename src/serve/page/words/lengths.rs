//! Lengths of time in words, and back: `90d` is 90 days.

use super::phrases::Words;
use crate::event::{Length, LengthUnit};

/// The units in the order of [`Words::lengths`].
const UNITS: [LengthUnit; 9] = [
    LengthUnit::Microsecond,
    LengthUnit::Millisecond,
    LengthUnit::Second,
    LengthUnit::Minute,
    LengthUnit::Hour,
    LengthUnit::Day,
    LengthUnit::Week,
    LengthUnit::Month,
    LengthUnit::Year,
];

impl Words {
    /// A length such as `7d` in words; any other text as it is.
    pub(in crate::serve::page) fn length(&self, text: &str) -> String {
        let Some(Length { count, unit }) = Length::parse(text) else {
            return text.to_owned();
        };
        let place = UNITS.iter().position(|known| *known == unit);
        let [one, several] = place.map_or([text, text], |place| self.lengths[place]);
        format!("{count} {}", if count == 1 { one } else { several })
    }

    /// How long something is kept, as a form holds it: what [`Words::read_kept`] reads.
    pub(in crate::serve::page) fn kept(&self, text: &str) -> String {
        match text {
            _ if self.has_length_codes => text.to_owned(),
            FOREVER => self.forever.to_owned(),
            NOTHING => self.nothing_kept.to_owned(),
            length => self.length(length),
        }
    }

    /// What somebody wrote for a length, in words or as in queries, as it is in queries; what is
    /// neither as it is.
    pub(in crate::serve::page) fn read_kept(&self, text: &str) -> String {
        let text = text.trim();
        let is = |word: &str| word.to_lowercase() == text.to_lowercase();
        if is(self.forever) {
            return FOREVER.to_owned();
        }
        if is(self.nothing_kept) {
            return NOTHING.to_owned();
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at(digits);
        let unit = unit.trim().to_lowercase();
        let is_unit = |words: &[&str; 2]| words.iter().any(|word| word.to_lowercase() == unit);
        match self.lengths.iter().position(is_unit) {
            Some(place) if digits > 0 => format!("{count}{}", UNITS[place].name()),
            _ => text.to_owned(),
        }
    }
}

/// What is kept for ever, and not at all, as in `store.toml`.
const FOREVER: &str = "forever";
const NOTHING: &str = "nothing";

#[cfg(test)]
mod tests {
    use super::super::PageLanguage;

    #[test]
    fn a_length_is_said_in_words_and_read_again() {
        let words = PageLanguage::ALL.map(PageLanguage::words);
        assert_eq!(words.map(|words| words.length("1mo")), ["1 month", "1 Monat", "1 mois"]);
        assert_eq!(words.map(|words| words.length("7d")), ["7 days", "7 Tage", "7 jours"]);
        assert_eq!(words[1].kept("forever"), "für immer");
        for words in words {
            for text in ["1us", "5ms", "1s", "30m", "12h", "90d", "2w", "1mo", "3y"] {
                assert_eq!(words.read_kept(&words.length(text)), text, "{}", words.code);
            }
            for text in ["forever", "nothing", "3660d"] {
                assert_eq!(words.read_kept(&words.kept(text)), text, "{}", words.code);
                assert_eq!(words.read_kept(text), text, "codes count in every language");
            }
            assert_eq!(words.read_kept("soon"), "soon");
            assert_eq!(words.read_kept("90"), "90");
        }
        assert_eq!(words[1].read_kept("  90 tage "), "90d");
    }
}
