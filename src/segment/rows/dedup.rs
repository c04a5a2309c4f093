//! Looking an event up: is it stored already?

use super::decode::Decoder;
use crate::Result;
use crate::event::shape::Kind;
use crate::event::{Event, Identity, Timestamp};
use crate::segment::codec::blocks::Read;
use crate::segment::codec::uuids::parse as parse_uuid;
use crate::segment::index::id_words::is_id_word;
use crate::segment::index::terms::TermPlaces;
use crate::segment::read::segment::{Duplicate, Segment};
use std::ops::Range;

/// Rows of one instant that are looked at one by one; among more, the id is looked up.
const SCAN_ROWS_MAX: usize = 64;

impl Segment {
    /// Looks for the event with this tenant, id, instant and canonical bytes, apart from transport
    /// metadata in `raw`; and, when there is none, for another event with this tenant, id and
    /// instant.
    ///
    /// `decoder` is one of this segment. Cost: a binary search over times, then the rows of exactly
    /// that instant.
    pub(crate) fn find_duplicate(
        &self,
        tenant: Option<&str>,
        id: &str,
        occurred_at: Timestamp,
        canonical: &[u8],
        decoder: &mut Decoder,
    ) -> Result<Duplicate> {
        let meta = self.meta();
        if occurred_at < meta.min_time || occurred_at > meta.max_time {
            return Ok(Duplicate::None);
        }
        self.find_row(tenant, id, occurred_at, canonical, decoder)
            .map_err(|damage| self.corrupt(damage))
    }

    fn find_row(
        &self,
        tenant: Option<&str>,
        id: &str,
        occurred_at: Timestamp,
        canonical: &[u8],
        decoder: &mut Decoder,
    ) -> Read<Duplicate> {
        let first = self.first_row_from(occurred_at)?;
        let end = self.first_row_from(Timestamp(occurred_at.0.saturating_add(1)))?;
        let mut found = Duplicate::None;
        let mut bytes = Vec::new();
        let identity = Identity::of(canonical);
        for row in self.rows_to_check(first..end, id)? {
            if !self.may_have_id(row, id, decoder)? {
                continue;
            }
            self.canonical(row, decoder, &mut bytes)?;
            if identity.is_of(&bytes) {
                return Ok(Duplicate::Same(self.seq_at(row)?));
            }
            let Some(event) = Event::from_canonical(std::mem::take(&mut bytes)) else {
                continue;
            };
            let same_id = event.text("id").as_deref() == Some(id)
                && event.text("tenant").as_deref() == tenant;
            if same_id && found == Duplicate::None {
                found = Duplicate::OtherContent(self.seq_at(row)?);
            }
        }
        Ok(found)
    }

    /// The column of ids, if there is one.
    fn id_column(&self) -> Option<u32> {
        self.column_at(&["id"], Kind::String)
    }

    /// The rows among which an id may be: all of them when they are few, else those that the
    /// indexes name.
    fn rows_to_check(&self, rows: Range<u32>, id: &str) -> Read<Vec<u32>> {
        let all = rows.clone().collect();
        let Some(number) = self.id_column().filter(|_| self.contents.rest.count == 0) else {
            return Ok(all);
        };
        if rows.len() <= SCAN_ROWS_MAX || !self.words_are_current() {
            return Ok(all);
        }
        let column = self.column(number);
        if let Some(ids) = column.uuids() {
            let found = parse_uuid(id.as_bytes()).map(|id| ids.find(&self.blocks, &id));
            let indexes = found.transpose()?.unwrap_or_default();
            let found: Read<Vec<u32>> =
                indexes.into_iter().map(|index| column.row_of_value(index)).collect();
            return Ok(found?.into_iter().filter(|row| rows.contains(row)).collect());
        }
        if column.distinct().is_some() {
            return match column.find_distinct(id)? {
                Some(value) => column.rows_of(value)?.within(&self.blocks, rows),
                None => Ok(Vec::new()),
            };
        }
        let mut best = all;
        for word in crate::text::words(id) {
            let found = self.rows_with_word(number, &word, rows.clone())?;
            if found.len() < best.len() {
                best = found;
            }
        }
        Ok(best)
    }

    /// Rows that may have a word in a column without dictionary.
    fn rows_with_word(&self, number: u32, word: &str, rows: Range<u32>) -> Read<Vec<u32>> {
        if is_id_word(word) {
            let mut found: Vec<u32> = Vec::new();
            for candidate in self.terms().id_words().find(word)? {
                let is_here = candidate.is_row && candidate.column == number;
                if is_here && rows.contains(&candidate.place) {
                    found.push(candidate.place);
                }
            }
            return Ok(found);
        }
        let groups = self.terms().find(word)?.map(|entry| entry.groups).unwrap_or_default();
        for group in groups {
            if let (true, TermPlaces::Rows(list)) = (group.column == number, group.places) {
                return list.within(&self.blocks, rows);
            }
        }
        Ok(Vec::new())
    }

    /// Whether the column of ids allows that a row has this id.
    fn may_have_id(&self, row: u32, id: &str, decoder: &mut Decoder) -> Read<bool> {
        let Some(number) = self.id_column() else {
            return Ok(self.contents.rest.count > 0);
        };
        let column = self.column(number);
        let (index, count) = column.locate(row)?;
        if count == 0 {
            return Ok(self.contents.rest.count > 0);
        }
        Ok(column.value(index, decoder.scratch())? == id)
    }
}
