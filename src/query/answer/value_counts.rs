//! Group-by on the values at a path, in a hash table: what facets and completions count.

use super::collect::{Collector, each_window};
use super::id_counts::{count_ids, count_lists};
use super::prefix::ValuePrefix;
use crate::Limit;
use crate::event::StoredEvent;
use crate::event::shape::Kind;
use crate::json::{ExactNumber, Number, Value};
use crate::limits::{DISTINCT_VALUES_MAX, NUMBER_BYTES_MAX};
use crate::query::budget::{Budget, Evaluated, Limited};
use crate::query::exec::evaluate::{Evaluator, RowBuffers};
use crate::query::plan::columns::columns_at;
use crate::query::plan::dictionary::values;
use crate::query::plan::node::{Disjunction, RowPlan};
use crate::query::plan::plan;
use crate::query::predicate::event::FlatEvent;
use crate::query::predicate::paths::FacetPath;
use crate::query::predicate::tree::Predicate;
use crate::query::predicate::value::Scalar;
use crate::query::predicate::value::scalar;
use crate::segment::Segment;
use crate::segment::{Column, WINDOW_ROWS};
use foldhash::fast::FixedState;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// One value at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FacetCount {
    /// A string, number or boolean; numbers that are equal count together and print as the one
    /// with the lowest `seq`.
    pub value: Value,
    /// Hits that have it.
    pub count: u64,
}

/// What counts together, in the order of ties: numbers by value, strings by bytes, false, true.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum ValueKey {
    Number(ExactNumber),
    String(String),
    Bool(bool),
}

impl ValueKey {
    /// Bytes of its text; for numbers the most that they can have.
    pub(super) fn text_bytes(&self) -> usize {
        match self {
            ValueKey::String(text) => text.len(),
            ValueKey::Number(_) => NUMBER_BYTES_MAX,
            ValueKey::Bool(_) => 0,
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
    pub(super) path: FacetPath,
    /// Only values that begin so count.
    prefix: Option<ValuePrefix>,
    tallies: HashMap<ValueKey, Tally, FixedState>,
}

impl Collector<'_> for ValueCounts {
    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        self.add_segment(segment, node, budget)
    }

    fn recent(
        &mut self,
        event: &StoredEvent,
        values: &FlatEvent<'_>,
        budget: &Budget,
    ) -> Limited<()> {
        self.add_event(event, values, budget)
    }
}

impl ValueCounts {
    /// Nothing is counted yet; only values that begin with `prefix` will be.
    pub(super) fn new(path: FacetPath, prefix: Option<ValuePrefix>) -> Self {
        ValueCounts { path, prefix, tallies: HashMap::default() }
    }

