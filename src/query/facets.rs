//! Facets: how many hits have each value at a path.

use super::condition::{Scalar, Scope, facet_scope};
use super::matching::{Reader, Values};
use super::meter::Meter;
use super::node::{Node, scalar};
use super::search::Search;
use super::tally::{Visitor, each_window};
use crate::event::shape::Kind;
use crate::event::{ExactNumber, Number, StoredEvent, Value};
use crate::segment::{Read, RowSet, Scratch, Segment, decode_overflow};
use crate::{Error, Result};
use foldhash::fast::FixedState;
use std::collections::{BTreeMap, HashMap};

/// Distinct values of a facet at most.
const VALUES_MAX: usize = 1_000_000;

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// A string, number or boolean; numbers that are equal count together and print as the one
    /// with the lowest `seq`.
    pub value: Value,
    /// Hits that have it.
    pub count: u64,
}

/// What counts together, in the order of ties: numbers by value, strings by bytes, false, true.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Number(ExactNumber),
    String(String),
    Bool(bool),
}

/// The count of a key, and the spelling of a number with the lowest `seq`.
#[derive(Debug, Clone, Default)]
struct Tally {
    count: u64,
    spelling: Option<(u64, String)>,
}

impl Search<'_> {
    /// The `top` most frequent values at each path (0: all), largest count first; ties: numbers by
    /// value, then strings by bytes, then false, true.
    ///
    /// Cost without a filter: linear in the distinct values; else in the hits, some nanoseconds
    /// each.
    ///
    /// # Errors
    /// As [`Search::count`]; [`Error::Invalid`] for a path that is no field, an object or a time;
    /// [`Error::Budget`] beyond 1,000,000 distinct values.
    pub fn facets(self, paths: &[&str], top: usize) -> Result<Vec<Vec<FacetCount>>> {
        let mut counters = Counters { facets: Vec::with_capacity(paths.len()) };
        for path in paths {
            counters.facets.push(Facet { scope: facet_scope(path)?, tallies: HashMap::default() });
        }
        self.visit(&self.meter(), &mut counters)?;
        if counters.facets.iter().any(|facet| facet.tallies.len() > VALUES_MAX) {
            return Err(Error::Budget { limit: "distinct values" });
        }
        Ok(counters.facets.into_iter().map(|facet| facet.sorted(top)).collect())
    }
}

struct Counters {
    facets: Vec<Facet>,
}

impl Visitor for Counters {
    fn segment(&mut self, segment: &Segment, node: &Node, meter: &Meter) -> Read<()> {
        for facet in &mut self.facets {
            facet.add_segment(segment, node, meter)?;
        }
        Ok(())
    }

    fn recent(&mut self, event: &StoredEvent, values: &Values<'_>) {
        for facet in &mut self.facets {
            facet.add_event(event, values);
        }
    }
}

/// The values at one path, as far as they are counted.
struct Facet {
    scope: Scope,
    tallies: HashMap<Key, Tally, FixedState>,
}

impl Facet {
    /// Whether values at `path` count.
    fn is_at(&self, path: &[String]) -> bool {
        matches!(&self.scope, Scope::Path(pattern) if pattern.equals(path))
    }

    fn add(&mut self, key: Key, count: u64) {
        // Beyond the cap the facet fails: no need to hold more.
        if self.tallies.len() <= VALUES_MAX {
            self.tallies.entry(key).or_default().count += count;
        }
    }

    /// Adds the distinct values of one event.
    fn add_distinct(&mut self, seq: u64, values: BTreeMap<Key, String>) {
        for (key, spelling) in values {
            if self.tallies.len() > VALUES_MAX {
                return;
            }
            let is_number = matches!(key, Key::Number(_));
            let tally = self.tallies.entry(key).or_default();
            tally.count += 1;
            if is_number && tally.spelling.as_ref().is_none_or(|(first, _)| seq < *first) {
                tally.spelling = Some((seq, spelling));
            }
        }
    }

    fn add_event(&mut self, event: &StoredEvent, values: &Values<'_>) {
        let mut distinct = BTreeMap::new();
        match &self.scope {
            Scope::Action => {
                distinct.insert(Key::String(values.action()), String::new());
            }
            Scope::Seq => {
                let text = event.seq.to_string();
                distinct.extend(key_of(Scalar::Number(&text)));
            }
            _ => values.for_each(|path, scalar| {
                if self.is_at(path) {
                    let (key, spelling) = match key_of(scalar) {
                        Some(found) => found,
                        None => return,
                    };
                    distinct.entry(key).or_insert(spelling);
                }
            }),
        }
        self.add_distinct(event.seq, distinct);
    }

    fn add_segment(&mut self, segment: &Segment, node: &Node, meter: &Meter) -> Read<()> {
        let columns: Vec<u32> = (0..segment.column_count())
            .filter(|number| match segment.column(*number).kind() {
                Kind::Overflow => true,
                kind => kind.is_scalar() && self.is_at(segment.path_of(*number)),
            })
            .collect();
        let strings = |number: &u32| segment.column(*number).kind() == Kind::String;
        let is_simple = columns.iter().all(|number| {
            let column = segment.column(*number);
            matches!(column.kind(), Kind::String | Kind::Bool | Kind::Null)
                && column.distinct().is_some()
        });
        let is_simple = is_simple && columns.iter().filter(|number| strings(number)).count() <= 1;
        if !is_simple || !matches!(self.scope, Scope::Path(_)) {
            return self.add_rows(segment, node, &columns, meter);
        }
        for number in columns {
            if segment.column(number).kind() != Kind::Null {
                self.add_column(segment, node, number, meter)?;
            }
        }
        Ok(())
    }

