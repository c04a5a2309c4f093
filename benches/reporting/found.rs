//! Words to ask for, taken from the data: out of a sample, with the counts of the engine.

use super::data_set::DataSet;
use crate::Outcome;
use crate::batches::Batches;
use crate::support::parameters::{Parameters, VARIANTS};
use crate::support::texts::Texts;
use annals::query::Query;
use annals::store::Snapshot;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Events of the sample.
const SAMPLED: usize = 20_000;
/// Texts of a row.
const TEXTS: usize = 8;
/// Candidates of rare and unique words that the engine is asked about.
const TRIED: usize = 400;

/// What the events of a sample hold. Words and phrases are of ASCII and in lower case.
#[derive(Debug, Default)]
struct Sample {
    events: usize,
    /// In how many events a word stands.
    words: BTreeMap<String, usize>,
    /// In how many events a value of several words stands.
    values: BTreeMap<String, usize>,
    /// Words of some events, from all over the file.
    some: Vec<BTreeSet<String>>,
}

/// Texts to ask for; `snapshot` shows the events of `file`.
pub(crate) fn texts(
    set: DataSet,
    file: &Path,
    snapshot: &Snapshot,
    parameters: &Parameters,
) -> Outcome<Texts> {
    match set {
        DataSet::Generated => Ok(Texts::generated(snapshot, parameters)?),
        _ => found(file, snapshot),
    }
}

/// Looks for texts in `file`.
fn found(file: &Path, snapshot: &Snapshot) -> Outcome<Texts> {
    let count = snapshot.query(&Query::all()).count()? as usize;
    let sample = Sample::read(file, count.div_ceil(SAMPLED).max(1))?;
    let common = sample.words_of(20, 600, is_plain);
    let names = sample.names();
    let pairs = sample.pairs();
    Ok(Texts {
        prefixes: sample.prefixes(),
        remark_phrases: or(sample.remarks(), &names),
        pairs: or(pairs, &[vec![common.first().cloned().ok_or("no word is common")?]]),
        name_phrases: or(names, &common),
        rare_words: sample.with_count(snapshot, 2..=50, is_plain)?,
        unique_words: sample.with_count(snapshot, 1..=1, has_digit)?,
        common,
    })
}

/// `found`, or the others where nothing was.
fn or<T: Clone>(found: Vec<T>, others: &[T]) -> Vec<T> {
    if found.is_empty() { others.to_vec() } else { found }
}

impl Sample {
    fn read(file: &Path, step: usize) -> Outcome<Sample> {
        let mut batches = Batches::open(file)?;
        let mut sample = Sample::default();
        let mut number = 0;
        while batches.advance()? {
            for line in batches.lines() {
                if usize::is_multiple_of(number, step) {
                    sample.add(&serde_json::from_slice(line)?);
                }
                number += 1;
            }
        }
        Ok(sample)
    }

    fn add(&mut self, event: &Value) {
        let mut values = BTreeSet::new();
        for (key, value) in event.as_object().into_iter().flatten() {
            // Its words are not in the index, and `raw` is not looked into.
            if key != "occurred_at" && key != "raw" {
                add_texts(value, &mut values);
            }
        }
        let words: BTreeSet<String> =
            values.iter().flat_map(|value| words(value)).map(str::to_owned).collect();
        for word in &words {
            *self.words.entry(word.clone()).or_default() += 1;
        }
        for value in values {
            if words_are_many(&value) {
                *self.values.entry(value).or_default() += 1;
            }
        }
        if self.events.is_multiple_of(SAMPLED / 200) {
            self.some.push(words);
        }
        self.events += 1;
    }

    /// Words that stand in so many of a thousand events, the most frequent ones first.
    fn words_of(&self, from: usize, to: usize, is: fn(&str) -> bool) -> Vec<String> {
        let range = (self.events * from / 1000).max(2)..=self.events * to / 1000;
        let found = self.words.iter().filter(|(word, count)| range.contains(count) && is(word));
        first_by_count(found)
    }