    /// Adds hits that have a string.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub(super) fn add_string(&mut self, text: &str, count: u64, budget: &Budget) -> Limited<()> {
        self.tally(ValueKey::String(text.to_owned()), budget)?.count += count;
        Ok(())
    }

    /// Whether values at `path` count.
    pub(super) fn is_at(&self, path: &[String]) -> bool {
        matches!(&self.path, FacetPath::Values(pattern) if pattern.equals(path))
    }

    /// The tally of a key, which is begun if there is none yet.
    ///
    /// # Errors
    /// When a limit is exceeded: too many values, or too much of them to hold.
    fn tally(&mut self, key: ValueKey, budget: &Budget) -> Limited<&mut Tally> {
        let is_full = self.tallies.len() >= DISTINCT_VALUES_MAX;
        match self.tallies.entry(key) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(_) if is_full => Err(Limit::DistinctValues),
            Entry::Vacant(place) => {
                budget.charge_heap(size_of::<(ValueKey, Tally)>() + place.key().text_bytes())?;
                Ok(place.insert(Tally::default()))
            }
        }
    }

    /// Adds the distinct values of one event.
    fn add_distinct(
        &mut self,
        seq: u64,
        values: BTreeMap<ValueKey, String>,
        budget: &Budget,
    ) -> Limited<()> {
        for (key, spelling) in values {
            let is_number = matches!(key, ValueKey::Number(_));
            let tally = self.tally(key, budget)?;
            tally.count += 1;
            if is_number && tally.spelling.as_ref().is_none_or(|(first, _)| seq < *first) {
                tally.spelling = Some((seq, spelling));
            }
        }
        Ok(())
    }

    /// What a value counts as, and how it is spelled, if it counts.
    pub(super) fn key_of(
        &self,
        scalar: Scalar<'_>,
        budget: &Budget,
    ) -> Limited<Option<(ValueKey, String)>> {
        Ok(match &self.prefix {
            Some(prefix) if !prefix.begins(scalar, budget)? => None,
            _ => key_of(scalar),
        })
    }

    /// Adds the values of an event that is looked at whole.
    fn add_event(
        &mut self,
        event: &StoredEvent,
        values: &FlatEvent<'_>,
        budget: &Budget,
    ) -> Limited<()> {
        budget.charge_bytes(event.event.canonical().len())?;
        let mut distinct = BTreeMap::new();
        let mut keep = |scalar: Scalar<'_>| {
            if let Some((key, spelling)) = self.key_of(scalar, budget)? {
                distinct.entry(key).or_insert(spelling);
            }
            Ok(())
        };
        match &self.path {
            FacetPath::Action => keep(Scalar::String(&values.action()))?,
            FacetPath::Seq => keep(Scalar::Number(&event.seq.to_string()))?,
            FacetPath::Members(element, member) => {
                element.for_each_member(event.event.canonical(), member, budget, keep)?;
            }
            FacetPath::Values(_) => values.for_each(|path, scalar| match self.is_at(path) {
                true => keep(scalar),
                false => Ok(()),
            })?,
        }
        self.add_distinct(event.seq, distinct, budget)
    }

    fn add_segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        let pattern = match &self.path {
            FacetPath::Values(pattern) => pattern,
            FacetPath::Action => return self.add_actions(segment, node, budget),
            FacetPath::Members(element, _) => {
                let among = plan(&Predicate::Element(element.clone()), segment, budget)?;
                return self.add_rows(segment, node, &[], Some(&among), budget);
            }
            FacetPath::Seq => return self.add_rows(segment, node, &[], None, budget),
        };
        let mut columns = columns_at(pattern, segment);
        columns.retain(|number| segment.column(*number).kind() != Kind::Null);
        if let Some(overflow) = segment.overflow_column()
            && !self.ids(segment.column(overflow), budget)?.is_empty()
        {
            columns.push(overflow);
        }
        if self.is_counted_by_ids(segment, &columns, budget)? {
            let mut columns = columns.into_iter();
            return columns.try_for_each(|column| self.add_column(segment, node, column, budget));
        }
        match self.rows_in_question(segment, &columns, budget)? {
            Some(RowPlan::Nothing) => Ok(()),
            among => self.add_rows(segment, node, &columns, among.as_ref(), budget),
        }
    }

    /// The ids of the values of a dictionary that count.
    fn ids(&self, column: Column<'_>, budget: &Budget) -> Evaluated<Vec<u32>> {
        if column.kind() == Kind::Overflow {
            return self.overflow_ids(column, budget);
        }
        let distinct = column.distinct().unwrap_or(0);
        budget.charge_bytes(4 * distinct as usize)?;
        let mut ids = Vec::new();
        match &self.prefix {
            Some(prefix) => ids = prefix.ids(column, budget)?,
            None => ids.extend(0..distinct),
        }
        Ok(ids)
    }

    /// The rows to be looked at, if they are not all of them.
    fn rows_in_question(
        &self,
        segment: &Segment,
        columns: &[u32],
        budget: &Budget,
    ) -> Evaluated<Option<RowPlan>> {
        if self.prefix.is_none() {
            return Ok(None);
        }
        let mut any = Disjunction::default();
        for number in columns {
            let column = segment.column(*number);
            any.add(match column.distinct() {
                Some(_) => values(*number, column, self.ids(column, budget)?)?,
                None => RowPlan::NotNull(*number),
            });
        }
        Ok(Some(any.finish()))
    }

    /// Counts the values of a column with a dictionary by their ids.
    fn add_column(
        &mut self,
        segment: &Segment,
        node: &RowPlan,
        number: u32,
        budget: &Budget,
    ) -> Evaluated<()> {
        let column = segment.column(number);
        let ids = self.ids(column, budget)?;
        let counts = count_ids(segment, node, number, &ids, budget)?;
        for (id, count) in ids.into_iter().zip(counts) {
            if count > 0 {
                let value = column.distinct_value(id)?;
                budget.charge_bytes(value.len())?;
                let key = match column.kind() {
                    Kind::Overflow => self.key_of_overflow(value, budget)?,
                    kind => scalar(kind, value).and_then(key_of),
                };
                if let Some((key, _)) = key {
                    self.tally(key, budget)?.count += count;
                }
            }
        }
        Ok(())
    }

    /// Counts `category.activity` by the pairs of values that occur, and row by row where they are
    /// not known.
    fn add_actions(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        let Some(pairs) = segment.actions()? else {
            return self.add_rows(segment, node, &[], None, budget);
        };
        if let Some(columns) = segment.action_columns() {
            self.add_pairs(segment, node, pairs, columns, budget)?;
        }
        match segment.overflow_column() {
            Some(number) => {
                self.add_rows(segment, node, &[], Some(&RowPlan::NotNull(number)), budget)
            }
            None => Ok(()),
        }
    }

    /// Counts pairs of value ids.
    fn add_pairs(
        &mut self,
        segment: &Segment,
        node: &RowPlan,
        pairs: &[(u32, u32)],
        (categories, activities): (Column<'_>, Column<'_>),
        budget: &Budget,
    ) -> Evaluated<()> {
        let (mut keys, mut lists) = (Vec::new(), Vec::new());
        for (category, activity) in pairs {
            let text = categories.distinct_value(*category)?;
            let action = format!("{text}.{}", activities.distinct_value(*activity)?);
            budget.charge_bytes(action.len())?;
            if let Some((key, _)) = self.key_of(Scalar::String(&action), budget)? {
                keys.push(key);
                lists.push([categories.rows_of(*category)?, activities.rows_of(*activity)?]);
            }
        }
        for (key, count) in keys.into_iter().zip(count_lists(segment, node, &lists, budget)?) {
            if count > 0 {
                self.tally(key, budget)?.count += count;
            }
        }
        Ok(())
    }

    /// Counts row by row: numbers, texts without a dictionary, several columns for one path.
    fn add_rows(
        &mut self,
        segment: &Segment,
        node: &RowPlan,
        columns: &[u32],
        among: Option<&RowPlan>,
        budget: &Budget,
    ) -> Evaluated<()> {
        let mut buffers = RowBuffers::default();
        let mut evaluator = Evaluator::new(segment, budget);
        each_window(segment, node, budget, &mut |first, mut set| {
            if let Some(among) = among {
                let rows = first..(first + WINDOW_ROWS).min(segment.rows());
                set = set.and(&evaluator.evaluate(among, rows)?);
            }
            let mut outcome = Ok(());
            set.ascending(|row| {
                let row = first + u32::from(row);
                outcome = self.add_row(segment, row, columns, &mut buffers, budget);
                outcome.is_ok()
            });
            outcome
        })
        .map(drop)
    }

    fn add_row(
        &mut self,
        segment: &Segment,
        row: u32,
        columns: &[u32],
        buffers: &mut RowBuffers,
        budget: &Budget,
    ) -> Evaluated<()> {
        if !matches!(self.path, FacetPath::Values(_)) {
            let event = segment.stored_event(row, &mut buffers.decoder)?;
            return Ok(self.add_event(&event, &buffers.reader.read(&event), budget)?);
        }
        budget.charge_bytes(0)?;
        let mut distinct = BTreeMap::new();
        for number in columns {
            let column = segment.column(*number);
            let (start, count) = column.locate(row)?;
            for index in start..start + count {
                let text = column.value(index, &mut buffers.scratch)?;
                budget.charge_bytes(text.len())?;
                let found = match (column.kind(), scalar(column.kind(), text)) {
                    (Kind::Overflow, _) => self.key_of_overflow(text, budget)?,
                    (_, Some(scalar)) => self.key_of(scalar, budget)?,
                    (_, None) => None,
                };
                if let Some((key, spelling)) = found {
                    distinct.entry(key).or_insert(spelling);
                }
            }
        }
        Ok(self.add_distinct(segment.seq_at(row)?, distinct, budget)?)
    }

    /// The `top` largest counts (`None`: all).
    pub(super) fn sorted(self, top: Option<usize>) -> Vec<FacetCount> {
        let mut tallies: Vec<(ValueKey, Tally)> = self.tallies.into_iter().collect();
        let order = |(a_key, a): &(ValueKey, Tally), (b_key, b): &(ValueKey, Tally)| {
            b.count.cmp(&a.count).then_with(|| a_key.cmp(b_key))
        };
        if let Some(top) = top.filter(|top| (1..tallies.len()).contains(top)) {
            // A million values are not sorted for the first ten.
            tallies.select_nth_unstable_by(top - 1, order);
            tallies.truncate(top);
        }
        tallies.sort_unstable_by(order);
        let value = |key: ValueKey, tally: &Tally| match key {
            ValueKey::String(text) => Value::String(text),
            ValueKey::Bool(truth) => Value::Bool(truth),
            ValueKey::Number(_) => {
                let text = tally.spelling.as_ref().map_or("0", |(_, text)| text.as_str());
                Number::parse(text).map_or(Value::Null, Value::Number)
            }
        };
        let line = |(key, tally): (ValueKey, Tally)| FacetCount {
            value: value(key, &tally),
            count: tally.count,
        };
        tallies.into_iter().map(line).collect()
    }
}