    /// Counts the values of a column with a dictionary by their ids.
    fn add_column(
        &mut self,
        segment: &Segment,
        node: &Node,
        number: u32,
        meter: &Meter,
    ) -> Read<()> {
        let column = segment.column(number);
        let distinct = column.distinct().unwrap_or(0);
        let mut counts = vec![0u64; distinct as usize];
        if matches!(node, Node::Everything) {
            for (id, count) in (0u32..).zip(&mut counts) {
                meter.charge(0)?;
                *count = column.rows_of(id)?.cardinality().into();
            }
        } else {
            each_window(segment, node, meter, &mut |first, set| {
                meter.charge(4 * set.len())?;
                gather(segment, number, first, &set, &mut counts)
            })?;
        }
        for (id, count) in (0u32..).zip(counts) {
            if count > 0 {
                let value = column.distinct_value(id)?;
                meter.charge(value.len())?;
                let value = scalar(column.kind(), value);
                if let Some((key, _)) = value.and_then(key_of) {
                    self.add(key, count);
                }
            }
        }
        Ok(())
    }

    /// Counts row by row: numbers, texts without a dictionary, several columns for one path.
    fn add_rows(
        &mut self,
        segment: &Segment,
        node: &Node,
        columns: &[u32],
        meter: &Meter,
    ) -> Read<()> {
        let mut scratch = Scratch::default();
        each_window(segment, node, meter, &mut |first, set| {
            let mut outcome = Ok(());
            set.ascending(|row| {
                let row = first + u32::from(row);
                outcome = self.add_row(segment, row, columns, &mut scratch, meter);
                outcome.is_ok()
            });
            outcome
        })
    }

    fn add_row(
        &mut self,
        segment: &Segment,
        row: u32,
        columns: &[u32],
        scratch: &mut Scratch,
        meter: &Meter,
    ) -> Read<()> {
        let seq = segment.seq_at(row)?;
        if matches!(self.scope, Scope::Action | Scope::Seq) {
            let event = segment.stored_event(row, &mut Default::default())?;
            meter.charge(event.event.canonical().len())?;
            self.add_event(&event, &Reader::new().read(&event));
            return Ok(());
        }
        meter.charge(0)?;
        let mut distinct = BTreeMap::new();
        for number in columns {
            let column = segment.column(*number);
            let (start, count) = column.locate(row)?;
            for index in start..start + count {
                let text = column.value(index, scratch)?;
                meter.charge(text.len())?;
                let found = match column.kind() {
                    Kind::Overflow => decode_overflow(text)
                        .filter(|value| self.is_at(&value.path))
                        .and_then(|value| key_of(scalar(value.kind, value.text)?)),
                    kind => scalar(kind, text).and_then(key_of),
                };
                if let Some((key, spelling)) = found {
                    distinct.entry(key).or_insert(spelling);
                }
            }
        }
        self.add_distinct(seq, distinct);
        Ok(())
    }

    /// The `top` largest counts (0: all).
    fn sorted(self, top: usize) -> Vec<FacetCount> {
        let mut tallies: Vec<(Key, Tally)> = self.tallies.into_iter().collect();
        let order = |(a_key, a): &(Key, Tally), (b_key, b): &(Key, Tally)| {
            b.count.cmp(&a.count).then_with(|| a_key.cmp(b_key))
        };
        if (1..tallies.len()).contains(&top) {
            // A million values are not sorted for the first ten.
            tallies.select_nth_unstable_by(top - 1, order);
            tallies.truncate(top);
        }
        tallies.sort_unstable_by(order);
        let value = |key: Key, tally: &Tally| match key {
            Key::String(text) => Value::String(text),
            Key::Bool(truth) => Value::Bool(truth),
            Key::Number(_) => {
                let text = tally.spelling.as_ref().map_or("0", |(_, text)| text.as_str());
                Number::parse(text).map_or(Value::Null, Value::Number)
            }
        };
        tallies
            .into_iter()
            .map(|(key, tally)| FacetCount { value: value(key, &tally), count: tally.count })
            .collect()
    }
}

/// Adds the value ids of rows to `counts`, each once a row.
fn gather(
    segment: &Segment,
    number: u32,
    first: u32,
    set: &RowSet,
    counts: &mut [u64],
) -> Read<()> {
    let column = segment.column(number);
    let mut outcome = Ok(());
    let mut ids = Vec::new();
    set.ascending(|row| {
        outcome = (|| {
            let (start, count) = column.locate(first + u32::from(row))?;
            ids.clear();
            for index in start..start + count {
                ids.push(column.value_id(index)?);
            }
            if count > 1 {
                ids.sort_unstable();
                ids.dedup();
            }
            for id in &ids {
                if let Some(count) = counts.get_mut(*id as usize) {
                    *count += 1;
                }
            }
            Ok(())
        })();
        outcome.is_ok()
    });
    outcome
}

/// What a value counts as, and how it is spelled; null counts as nothing.
fn key_of(scalar: Scalar<'_>) -> Option<(Key, String)> {
    match scalar {
        Scalar::String(text) => Some((Key::String(text.to_owned()), String::new())),
        Scalar::Number(text) => Some((Key::Number(ExactNumber::parse(text)?), text.to_owned())),
        Scalar::Bool(truth) => Some((Key::Bool(truth), String::new())),
        Scalar::Null => None,
    }
}