    /// Beginnings of words that are neither rare nor common.
    fn prefixes(&self) -> Vec<String> {
        let words = self.words_of(1, 50, |word| is_plain(word) && word.len() >= 5);
        let mut prefixes: Vec<String> =
            words.iter().map(|word| format!("{}*", &word[..4])).collect();
        prefixes.dedup();
        or(prefixes, &["a*".to_owned()])
    }

    /// Two words of the same event, one of them common.
    fn pairs(&self) -> Vec<Vec<String>> {
        let share = |word: &str| 1000 * self.words[word] / self.events;
        let found = self.some.iter().filter_map(|words| {
            let mut plain = words.iter().filter(|word| is_plain(word));
            let common = plain.clone().find(|word| (20..600).contains(&share(word)))?;
            let other = plain.find(|word| *word != common && (1..20).contains(&share(word)))?;
            Some(vec![other.clone(), common.clone()])
        });
        let pairs: BTreeSet<Vec<String>> = found.collect();
        pairs.into_iter().take(TEXTS).collect()
    }

    /// The first words of values that come again and again.
    fn names(&self) -> Vec<String> {
        let often = (self.events / 500).max(2);
        let mut phrases: BTreeMap<String, usize> = BTreeMap::new();
        for (value, count) in self.values.iter().filter(|(_, count)| **count >= often) {
            let phrase: Vec<&str> = words(value).take(3).collect();
            *phrases.entry(phrase.join(" ")).or_default() += count;
        }
        first_by_count(phrases.iter())
    }

    /// Two words that stand side by side in values that hardly come again.
    fn remarks(&self) -> Vec<String> {
        let often = (self.events / 500).max(2);
        let mut phrases: BTreeMap<String, usize> = BTreeMap::new();
        for (value, _) in self.values.iter().filter(|(_, count)| **count < often) {
            let all: Vec<&str> = words(value).collect();
            for pair in all.windows(2).filter(|pair| pair.iter().all(|word| is_plain(word))) {
                *phrases.entry(pair.join(" ")).or_default() += 1;
            }
        }
        first_by_count(phrases.iter())
    }

    /// Words that stand in so many of all events, as many as there are variants if they exist.
    fn with_count(
        &self,
        snapshot: &Snapshot,
        wanted: std::ops::RangeInclusive<u64>,
        is: fn(&str) -> bool,
    ) -> Outcome<Vec<String>> {
        let matching = || self.words.iter().filter(|(word, _)| is(word));
        // More than one where the log is repeated.
        let least = matching().map(|(_, count)| *count).min();
        let rare: Vec<&String> =
            matching().filter(|(_, count)| Some(**count) == least).map(|(word, _)| word).collect();
        let mut counted = Vec::new();
        for word in rare.iter().step_by((rare.len() / TRIED).max(1)) {
            let count = snapshot.query(&Query::text(*word)).count()?;
            counted.push((!wanted.contains(&count), count, (*word).clone()));
        }
        // Those that are wanted first; where there are too few, those that come close.
        counted.sort();
        let words: Vec<String> =
            counted.into_iter().take(VARIANTS).map(|(_, _, word)| word).collect();
        if words.is_empty() {
            return Err("the sample has no rare words".into());
        }
        Ok(words)
    }
}

/// Collects the values that are texts of ASCII, in lower case.
fn add_texts(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.is_ascii() => {
            texts.insert(text.to_ascii_lowercase());
        }
        Value::Array(list) => list.iter().for_each(|value| add_texts(value, texts)),
        Value::Object(members) => members.values().for_each(|value| add_texts(value, texts)),
        _ => {}
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| (1..=40).contains(&word.len()))
}

fn words_are_many(text: &str) -> bool {
    words(text).nth(1).is_some()
}

/// A word that a person would type.
fn is_plain(word: &str) -> bool {
    word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn has_digit(word: &str) -> bool {
    word.len() >= 8 && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// The most frequent ones; ties in the order of the texts.
fn first_by_count<'a>(found: impl Iterator<Item = (&'a String, &'a usize)>) -> Vec<String> {
    let mut found: Vec<_> = found.collect();
    found.sort_by(|one, two| two.1.cmp(one.1).then_with(|| one.0.cmp(two.0)));
    found.into_iter().take(TEXTS).map(|(text, _)| text.clone()).collect()
}
