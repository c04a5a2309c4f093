//! Which fields the hits have: paths, kinds, how many events, how many distinct values.

use super::collect::{Collector, each_window};
use super::distinct::FieldValues;
use crate::Result;
use crate::event::StoredEvent;
use crate::event::shape::Kind;
use crate::query::ast::{Path, Query};
use crate::query::budget::{Budget, Evaluated, Halt, Limited};
use crate::query::exec::evaluate::has_bit;
use crate::query::plan::node::RowPlan;
use crate::query::predicate::event::FlatEvent;
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::segment::decode_overflow;
use crate::store::Snapshot;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A field that some hits have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FoundField {
    /// The keys that lead to its values; prints as queries write it, odd keys in quotes.
    pub path: Path,
    /// What its values are, without repetition and in the order of [`FieldKind`].
    pub kinds: Vec<FieldKind>,
    /// Hits that have a value there, be it null.
    pub events: u64,
    /// Distinct values as facets count them, null being none; exact. `None` for times, beyond
    /// 1,000,000 or 256 MiB of them, and where more than 262,144 values would have to be read one
    /// by one because they hardly repeat.
    pub distinct: Option<u64>,
}

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FieldKind {
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// An instant of the event or of the engine; only `=`, comparisons and ranges ask for it.
    Time,
}

impl FieldKind {
    /// The name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldKind::String => "string",
            FieldKind::Number => "number",
            FieldKind::Boolean => "boolean",
            FieldKind::Null => "null",
            FieldKind::Time => "time",
        }
    }

    /// `None` for what is no value of an event.
    fn of(kind: Kind) -> Option<FieldKind> {
        match kind {
            Kind::String => Some(FieldKind::String),
            Kind::Number => Some(FieldKind::Number),
            Kind::Bool => Some(FieldKind::Boolean),
            Kind::Null => Some(FieldKind::Null),
            Kind::Length | Kind::Raw | Kind::Overflow => None,
        }
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Snapshot {
    /// The fields of all events that are not hidden; see [`Search::fields`].
    ///
    /// # Errors
    /// As [`Search::fields`].
    pub fn fields(&self) -> Result<Vec<FoundField>> {
        self.query(&Query::all()).fields()
    }
}

impl Search<'_> {
    /// The fields of the hits, sorted by their keys. What no hit has is not listed.
    ///
    /// Masked paths are not listed either: nothing can be asked of them.
    ///
    /// A path names exactly its keys here. In a query `details.a.b` also means the key `a.b`,
    /// which is listed as `details."a.b"`.
    ///
    /// Cost: a few nanoseconds for each value of each segment, and for each distinct value some
    /// hundred; one path at a time in memory.
    ///
    /// # Errors
    /// As [`Search::count`].
    pub fn fields(self) -> Result<Vec<FoundField>> {
        let budget = self.budget();
        let mut found = FieldOccurrences::default();
        self.visit(&budget, &mut found)?;
        let mut fields = engine_fields(found.hits);
        for (path, places) in std::mem::take(&mut found.places) {
            if !self.mask().covers(&path) {
                fields.extend(self.selection.told(found.field(path, places, &budget))?);
            }
        }
        fields.sort_by(|one, other| one.path.segments().cmp(other.path.segments()));
        Ok(fields)
    }
}

/// Fields of every event that are in no column.
fn engine_fields(events: u64) -> Vec<FoundField> {
    let field = |key: &str, kind, distinct| FoundField {
        path: Path::new(vec![key.to_owned()]),
        kinds: vec![kind],
        events,
        distinct,
    };
    match events {
        0 => Vec::new(),
        _ => vec![
            field("occurred_at", FieldKind::Time, None),
            field("recorded_at", FieldKind::Time, None),
            field("seq", FieldKind::Number, Some(events)),
        ],
    }
}

/// Where values were found.
#[derive(Default)]
struct FieldOccurrences<'s> {
    hits: u64,
    segments: Vec<SegmentHits<'s>>,
    places: BTreeMap<Vec<String>, PathOccurrences>,
}

/// Where the values of one path are.
#[derive(Default)]
struct PathOccurrences {
    in_segments: Vec<ColumnOccurrence>,
    /// Hits among the newest events that have values there.
    unindexed_events: u64,
    kinds: BTreeSet<FieldKind>,
    values: FieldValues,
}

/// Values in a column of a segment.
struct ColumnOccurrence {
    /// The number of the segment.
    segment: usize,
    column: u32,
    kind: Kind,
    /// The value ids, if the path has some of the values of an overflow column.
    ids: Option<Vec<u32>>,
}

/// The hits of a segment.
struct SegmentHits<'s> {
    segment: &'s Segment,
    /// One bit a row; `None`: all of them.
    rows: Option<Vec<u64>>,
}

impl SegmentHits<'_> {
    fn sees(&self, row: u32) -> bool {
        self.rows.as_ref().is_none_or(|rows| has_bit(rows, row))
    }
}

impl<'s> FieldOccurrences<'s> {
    /// Where the values of a path are, as far as it is known.
    ///
    /// # Errors
    /// When a limit is exceeded: too many paths to hold.
    fn places_of(&mut self, path: &[String], budget: &Budget) -> Limited<&mut PathOccurrences> {
        if !self.places.contains_key(path) {
            let keys: usize = path.iter().map(|key| size_of::<String>() + key.len()).sum();
            budget.charge_heap(keys + size_of::<PathOccurrences>())?;
        }
        Ok(self.places.entry(path.to_vec()).or_default())
    }

