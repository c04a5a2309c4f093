//! How many hits have each value at a path: what facets and completions count.

use super::collect::{Visitor, each_window};
use super::id_counts::{count_ids, count_lists};
use super::prefix::ValuePrefix;
use crate::event::StoredEvent;
use crate::event::shape::Kind;
use crate::json::{ExactNumber, Number, Value};
use crate::limits::NUMBER_BYTES_MAX;
use crate::query::budget::Meter;
use crate::query::exec::evaluate::Evaluator;
use crate::query::plan::dictionary::values;
use crate::query::plan::node::Node;
use crate::query::predicate::column_value::scalar;
use crate::query::predicate::event::{Reader, Values};
use crate::query::predicate::tree::Scope;
use crate::query::predicate::value::Scalar;
use crate::segment::Segment;
use crate::segment::{Column, Decoder, Read, Scratch, WINDOW_ROWS, decode_overflow};
use foldhash::fast::FixedState;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// Distinct values of a path at most.
pub(super) const VALUES_MAX: usize = 1_000_000;

/// One value at a path.
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
pub(super) enum Key {
    Number(ExactNumber),
    String(String),
    Bool(bool),
}

impl Key {
    /// Bytes of its text; for numbers the most that they can have.
    pub(super) fn text_bytes(&self) -> usize {
        match self {
            Key::String(text) => text.len(),
            Key::Number(_) => NUMBER_BYTES_MAX,
            Key::Bool(_) => 0,
        }
    }
}

/// The count of a key, and the spelling of a number with the lowest `seq`.
#[derive(Debug, Clone, Default)]
struct Tally {
    count: u64,
    spelling: Option<(u64, String)>,
}

/// The values at one path, as far as they are counted.
pub(super) struct ValueCounts {
    scope: Scope,
    /// Only values that begin so count.
    prefix: Option<ValuePrefix>,
    tallies: HashMap<Key, Tally, FixedState>,
}

/// Buffers for reading rows.
#[derive(Default)]
struct Buffers {
    scratch: Scratch,
    decoder: Decoder,
    reader: Reader,
}

impl Visitor for ValueCounts {
    fn segment(&mut self, segment: &Segment, node: &Node, meter: &Meter) -> Read<()> {
        self.add_segment(segment, node, meter)
    }

    fn recent(&mut self, event: &StoredEvent, values: &Values<'_>, meter: &Meter) -> Read<()> {
        self.add_event(event, values, meter)
    }
}

impl ValueCounts {
    /// Nothing is counted yet; only values that begin with `prefix` will be.
    pub(super) fn new(scope: Scope, prefix: Option<ValuePrefix>) -> Self {
        ValueCounts { scope, prefix, tallies: HashMap::default() }
    }

    /// Whether values at `path` count.
    fn is_at(&self, path: &[String]) -> bool {
        matches!(&self.scope, Scope::Path(pattern) if pattern.equals(path))
    }

