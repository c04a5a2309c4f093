//! Phrases: words that stand consecutively inside one text.

use crate::limits::{FUZZY_CHARS_MAX, FUZZY_DISTANCE_MAX};
use crate::query::ast::{LastWord, Text};
use crate::text::{FuzzyWord, fold, for_each_folded_word, for_each_word, has_numeric};

/// Words that must stand consecutively, in this order, inside one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// Folded words, at least one.
    pub(crate) words: Vec<String>,
    /// How the last of them is compared; a fuzzy one stands alone.
    pub(crate) last: LastWord,
    /// The word of a fuzzy phrase.
    fuzzy: Option<FuzzyWord>,
    /// The KMP failure table of the words before the last: for each prefix, the length of its
    /// longest border (a shorter prefix that is also its suffix).
    borders: Vec<usize>,
}

impl Phrase {
    /// The phrase of a text.
    ///
    /// # Errors
    /// What is wrong with it: no word, or not a single plain word where it is fuzzy.
    pub(super) fn read(text: &Text) -> Result<Phrase, String> {
        let folded = fold(&text.text);
        let mut words = Vec::new();
        for_each_folded_word(&folded, |word| words.push(word.to_string()));
        if words.is_empty() {
            let hint = "write letters or numbers";
            return Err(format!("there is no word in `{}`; {hint}", text.text));
        }
        let mut fuzzy = None;
        if let LastWord::Fuzzy(distance) = text.last {
            check_fuzzy(&text.text, &folded, &words, distance)?;
            fuzzy = FuzzyWord::new(&folded, distance);
        }
        let borders = borders(&words[..words.len() - 1]);
        Ok(Phrase { words, last: text.last, fuzzy, borders })
    }

    /// The same with other words, as many.
    pub(super) fn with_words(&self, words: Vec<String>) -> Phrase {
        let borders = borders(&words[..words.len() - 1]);
        Phrase { words, last: self.last, fuzzy: self.fuzzy.clone(), borders }
    }

    /// Whether `text` has these words consecutively.
    ///
    /// Knuth-Morris-Pratt over words ("Fast Pattern Matching in Strings", 1977): linear in the
    /// words of the text, also for phrases that repeat a word thousands of times. The last word is
    /// compared apart, as it may be a prefix or a similar word.
    pub(crate) fn matches_text(&self, text: &str) -> bool {
        let (last, before) = self.words.split_last().expect("a phrase has a word");
        let mut is_found = false;
        // KMP state: length of the longest prefix of `before` that the text so far ends with.
        let mut met = 0;
        for_each_word(text, |word| {
            is_found = is_found || met == before.len() && self.last_matches(last, word);
            if !is_found {
                met = go_on(before, &self.borders, met, word);
            }
        });
        is_found
    }

    /// Whether the folded `word` passes for the last word of the phrase.
    pub(crate) fn matches_last(&self, word: &str) -> bool {
        let last = self.words.last().expect("a phrase has a word");
        self.last_matches(last, word)
    }

    fn last_matches(&self, last: &str, word: &str) -> bool {
        match self.last {
            LastWord::Exact => word == last,
            LastWord::Prefix => word.starts_with(last),
            LastWord::Fuzzy(_) => {
                self.fuzzy.as_ref().is_some_and(|fuzzy| fuzzy.matches(word)) && !has_numeric(word)
            }
        }
    }
}

/// The KMP failure table of `words`: the longest border of each prefix, from one word on.
fn borders(words: &[String]) -> Vec<usize> {
    let mut borders = Vec::with_capacity(words.len());
    let mut met = 0;
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            met = go_on(words, &borders, met, word);
        }
        borders.push(met);
    }
    borders
}

/// The KMP transition: the state after `word` in state `met`.
fn go_on(words: &[String], borders: &[usize], mut met: usize, word: &str) -> usize {
    while words.get(met).is_none_or(|expected| expected != word) {
        if met == 0 {
            return 0;
        }
        met = borders[met - 1];
    }
    met + 1
}