/// What a value counts as, and how it is spelled; null counts as nothing.
pub(super) fn key_of(scalar: Scalar<'_>) -> Option<(ValueKey, String)> {
    match scalar {
        Scalar::String(text) => Some((ValueKey::String(text.to_owned()), String::new())),
        Scalar::Number(text) => {
            Some((ValueKey::Number(ExactNumber::parse(text)?), text.to_owned()))
        }
        Scalar::Bool(truth) => Some((ValueKey::Bool(truth), String::new())),
        Scalar::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet() -> ValueCounts {
        ValueCounts::new(FacetPath::Action, None)
    }

    #[test]
    fn values_have_a_number_and_a_size_that_end_the_search() {
        let (budget, mut counts) = (Budget::unlimited(), facet());
        for number in 0..DISTINCT_VALUES_MAX {
            counts.tally(ValueKey::String(number.to_string()), &budget).unwrap().count += 1;
        }
        // Known values count on.
        counts.tally(ValueKey::String("7".into()), &budget).unwrap().count += 1;
        let one_more = counts.tally(ValueKey::Bool(true), &budget).map(drop);
        assert_eq!(one_more, Err(Limit::DistinctValues));
        let sorted = counts.sorted(Some(2));
        let first = FacetCount { value: Value::String("7".into()), count: 2 };
        assert_eq!((sorted.len(), &sorted[0]), (2, &first));

        let budget = Budget::unlimited();
        // All facets of a search together.
        let (mut one, mut other) = (facet(), facet());
        budget.charge_heap(511 << 20).unwrap();
        one.tally(ValueKey::String("x".repeat(600 << 10)), &budget).unwrap();
        one.tally(ValueKey::String("x".repeat(600 << 10)), &budget).unwrap();
        let too_much = other.tally(ValueKey::String("x".repeat(600 << 10)), &budget).map(drop);
        assert_eq!(too_much, Err(Limit::Memory));
    }
}
