//! What every system does here: answer questions with whole events.

use super::Outcome;
use super::support::question::{Ask, Question};
use annals::json::Value;
use annals::query::FacetCount;
use std::collections::BTreeMap;

/// A store that is open for questions.
pub(crate) trait System {
    /// Answers into `reply`, which is empty.
    fn answer(&self, question: &Question, reply: &mut Reply) -> Outcome;
}

/// A store that answers each kind of question in a way of its own.
pub(crate) trait Kinds {
    /// The newest events, of a page or a stream, up to `limit`.
    fn newest(&self, question: &Question, limit: usize, reply: &mut Reply) -> Outcome;

    /// How many events there are.
    fn count(&self, question: &Question) -> Outcome<u64>;

    /// The values at each path with their counts.
    fn facets(&self, question: &Question, reply: &mut Reply) -> Outcome;
}

impl<K: Kinds> System for K {
    fn answer(&self, question: &Question, reply: &mut Reply) -> Outcome {
        match question.ask {
            Ask::Newest(limit) | Ask::NewestAfter(limit, _) | Ask::Stream(limit) => {
                self.newest(question, limit, reply)
            }
            Ask::Count => {
                reply.count = Some(self.count(question)?);
                Ok(())
            }
            Ask::Facets => self.facets(question, reply),
        }
    }
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

    /// The same answer with the members of each event in the order of their keys, and with every
    /// number as a double: what is left where a system keeps the meaning of JSON and not its text.
    pub(crate) fn meaning(&self) -> Outcome<Reply> {
        let mut meaning =
            Reply { count: self.count, facets: self.facets.clone(), ..Reply::default() };
        for event in self.events() {
            let event = sorted(serde_json::from_slice(event)?);
            meaning.add_event(event.to_string().as_bytes());
        }
        Ok(meaning)
    }

    fn summary(&self) -> String {
        let (events, count) = (self.ends.len(), self.count);
        format!("{events} events, count {count:?}, facets {:?}", self.facets)
    }
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        // Zero has no sign there.
        Value::Number(number) => (number.as_f64().unwrap_or_default() + 0.0).into(),
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            members.into_iter().collect()
        }
        other => other,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(events: &[&str]) -> Reply {
        let mut reply = Reply::default();
        events.iter().for_each(|event| reply.add_event(event.as_bytes()));
        reply
    }

    #[test]
    fn a_difference_of_order_bytes_or_number_is_named() {
        let both = reply(&["{1}", "{2}"]);
        assert_eq!(both.difference(&reply(&["{1}", "{2}"])), None);
        let difference = both.difference(&reply(&["{1}", "{3}"])).unwrap();
        assert_eq!(difference, "event 1 is\n{2}\nand not\n{3}");
        for other in [&["{2}", "{1}"][..], &["{1}"], &["{1}{2}"]] {
            assert!(both.difference(&reply(other)).is_some(), "{other:?}");
        }
        let counted = Reply { count: Some(2), ..reply(&["{1}", "{2}"]) };
        assert!(both.difference(&counted).is_some());
    }

    #[test]
    fn the_meaning_leaves_out_orders_of_members_and_spellings_of_numbers() {
        let one = reply(&[r#"{"a":1.50,"b":{"d":-0.0,"c":"x"}}"#]).meaning().unwrap();
        let same = reply(&[r#"{"b": {"c": "x", "d": 0.00}, "a": 15e-1}"#]).meaning().unwrap();
        assert_eq!(one.difference(&same), None);
        let other = reply(&[r#"{"a":1.50,"b":{"d":0,"c":"y"}}"#]).meaning().unwrap();
        assert!(one.difference(&other).is_some());
    }

    #[test]
    fn facets_stand_by_count_then_by_value() {
        let mut reply = reply(&[]);
        let counts = [("b", 2), ("a", 2), ("c", 3), ("d", 0)];
        reply.set_facets([counts.map(|(value, count)| (value.to_owned(), count)).into()]);
        let values: Vec<_> = reply.facets[0].iter().filter_map(|it| it.value.as_str()).collect();
        assert_eq!(values, ["c", "a", "b"]);
    }
}