    /// The tally of a key, which is begun if there is none yet.
    ///
    /// # Errors
    /// When a limit is exceeded: too many values, or too much of them to hold.
    fn tally(&mut self, key: Key, meter: &Meter) -> Read<&mut Tally> {
        let is_full = self.tallies.len() >= VALUES_MAX;
        match self.tallies.entry(key) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(_) if is_full => Err(meter.exceed("distinct values")),
            Entry::Vacant(place) => {
                meter.hold(size_of::<(Key, Tally)>() + place.key().text_bytes())?;
                Ok(place.insert(Tally::default()))
            }
        }
    }

    /// Adds the distinct values of one event.
    fn add_distinct(&mut self, seq: u64, values: BTreeMap<Key, String>, meter: &Meter) -> Read<()> {
        for (key, spelling) in values {
            let is_number = matches!(key, Key::Number(_));
            let tally = self.tally(key, meter)?;
            tally.count += 1;
            if is_number && tally.spelling.as_ref().is_none_or(|(first, _)| seq < *first) {
                tally.spelling = Some((seq, spelling));
            }
        }
        Ok(())
    }

    /// What a value counts as, and how it is spelled, if it counts.
    fn key_of(&self, scalar: Scalar<'_>, meter: &Meter) -> Read<Option<(Key, String)>> {
        Ok(match &self.prefix {
            Some(prefix) if !prefix.begins(scalar, meter)? => None,
            _ => key_of(scalar),
        })
    }

    /// What a value of an overflow column counts as, if it is at the path.
    fn key_of_overflow(&self, value: &str, meter: &Meter) -> Read<Option<(Key, String)>> {
        match decode_overflow(value).filter(|value| self.is_at(&value.path)) {
            Some(value) => match scalar(value.kind, value.text) {
                Some(scalar) => self.key_of(scalar, meter),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// Adds the values of an event that is looked at whole.
    fn add_event(&mut self, event: &StoredEvent, values: &Values<'_>, meter: &Meter) -> Read<()> {
        meter.charge(event.event.canonical().len())?;
        let mut distinct = BTreeMap::new();
        let mut keep = |scalar: Scalar<'_>| {
            if let Some((key, spelling)) = self.key_of(scalar, meter)? {
                distinct.entry(key).or_insert(spelling);
            }
            Ok(())
        };
        match &self.scope {
            Scope::Action => keep(Scalar::String(&values.action()))?,
            Scope::Seq => keep(Scalar::Number(&event.seq.to_string()))?,
            _ => values.for_each(|path, scalar| match self.is_at(path) {
                true => keep(scalar),
                false => Ok(()),
            })?,
        }
        self.add_distinct(event.seq, distinct, meter)
    }

    fn add_segment(&mut self, segment: &Segment, node: &Node, meter: &Meter) -> Read<()> {
        match (&self.scope, segment.actions()) {
            (Scope::Path(_), _) => {}
            (Scope::Action, Some(pairs)) => return self.add_actions(segment, node, pairs, meter),
            _ => return self.add_rows(segment, node, &[], None, meter),
        }
        let mut columns = Vec::new();
        for number in 0..segment.column_count() {
            if self.is_in(segment, number, meter)? {
                columns.push(number);
            }
        }
        if is_counted_by_ids(segment, &columns) {
            let mut columns = columns.into_iter();
            return columns.try_for_each(|column| self.add_column(segment, node, column, meter));
        }
        match self.rows_in_question(segment, &columns, meter)? {
            Some(Node::Nothing) => Ok(()),
            among => self.add_rows(segment, node, &columns, among.as_ref(), meter),
        }
    }

    /// Whether a column has values at the path that can count.
    fn is_in(&self, segment: &Segment, number: u32, meter: &Meter) -> Read<bool> {
        let column = segment.column(number);
        Ok(match column.kind() {
            Kind::Overflow => !self.ids(column, meter)?.is_empty(),
            Kind::Null => false,
            kind => kind.is_scalar() && self.is_at(segment.path_of(number)),
        })
    }

    /// The ids of the values of a dictionary that count.
    fn ids(&self, column: Column<'_>, meter: &Meter) -> Read<Vec<u32>> {
        let distinct = column.distinct().unwrap_or(0);
        meter.charge(4 * distinct as usize)?;
        let mut ids = Vec::new();
        match &self.prefix {
            _ if column.kind() == Kind::Overflow => column.for_each_distinct(|id, value| {
                meter.charge(value.len())?;
                ids.extend(self.key_of_overflow(value, meter)?.map(|_| id));
                Ok(())
            })?,
            Some(prefix) => ids = prefix.ids(column, meter)?,
            None => ids.extend(0..distinct),
        }
        Ok(ids)
    }

    /// The rows to be looked at, if they are not all of them.
    fn rows_in_question(
        &self,
        segment: &Segment,
        columns: &[u32],
        meter: &Meter,
    ) -> Read<Option<Node>> {
        if self.prefix.is_none() {
            return Ok(None);
        }
        let mut node = Node::Nothing;
        for number in columns {
            let column = segment.column(*number);
            node = node.or(match column.distinct() {
                Some(_) => values(*number, column, self.ids(column, meter)?)?,
                None => Node::Has(*number),
            });
        }
        Ok(Some(node))
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
        let ids = self.ids(column, meter)?;
        let counts = count_ids(segment, node, number, &ids, meter)?;
        for (id, count) in ids.into_iter().zip(counts) {
            if count > 0 {
                let value = column.distinct_value(id)?;
                meter.charge(value.len())?;
                if let Some((key, _)) = scalar(column.kind(), value).and_then(key_of) {
                    self.tally(key, meter)?.count += count;
                }
            }
        }
        Ok(())
    }

    /// Counts `category.activity` by the pairs of values that occur.
    fn add_actions(
        &mut self,
        segment: &Segment,
        node: &Node,
        pairs: &[(u32, u32)],
        meter: &Meter,
    ) -> Read<()> {
        let column = |key: &str| {
            let is_it = |number: &u32| {
                matches!(segment.path_of(*number), [only] if only == key)
                    && segment.column(*number).kind() == Kind::String
            };
            (0..segment.column_count()).find(is_it).map(|number| segment.column(number))
        };
        let Some((categories, activities)) = column("category").zip(column("activity")) else {
            return self.add_rows(segment, node, &[], None, meter);
        };
        let (mut keys, mut lists) = (Vec::new(), Vec::new());
        for (category, activity) in pairs {
            let text = categories.distinct_value(*category)?;
            let action = format!("{text}.{}", activities.distinct_value(*activity)?);
            meter.charge(action.len())?;
            if let Some((key, _)) = self.key_of(Scalar::String(&action), meter)? {
                keys.push(key);
                lists.push([categories.rows_of(*category)?, activities.rows_of(*activity)?]);
            }
        }
        for (key, count) in keys.into_iter().zip(count_lists(segment, node, &lists, meter)?) {
            if count > 0 {
                self.tally(key, meter)?.count += count;
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
        among: Option<&Node>,
        meter: &Meter,
    ) -> Read<()> {
        let mut buffers = Buffers::default();
        let mut evaluator = Evaluator::new(segment, meter);
        each_window(segment, node, meter, &mut |first, mut set| {
            if let Some(among) = among {
                let rows = first..(first + WINDOW_ROWS).min(segment.rows());
                set = set.and(&evaluator.evaluate(among, rows)?);
            }
            let mut outcome = Ok(());
            set.ascending(|row| {
                let row = first + u32::from(row);
                outcome = self.add_row(segment, row, columns, &mut buffers, meter);
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
        buffers: &mut Buffers,
        meter: &Meter,
    ) -> Read<()> {
        if matches!(self.scope, Scope::Action | Scope::Seq) {
            let event = segment.stored_event(row, &mut buffers.decoder)?;
            return self.add_event(&event, &buffers.reader.read(&event), meter);
        }
        meter.charge(0)?;
        let mut distinct = BTreeMap::new();
        for number in columns {
            let column = segment.column(*number);
            let (start, count) = column.locate(row)?;
            for index in start..start + count {
                let text = column.value(index, &mut buffers.scratch)?;
                meter.charge(text.len())?;
                let found = match (column.kind(), scalar(column.kind(), text)) {
                    (Kind::Overflow, _) => self.key_of_overflow(text, meter)?,
                    (_, Some(scalar)) => self.key_of(scalar, meter)?,
                    (_, None) => None,
                };
                if let Some((key, spelling)) = found {
                    distinct.entry(key).or_insert(spelling);
                }
            }
        }
        self.add_distinct(segment.seq_at(row)?, distinct, meter)
    }

    /// The `top` largest counts (0: all).
    pub(super) fn sorted(self, top: usize) -> Vec<FacetCount> {
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
        let line = |(key, tally): (Key, Tally)| FacetCount {
            value: value(key, &tally),
            count: tally.count,
        };
        tallies.into_iter().map(line).collect()
    }
}

/// Whether each row of these columns counts once for each value id: lists of rows are known, and
/// no value can stand in two of the columns.
fn is_counted_by_ids(segment: &Segment, columns: &[u32]) -> bool {
    let of_kind = |kind| columns.iter().filter(move |c| segment.column(**c).kind() == kind);
    let has_lists = |number: &u32| segment.column(*number).distinct().is_some();
    let (strings, truths) = (of_kind(Kind::String).count(), of_kind(Kind::Bool).count());
    strings <= 1
        && truths <= 1
        && strings + truths == columns.len()
        && columns.iter().all(has_lists)
}

/// What a value counts as, and how it is spelled; null counts as nothing.
pub(super) fn key_of(scalar: Scalar<'_>) -> Option<(Key, String)> {
    match scalar {
        Scalar::String(text) => Some((Key::String(text.to_owned()), String::new())),
        Scalar::Number(text) => Some((Key::Number(ExactNumber::parse(text)?), text.to_owned())),
        Scalar::Bool(truth) => Some((Key::Bool(truth), String::new())),
        Scalar::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet() -> ValueCounts {
        ValueCounts::new(Scope::Action, None)
    }

    fn end_of(meter: &Meter) -> String {
        meter.check().unwrap_err().to_string()
    }

    #[test]
    fn values_have_a_number_and_a_size_that_end_the_search() {
        let (meter, mut counts) = (Meter::unlimited(), facet());
        for number in 0..VALUES_MAX {
            counts.tally(Key::String(number.to_string()), &meter).unwrap().count += 1;
        }
        // Known values count on.
        counts.tally(Key::String("7".into()), &meter).unwrap().count += 1;
        assert!(counts.tally(Key::Bool(true), &meter).is_err());
        assert_eq!(end_of(&meter), "stopped by the distinct values limit");
        let sorted = counts.sorted(2);
        let first = FacetCount { value: Value::String("7".into()), count: 2 };
        assert_eq!((sorted.len(), &sorted[0]), (2, &first));

        let meter = Meter::unlimited();
        // All facets of a search together.
        let (mut one, mut other) = (facet(), facet());
        meter.hold(511 << 20).unwrap();
        one.tally(Key::String("x".repeat(600 << 10)), &meter).unwrap();
        one.tally(Key::String("x".repeat(600 << 10)), &meter).unwrap();
        assert!(other.tally(Key::String("x".repeat(600 << 10)), &meter).is_err());
        assert_eq!(end_of(&meter), "stopped by the memory limit");
    }
}
