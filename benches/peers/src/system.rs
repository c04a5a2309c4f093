//! What every system does here: answer questions with whole events.

use super::Outcome;
use super::support::question::Question;
use annals::event::Value;
use annals::query::FacetCount;
use std::collections::BTreeMap;

/// A store that is open for questions.
pub(crate) trait System {
    /// Answers into `reply`, which is empty.
    fn answer(&self, question: &Question, reply: &mut Reply) -> Outcome;
}

/// An answer in the hands of the caller. Its memory is used again for the next one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Events in canonical form, one behind the other.
    json: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// How many events there are, if that was the question.
    pub(crate) count: Option<u64>,
    /// For each path its values, the most frequent first, if that was the question.
    pub(crate) facets: Vec<Vec<FacetCount>>,
}

impl Reply {
    /// Makes ready for the next question.
    pub(crate) fn clear(&mut self) {
        self.json.clear();
        self.ends.clear();
        self.count = None;
        self.facets.clear();
    }

    /// Adds a whole event behind those that are there.
    pub(crate) fn add_event(&mut self, json: &[u8]) {
        self.json.extend_from_slice(json);
        self.ends.push(self.json.len());
    }

    /// The events, in their order.
    pub(crate) fn events(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.json[std::mem::replace(&mut start, *end)..*end])
    }

    /// Sets the facets: the most frequent value first, ties by bytes.
    pub(crate) fn set_facets<const N: usize>(&mut self, counts: [BTreeMap<String, u64>; N]) {
        self.facets = counts.into_iter().map(ranked).collect();
    }

    /// What `other` says differently, in a few words.
    pub(crate) fn difference(&self, other: &Reply) -> Option<String> {
        if self == other {
            return None;
        }
        let mut pairs = self.events().zip(other.events()).enumerate();
        let differing = pairs.find(|(_, (one, two))| one != two);
        Some(match differing {
            Some((index, (one, two))) => {
                let [one, two] = [one, two].map(String::from_utf8_lossy);
                format!("event {index} is\n{one}\nand not\n{two}")
            }
            None => format!("{} and not {}", other.summary(), self.summary()),
        })
    }

    fn summary(&self) -> String {
        let (events, count) = (self.ends.len(), self.count);
        format!("{events} events, count {count:?}, facets {:?}", self.facets)
    }
}

fn ranked(counts: BTreeMap<String, u64>) -> Vec<FacetCount> {
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    let mut counts: Vec<FacetCount> =
        counts.map(|(value, count)| FacetCount { value: Value::String(value), count }).collect();
    // The sort is stable: equal counts stay in the order of their values.
    counts.sort_by_key(|facet| std::cmp::Reverse(facet.count));
    counts
}
