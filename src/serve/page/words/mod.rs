//! The words of the page, in its languages.

mod counts;
mod english;
mod french;
mod german;
mod lengths;
mod notes;
mod phrases;
mod problems;
mod sentences;

pub(super) use phrases::Words;

use english::ENGLISH;
use french::FRENCH;
use german::GERMAN;

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageLanguage {
    English,
    German,
    French,
}

impl PageLanguage {
    /// All of them, as the choice of languages lists them.
    pub(super) const ALL: [PageLanguage; 3] =
        [PageLanguage::English, PageLanguage::German, PageLanguage::French];

    /// The first language of a list, as browsers send it, that the page has; else English.
    pub(super) fn of(list: &str) -> PageLanguage {
        let known = list.split(',').filter_map(|language| match language.trim().get(..2)? {
            "en" => Some(PageLanguage::English),
            "de" => Some(PageLanguage::German),
            "fr" => Some(PageLanguage::French),
            _ => None,
        });
        known.into_iter().next().unwrap_or(PageLanguage::English)
    }

    /// Its words.
    pub(super) fn words(self) -> &'static Words {
        match self {
            PageLanguage::English => &ENGLISH,
            PageLanguage::German => &GERMAN,
            PageLanguage::French => &FRENCH,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_there_is_counts() {
        let code = |list: &str| PageLanguage::of(list).words().code;
        assert_eq!(code("de-DE,de;q=0.9,en;q=0.8"), "de");
        assert_eq!(code("it, fr;q=0.5"), "fr");
        assert_eq!(code(""), "en");
        assert_eq!(code("é"), "en");
    }

    #[test]
    fn numbers_and_ages_are_those_of_the_language() {
        let words = PageLanguage::ALL.map(PageLanguage::words);
        let numbers = words.map(|words| words.number(1_234_567));
        assert_eq!(numbers, ["1,234,567", "1.234.567", "1\u{202f}234\u{202f}567"]);
        assert_eq!(words.map(|words| words.events(1)), ["1 event", "1 Ereignis", "1 événement"]);
        let minutes = words.map(|words| words.ago(180_000_000));
        assert_eq!(minutes, ["3 minutes ago", "vor 3 Minuten", "il y a 3 minutes"]);
        let day = words.map(|words| words.ago(86_400_000_000));
        assert_eq!(day, ["1 day ago", "vor 1 Tag", "il y a 1 jour"]);
        let ahead = words.map(|words| words.ago(-7_200_000_000));
        assert_eq!(ahead, ["in 2 hours", "in 2 Stunden", "dans 2 heures"]);
        assert_eq!(words[0].ago(2_000_000), "now");
    }
}
