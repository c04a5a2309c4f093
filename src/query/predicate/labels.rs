//! Labels as values: the codes of which a label passes a test, as a predicate on those codes.
//!
//! A label is a function of `data_source`, `category` and `activity`. So nothing of it is stored: a
//! test of labels is evaluated once for each code of the profiles, and the codes whose labels pass
//! are looked up like any others (query rewriting).

use super::phrase::Phrase;
use crate::Result;
use crate::profile::{LABEL_FIELDS, Labelled, Registry};
use crate::query::ast::{LastWord, Text};
use std::collections::BTreeSet;

/// The language in which a word with `ae`, `oe` or `ue` also stands for the one without the `e`.
const GERMAN: &str = "de";
/// Occurrences of `ae`, `oe` and `ue` in a word that are varied: two to the power of it are the
/// alternatives of a word.
const VARIED_MAX: usize = 3;
/// Phrases that one phrase may stand for.
const PHRASES_MAX: usize = 512;

/// Which label of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabelField {
    /// `category_label`.
    Category,
    /// `activity_label`.
    Activity,
}

impl LabelField {
    /// Both, in the order of their names in events.
    pub(crate) const ALL: [LabelField; 2] = [LabelField::Category, LabelField::Activity];

    /// The field of these keys, if they name one.
    pub(crate) fn at(keys: &[String]) -> Option<LabelField> {
        let [only] = keys else { return None };
        LabelField::ALL.into_iter().find(|field| field.name() == only)
    }

    /// The path of the value.
    pub(crate) fn name(self) -> &'static str {
        let [category, activity] = LABEL_FIELDS;
        match self {
            LabelField::Category => category,
            LabelField::Activity => activity,
        }
    }
}

/// The labels of the codes of some profiles in one language.
#[derive(Debug)]
pub(crate) struct CodeLabels {
    is_german: bool,
    categories: Vec<Labelled>,
    activities: Vec<Labelled>,
}

impl CodeLabels {
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a language that no profile has, with those
    /// there are.
    pub(crate) fn new(registry: &Registry, language: &str) -> Result<CodeLabels> {
        registry.check_language(language)?;
        Ok(CodeLabels {
            is_german: language == GERMAN,
            categories: registry.labelled_categories(language),
            activities: registry.labelled_activities(language),
        })
    }

    /// The codes that have a label, each with it.
    pub(crate) fn of(&self, field: LabelField) -> &[Labelled] {
        match field {
            LabelField::Category => &self.categories,
            LabelField::Activity => &self.activities,
        }
    }

    /// The sources whose codes have labels, each once.
    pub(crate) fn sources(&self) -> BTreeSet<&str> {
        let all = self.categories.iter().chain(&self.activities);
        all.map(|code| code.data_source.as_str()).collect()
    }

    /// The label of an event of a source, of which category and activity are known as one string
    /// with a dot between them.
    pub(crate) fn label(&self, field: LabelField, source: &str, action: &str) -> Option<&str> {
        let is_meant = |code: &&Labelled, category: &str, activity: &str| {
            code.data_source == source
                && code.category.as_ref().is_none_or(|known| known == category)
                && code.activity.as_ref().is_none_or(|known| known == activity)
                && !code.other_categories.iter().any(|other| other == category)
        };
        // A code may have a dot in it, too.
        let found = action.match_indices('.').find_map(|(dot, _)| {
            let (category, activity) = (&action[..dot], &action[dot + 1..]);
            self.of(field).iter().find(|code| is_meant(code, category, activity))
        });
        found.map(|code| code.label.as_str())
    }

    /// The phrases that a text stands for in this language, its own first.
    pub(crate) fn phrases(&self, phrase: Phrase, text: &Text) -> Vec<Phrase> {
        match self.is_german {
            true => spellings(phrase, text),
            false => vec![phrase],
        }
    }
}

/// The spellings of a phrase in German: each whole word with `ae`, `oe` or `ue` as it is and with
/// `a`, `o`, `u` there, each occurrence by itself; a prefix and a similar word stay.
fn spellings(phrase: Phrase, text: &Text) -> Vec<Phrase> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    let whole = match text.last {
        LastWord::Exact => phrase.words.len(),
        LastWord::Prefix | LastWord::Fuzzy(_) => phrase.words.len() - 1,
    };
    for (place, word) in phrase.words.iter().enumerate() {
        let mut words = vec![word.clone()];
        if place < whole {
            words = umlauts(word);
        }
        if all.len() * words.len() > PHRASES_MAX {
            words.truncate(1);
        }
        all = all
            .into_iter()
            .flat_map(|before| {
                words.iter().map(move |word| [&before[..], std::slice::from_ref(word)].concat())
            })
            .collect();
    }
    match all.len() {
        1 => vec![phrase],
        _ => all.into_iter().map(|words| phrase.with_words(words)).collect(),
    }
}

/// A folded word, and the words that it stands for where an `ae`, `oe` or `ue` is an umlaut.
fn umlauts(word: &str) -> Vec<String> {
    let bytes = word.as_bytes();
    let is_umlaut = |place: &usize| {
        matches!(bytes[*place], b'a' | b'o' | b'u') && bytes.get(place + 1) == Some(&b'e')
    };
    let places: Vec<usize> = (0..bytes.len()).filter(is_umlaut).take(VARIED_MAX).collect();
    let spelled = |choice: usize| {
        let is_dropped = |at: usize| {
            let place = places.iter().position(|place| place + 1 == at);
            place.is_some_and(|place| choice & (1 << place) != 0)
        };
        let kept = word.char_indices().filter(|(at, _)| !is_dropped(*at));
        kept.map(|(_, character)| character).collect()
    };
    (0..1 << places.len()).map(spelled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_umlaut_that_is_written_with_e_is_varied_by_itself() {
        assert_eq!(umlauts("joerg"), ["joerg", "jorg"]);
        assert_eq!(umlauts("aeoe"), ["aeoe", "aoe", "aeo", "ao"]);
        assert_eq!(umlauts("neu"), ["neu"]);
        assert_eq!(umlauts("aeaeaeae").len(), 8);
    }
}
