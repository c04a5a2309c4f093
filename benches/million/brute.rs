//! The same answers by brute force: every event is parsed by another parser and looked at.

use super::Outcome;
use super::batches::Batches;
use super::support::question::{Answer, Ask, FACET_PATHS, Filter, Question};
use super::support::table::Row;
use annals::json::Value as AnnalsValue;
use annals::query::FacetCount;
use annals::store::Snapshot;
use chrono::DateTime;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::path::Path;

/// An event as far as filters look at it.
struct Plain {
    micros: i64,
    seq: u64,
    category: String,
    activity: String,
    actor: String,
    /// The words of each value, in lower case.
    values: Vec<Vec<String>>,
}

/// What passed the filter of one question.
#[derive(Default)]
struct Found {
    /// `(occurred_at, seq)` of the newest, no more than are asked for.
    newest: BinaryHeap<Reverse<(i64, u64)>>,
    count: u64,
    facets: [HashMap<String, u64>; 2],
}

/// Compares answers of the engine with those found by looking at every line of `file`, in so many
/// variants of each row.
pub(crate) fn check(
    file: &Path,
    snapshot: &Snapshot,
    rows: &[Row],
    actor_path: &str,
    variants: usize,
) -> Outcome<usize> {
    let asked = |row: &'_ Row| {
        let questions = row.questions.iter().take(variants).cloned();
        questions.map(|question| (row.name, question)).collect()
    };
    let questions: Vec<(&str, Question)> =
        rows.iter().flat_map(|row| -> Vec<_> { asked(row) }).collect();
    let mut found: Vec<Found> = questions.iter().map(|_| Found::default()).collect();
    let mut batches = Batches::open(file)?;
    let mut seq = 0;
    while batches.advance()? {
        for line in batches.lines() {
            seq += 1;
            let event = Plain::read(line, seq, actor_path)?;
            for ((_, question), found) in questions.iter().zip(&mut found) {
                if event.passes(&question.filter) {
                    found.add(&event, question.ask);
                }
            }
        }
    }
    for ((name, question), found) in questions.iter().zip(found) {
        let answer = question.answer(snapshot)?;
        if !found.agrees(question.ask, &answer) {
            return Err(format!("{name}: wrong answer to {question:?}").into());
        }
    }
    Ok(questions.len())
}

impl Plain {
    fn read(line: &[u8], seq: u64, actor_path: &str) -> Outcome<Plain> {
        let mut event: Value = serde_json::from_slice(line)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let time = event["occurred_at"].take();
        let time = DateTime::parse_from_rfc3339(time.as_str().unwrap_or_default())?;
        // Queries do not look into it.
        event["raw"].take();
        let mut values = Vec::new();
        add_values(&event, &mut values);
        let actor = actor_path.split('.').fold(&event, |value, key| &value[key]);
        Ok(Plain {
            micros: time.timestamp_micros(),
            seq,
            category: text(&event["category"]),
            activity: text(&event["activity"]),
            actor: text(actor),
            values,
        })
    }

    fn passes(&self, filter: &Filter) -> bool {
        let in_window =
            filter.window.is_none_or(|(from, to)| (from.0..to.0).contains(&self.micros));
        let is = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|it| it == is);
        in_window
            && (filter.categories.is_empty() || filter.categories.contains(&self.category))
            && is(&filter.activity, &self.activity)
            && filter.actor.as_ref().is_none_or(|actor| actor.value == self.actor)
            && filter.texts.iter().all(|text| self.has(text))
    }

    /// Whether one value has the words of `text` one behind the other.
    fn has(&self, text: &str) -> bool {
        let is_prefix = text.ends_with('*');
        let wanted = words(text);
        let last = wanted.len() - 1;
        let same = |place: usize, word: &String| match is_prefix && place == last {
            true => word.starts_with(&wanted[place]),
            false => *word == wanted[place],
        };
        let matches = |run: &[String]| run.iter().enumerate().all(|(at, word)| same(at, word));
        let mut values = self.values.iter();
        values.any(|value| value.windows(wanted.len()).any(matches))
    }
}

/// Runs of letters and digits in lower case. What accents and the like become beyond ASCII is taken
/// from the engine: another table of Unicode would differ by its version.
fn words(text: &str) -> Vec<String> {
    if !text.is_ascii() {
        return annals::text::words(text);
    }
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn add_values(value: &Value, values: &mut Vec<Vec<String>>) {
    match value {
        Value::Null => {}
        Value::Bool(value) => values.push(vec![value.to_string()]),
        Value::Number(number) => values.push(words(&number.to_string())),
        Value::String(text) => values.push(words(text)),
        Value::Array(list) => list.iter().for_each(|value| add_values(value, values)),
        Value::Object(members) => members.values().for_each(|value| add_values(value, values)),
    }
}

impl Found {
    fn add(&mut self, event: &Plain, ask: Ask) {
        self.count += 1;
        let place = (event.micros, event.seq);
        match ask {
            Ask::Newest(limit) | Ask::Stream(limit) => self.keep(place, limit),
            Ask::NewestAfter(limit, depth) if place < (depth.time.0, depth.seq) => {
                self.keep(place, limit);
            }
            Ask::Facets => {
                for (counts, value) in
                    self.facets.iter_mut().zip([&event.category, &event.activity])
                {
                    *counts.entry(value.clone()).or_default() += 1;
                }
            }
            Ask::NewestAfter(..) | Ask::Count => {}
        }
    }

    fn keep(&mut self, place: (i64, u64), limit: usize) {
        self.newest.push(Reverse(place));
        if self.newest.len() > limit {
            self.newest.pop();
        }
    }

    fn agrees(self, ask: Ask, answer: &Answer) -> bool {
        match (ask, answer) {
            (Ask::Newest(_) | Ask::NewestAfter(..) | Ask::Stream(_), Answer::Events(events)) => {
                let newest = self.newest.into_sorted_vec();
                newest.iter().map(|Reverse((_, seq))| seq).eq(events)
            }
            (Ask::Count, Answer::Count(count)) => *count == self.count,
            (Ask::Facets, Answer::Facets(facets)) => {
                facets.len() == FACET_PATHS.len()
                    && self.facets.into_iter().map(sorted).eq(facets.iter().cloned())
            }
            _ => false,
        }
    }
}

/// Largest count first; ties by bytes.
fn sorted(counts: HashMap<String, u64>) -> Vec<FacetCount> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
    let counts = counts.into_iter();
    counts.map(|(value, count)| FacetCount { value: AnnalsValue::String(value), count }).collect()
}