    /// Notes the paths of an overflow column.
    fn add_overflow(
        &mut self,
        segment: &Segment,
        number: usize,
        column: u32,
        budget: &Budget,
    ) -> Evaluated<()> {
        let mut ids: BTreeMap<(Vec<String>, Kind), Vec<u32>> = BTreeMap::new();
        segment.column(column).for_each_distinct::<Halt>(|id, value| {
            budget.charge_bytes(value.len())?;
            if let Some(value) = decode_overflow(value) {
                ids.entry((value.path, value.kind)).or_default().push(id);
            }
            Ok(())
        })?;
        for ((path, kind), ids) in ids {
            budget.charge_bytes(size_of_val(&ids[..]))?;
            budget.charge_heap(size_of::<ColumnOccurrence>() + size_of_val(&ids[..]))?;
            let place = ColumnOccurrence { segment: number, column, kind, ids: Some(ids) };
            self.places_of(&path, budget)?.in_segments.push(place);
        }
        Ok(())
    }

    /// Counts one path; `None` if no hit has it.
    fn field(
        &self,
        path: Vec<String>,
        mut places: PathOccurrences,
        budget: &Budget,
    ) -> Result<Option<FoundField>> {
        let mut events = places.unindexed_events;
        let in_segments = std::mem::take(&mut places.in_segments);
        for same_segment in in_segments.chunk_by(|one, other| one.segment == other.segment) {
            let Some(seen) = same_segment.first().and_then(|p| self.segments.get(p.segment)) else {
                continue;
            };
            let mut marks = vec![0; seen.segment.rows().div_ceil(64) as usize];
            budget.charge_bytes(size_of_val(&marks[..]))?;
            for place in same_segment {
                let done = places.add(seen, place, &mut marks, budget);
                if done.map_err(|halt| halt.error(seen.segment))? {
                    places.kinds.extend(FieldKind::of(place.kind));
                }
            }
            events += count_bits(&marks);
        }
        let kinds: Vec<FieldKind> = places.kinds.into_iter().collect();
        let distinct = places.values.distinct();
        let path = Path::new(path);
        Ok((events > 0).then_some(FoundField { path, kinds, events, distinct }))
    }
}

impl<'s> Collector<'s> for FieldOccurrences<'s> {
    /// Notes the hits of a segment, and which paths may have values there.
    fn segment(&mut self, segment: &'s Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        let rows = match node {
            RowPlan::Nothing => return Ok(()),
            RowPlan::Everything => None,
            node => {
                let mut bits = vec![0; segment.rows().div_ceil(64) as usize];
                budget.charge_heap(size_of_val(&bits[..]))?;
                each_window(segment, node, budget, &mut |first, set| {
                    set.ascending(|row| set_bit(&mut bits, first + u32::from(row)));
                    Ok(())
                })?;
                Some(bits)
            }
        };
        self.hits += rows.as_deref().map_or(segment.rows().into(), count_bits);
        let number = self.segments.len();
        self.segments.push(SegmentHits { segment, rows });
        for column in 0..segment.column_count() {
            match segment.column(column).kind() {
                Kind::Overflow => self.add_overflow(segment, number, column, budget)?,
                kind if kind.is_scalar() => {
                    let place = ColumnOccurrence { segment: number, column, kind, ids: None };
                    budget.charge_heap(size_of::<ColumnOccurrence>())?;
                    self.places_of(&segment.path_of(column), budget)?.in_segments.push(place);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Notes a hit without index, and what it has.
    fn recent(&mut self, _: &StoredEvent, values: &FlatEvent<'_>, budget: &Budget) -> Limited<()> {
        self.hits += 1;
        let mut counted = BTreeSet::new();
        values.for_each(|path, scalar| {
            let places = self.places_of(path, budget)?;
            places.kinds.extend(FieldKind::of(scalar.kind()));
            places.values.add(scalar);
            if counted.insert(path.to_vec()) {
                places.unindexed_events += 1;
            }
            Ok(())
        })
    }
}

impl PathOccurrences {
    /// Marks the hits with values in a column; `false`: there are none.
    fn add(
        &mut self,
        seen: &SegmentHits<'_>,
        place: &ColumnOccurrence,
        marks: &mut [u64],
        budget: &Budget,
    ) -> Evaluated<bool> {
        let column = seen.segment.column(place.column);
        let mut is_found = false;
        if let Some(ids) = &place.ids {
            for id in ids {
                let rows = column.rows_of(*id)?;
                budget.charge_bytes(4 * rows.cardinality() as usize)?;
                let mut has_hit = false;
                for row in rows.within(column.blocks(), 0..seen.segment.rows())? {
                    has_hit |= seen.sees(row) && set_bit(marks, row);
                }
                if has_hit {
                    is_found = true;
                    let value = column.distinct_value(*id)?;
                    budget.charge_bytes(value.len())?;
                    self.values.add_overflow(value);
                }
            }
            return Ok(is_found);
        }
        let mut values = self.values.of_column(column, seen.rows.is_none());
        column.for_each_row::<Halt>(0..seen.segment.rows(), |row, start, count| {
            budget.charge_bytes(4)?;
            if seen.sees(row) {
                is_found = set_bit(marks, row);
                values.add(start..start + count, budget)?;
            }
            Ok(())
        })?;
        values.finish(budget)?;
        Ok(is_found)
    }
}

/// Sets a bit; always `true`.
fn set_bit(bits: &mut [u64], bit: u32) -> bool {
    if let Some(word) = bits.get_mut(bit as usize / 64) {
        *word |= 1 << (bit % 64);
    }
    true
}

fn count_bits(bits: &[u64]) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}