fn check_fuzzy(text: &str, folded: &str, words: &[String], distance: u8) -> Result<(), String> {
    if !(1..=FUZZY_DISTANCE_MAX).contains(&distance) {
        return Err("the distance of a fuzzy word is `~1` or `~2`".to_string());
    }
    let is_one_word = matches!(words, [word] if word == folded);
    if !is_one_word || has_numeric(folded) {
        let hint = "quote the text to look for it as it is";
        return Err(format!("`~` goes with one word of letters, not with `{text}`; {hint}"));
    }
    let count = folded.chars().count();
    if count > FUZZY_CHARS_MAX {
        return Err(format!("a fuzzy word has at most {FUZZY_CHARS_MAX} characters, not {count}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phrase(text: &str, last: LastWord) -> Phrase {
        let text = text.to_string();
        Phrase::read(&Text { text, last }).expect("a phrase")
    }

    #[test]
    fn words_of_a_phrase_stand_consecutively() {
        use LastWord::{Exact, Prefix};
        for (text, last, value, expected) in [
            ("a b", Exact, "x A-b y", true),
            ("a b", Exact, "a x b", false),
            ("a b", Exact, "b a", false),
            ("a a b", Exact, "a a a b", true),
            ("a b a c", Exact, "a b a b a c", true),
            ("a a a b", Exact, "a a b a a a a b", true),
            ("a b a a", Exact, "a b a b a b a", false),
            ("a b a bc", Prefix, "a b a b a bcd", true),
            ("a b", Exact, "a", false),
            ("two wor", Prefix, "one two words", true),
            ("two wor", Prefix, "two two sworn", false),
            ("foo-", Prefix, "football", true),
            ("a", Exact, "ab", false),
            ("Müller", Exact, "anna.mueller@x MULLER", true),
            ("漢字", Exact, "の漢字", true),
            ("漢字", Exact, "漢の字", false),
        ] {
            assert_eq!(phrase(text, last).matches_text(value), expected, "{text} in {value}");
        }
    }

    #[test]
    fn fuzzy_words_leave_words_with_numbers_out() {
        let fuzzy = phrase("Über", LastWord::Fuzzy(1));
        for (value, expected) in [
            ("uber", true),
            ("tuber", true),
            ("ube", true),
            ("über", true),
            ("oder", false),
            ("ubr1", false),
            ("ube2", false),
            ("a uuber z", true),
        ] {
            assert_eq!(fuzzy.matches_text(value), expected, "{value}");
        }
        assert!(phrase("oder", LastWord::Fuzzy(2)).matches_text("uber"));
    }

    #[test]
    fn texts_that_are_no_phrase_are_refused() {
        let long = "x".repeat(33);
        for (text, last) in [
            ("", LastWord::Exact),
            ("🎉 !!", LastWord::Exact),
            ("-", LastWord::Prefix),
            ("two words", LastWord::Fuzzy(1)),
            ("word2", LastWord::Fuzzy(1)),
            ("x²", LastWord::Fuzzy(1)),
            ("word.", LastWord::Fuzzy(1)),
            ("word", LastWord::Fuzzy(0)),
            ("word", LastWord::Fuzzy(3)),
            (&long, LastWord::Fuzzy(1)),
        ] {
            let text = text.to_string();
            assert!(Phrase::read(&Text { text: text.clone(), last }).is_err(), "{text}");
        }
        assert!(phrase(&"x".repeat(32), LastWord::Fuzzy(2)).matches_text(&"x".repeat(34)));
    }

    #[test]
    fn long_phrases_take_no_longer_than_their_text() {
        let (many, text) = ("a ".repeat(30_000), "a ".repeat(500_000));
        let long = phrase(&format!("{many}b"), LastWord::Exact);
        let start = std::time::Instant::now();
        assert!(!long.matches_text(&text));
        assert!(long.matches_text(&format!("{text}b")));
        // Words times words took half a minute, and longer without optimisation.
        assert!(start.elapsed().as_secs() < 10);
    }

    proptest! {
        #[test]
        fn a_phrase_is_found_where_its_words_are(
            words in prop::collection::vec("[ab]", 1..6),
            value in prop::collection::vec("[ab]", 0..24),
        ) {
            let expected = value.windows(words.len()).any(|window| window == words);
            let found = phrase(&words.join(" "), LastWord::Exact).matches_text(&value.join("-"));
            prop_assert_eq!(found, expected);
        }
    }
}
