//! Looking an event up: is it stored already?

use super::{Decoder, Duplicate, Read, Segment};
use crate::Result;
use crate::event::shape::Kind;
use crate::event::{Event, Timestamp};

impl Segment {
    /// Looks for the event with this tenant, id, instant and canonical bytes; and, when there is
    /// none, for another event with this tenant, id and instant.
    ///
    /// Cost: a binary search over times, then the rows of exactly that instant.
    pub(crate) fn find_duplicate(
        &self,
        tenant: Option<&str>,
        id: &str,
        occurred_at: Timestamp,
        canonical: &[u8],
    ) -> Result<Duplicate> {
        let meta = self.meta();
        if occurred_at < meta.min_time || occurred_at > meta.max_time {
            return Ok(Duplicate::None);
        }
        let mut decoder = match self.decoder.lock() {
            Ok(decoder) => decoder,
            Err(poisoned) => poisoned.into_inner(),
        };
        self.find_row(tenant, id, occurred_at, canonical, &mut decoder)
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
        for row in first..end {
            if !self.may_have_id(row, id, decoder)? {
                continue;
            }
            self.canonical(row, decoder, &mut bytes)?;
            if bytes == canonical {
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

    /// Whether the column of ids allows that a row has this id.
    fn may_have_id(&self, row: u32, id: &str, decoder: &mut Decoder) -> Read<bool> {
        let number = (0..self.column_count()).find(|number| {
            let is_id = matches!(self.path_of(*number), [key] if key == "id");
            is_id && self.column(*number).kind() == Kind::String
        });
        let Some(number) = number else {
            return Ok(self.layout.rest.count > 0);
        };
        let column = self.column(number);
        let (index, count) = column.locate(row)?;
        if count == 0 {
            return Ok(self.layout.rest.count > 0);
        }
        Ok(column.value(index, decoder.scratch())? == id)
    }
}
