//! Labels as values: the codes of which a label passes a test, as a predicate on those codes.
//!
//! A label is a function of `data_source`, `category` and `activity`. So nothing of it is stored: a
//! test of labels is evaluated once for each code of the profiles, and the codes whose labels pass
//! are looked up like any others (query rewriting).

use super::context::any_context;
use super::equals::Equals;
use super::phrase::Phrase;
use super::simplify::union;
use super::tree::{Predicate, Scope};
use super::value_predicate::ValuePredicate;
use crate::Result;
use crate::profile::{LABEL_FIELDS, Labelled, Registry};
use crate::query::ast::path_pattern::PathPattern;
use crate::query::ast::{LastWord, Literal, Text};
use std::collections::{BTreeMap, BTreeSet};

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

/// Events that have one of these codes.
pub(crate) fn having_codes(codes: &[&Labelled]) -> Predicate {
    // One list of codes for each source and category, so that each costs one look into an index.
    let mut listed: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    let mut any = Vec::new();
    for code in codes {
        match (&code.category, &code.activity) {
            (category, Some(activity)) if code.other_categories.is_empty() => {
                let key = (code.data_source.as_str(), category.as_deref());
                listed.entry(key).or_default().push(activity);
            }
            (_, Some(activity)) => {
                let others = code.other_categories.iter().map(String::as_str).collect();
                any.push(Predicate::all_of(vec![
                    is_one_of("data_source", vec![&code.data_source]),
                    is_one_of("activity", vec![activity]),
                    Predicate::Not(Box::new(is_one_of("category", others))),
                ]));
            }
            (Some(category), None) => any.push(Predicate::all_of(vec![
                is_one_of("data_source", vec![&code.data_source]),
                is_one_of("category", vec![category]),
            ])),
            (None, None) => {}
        }
    }
    for ((source, category), activities) in listed {
        let mut parts = vec![is_one_of("data_source", vec![source])];
        parts.extend(category.map(|category| is_one_of("category", vec![category])));
        parts.push(is_one_of("activity", activities));
        any.push(Predicate::all_of(parts));
    }
    match any.is_empty() {
        true => Predicate::Not(Box::new(Predicate::All)),
        false => union(any),
    }
}

/// Events of a source.
pub(crate) fn of_source(source: &str) -> Predicate {
    is_one_of("data_source", vec![source])
}

fn is_one_of(field: &str, codes: Vec<&str>) -> Predicate {
    let literals: Vec<Literal> = codes.into_iter().map(Literal::quoted).collect();
    let test = ValuePredicate::Equals(Equals::read(&literals, &any_context()));
    Predicate::field(Scope::Path(PathPattern::new(&[field.to_owned()])), test)
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
