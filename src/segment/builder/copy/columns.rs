//! Copying the values of rows, a column after the other.

use super::order::CopiedRun;
use super::source::{RowSource, SourceColumn, SourceValues};
use crate::Result;
use crate::event::Timestamp;
use crate::segment::builder::column::{ColumnBuilder, ValueBuffer};
use crate::segment::builder::rows::SegmentBuilder;
use crate::segment::codec::blocks::Read;

/// A value id that was not looked up yet.
const UNKNOWN: u32 = u32::MAX;

/// The values of a column that are being copied.
#[derive(Default)]
struct CopyBuffers {
    /// The new row of each.
    rows: Vec<u32>,
    /// The new id of each.
    ids: Vec<u32>,
}

/// Copies a column of the new segment from all sources. `whole` has its values in rows that were
/// copied whole.
pub(super) fn copy_column(
    number: usize,
    whole: ColumnBuilder,
    sources: &[RowSource<'_>],
    runs: &[CopiedRun],
) -> Result<ColumnBuilder> {
    let mut from: Vec<_> = sources.iter().map(|source| source.column_for(number)).collect();
    if from.iter().all(Option::is_none) {
        return Ok(whole);
    }
    let mut to = ColumnBuilder::new(whole.node, whole.kind);
    let mut others = 0..whole.rows.len();
    let mut buffers = CopyBuffers::default();
    for run in runs {
        let Some(column) = &mut from[run.source as usize] else { continue };
        to.take_rows_before(run.new_row, &whole, &mut others);
        let copied = column.copy(*run, &mut to, &mut buffers);
        copied.map_err(|damage| sources[run.source as usize].segment.corrupt(damage))?;
    }
    to.take_rows_before(u32::MAX, &whole, &mut others);
    Ok(to)
}

impl SegmentBuilder {
    /// Notes the tenant, source and category of a copied row.
    pub(super) fn copy_retention_key(
        &mut self,
        source: &mut RowSource<'_>,
        row: u32,
        instant: Timestamp,
    ) -> Read<()> {
        let mut key = [UNKNOWN; 3];
        let mut places = [None; 3];
        for ((owner, id), place) in source.owners.iter_mut().zip(&mut key).zip(&mut places) {
            let Some(owner) = owner else {
                continue;
            };
            let (index, count) = owner.places.locate(row)?;
            if count > 0 {
                *place = Some(index);
                // Without a dictionary, the value index is as good as an id.
                *id = match &mut owner.values {
                    SourceValues::Ids { reader, .. } => reader.get(index.into())? as u32,
                    _ => index,
                };
            }
        }
        if let Some(known) = source.retention_keys.get(&key) {
            self.count_retention_key(*known, instant);
            return Ok(());
        }
        let mut texts = [None, None, None];
        for ((place, owner), text) in places.iter().zip(&mut source.owners).zip(&mut texts) {
            if let (Some(index), Some(owner)) = (place, owner) {
                *text = Some(owner.column.value(*index, &mut owner.scratch)?.to_owned());
            }
        }
        let texts = texts.each_ref().map(Option::as_deref);
        if let Some(number) = self.note_retention_key(texts, instant) {
            source.retention_keys.insert(key, number);
        }
        Ok(())
    }
}

impl SourceColumn<'_> {
    /// Copies the values of rows.
    fn copy(
        &mut self,
        run: CopiedRun,
        to: &mut ColumnBuilder,
        buffers: &mut CopyBuffers,
    ) -> Read<()> {
        let new_rows = &mut buffers.rows;
        let start = self.places.rows_of_values(run.row..run.row + run.count, new_rows)?;
        new_rows.iter_mut().for_each(|row| *row = *row - run.row + run.new_row);
        match &self.values {
            SourceValues::Ids { .. } => self.copy_ids(start, to, buffers),
            _ => self.copy_texts(start, to, new_rows),
        }
    }

    /// Copies the values from `start`, which have ids, into the new rows of `buffers`.
    fn copy_ids(
        &mut self,
        start: u32,
        to: &mut ColumnBuilder,
        buffers: &mut CopyBuffers,
    ) -> Read<()> {
        let CopyBuffers { rows, ids: new_ids } = buffers;
        let SourceColumn { column, values, .. } = self;
        let SourceValues::Ids { packed, known, .. } = values else {
            return Ok(());
        };
        let mut start = u64::from(start);
        let mut rest = &rows[..];
        while !rest.is_empty() {
            let (now, behind) = rest.split_at(rest.len().min(to.room_until_decided()));
            new_ids.clear();
            let range = start..start + now.len() as u64;
            packed.for_each(column.blocks, range, |id| new_ids.push(id as u32))?;
            match &mut to.values {
                ValueBuffer::Interned(interner) => {
                    known.resize(column.distinct().unwrap_or(0) as usize, UNKNOWN);
                    for id in new_ids.iter_mut() {
                        let known = known.get_mut(*id as usize).ok_or(column.fault())?;
                        if *known == UNKNOWN {
                            *known = interner.intern(column.distinct_value(*id)?.as_bytes());
                        }
                        *id = *known;
                    }
                    to.extend_known(now.iter().copied(), new_ids);
                }
                _ => {
                    for (row, id) in now.iter().zip(new_ids.iter()) {
                        to.push(*row, column.distinct_value(*id)?.as_bytes());
                    }
                }
            }
            start += now.len() as u64;
            rest = behind;
        }
        Ok(())
    }

    /// Copies the values from `start`, which have no ids, into new rows.
    fn copy_texts(&mut self, start: u32, to: &mut ColumnBuilder, rows: &[u32]) -> Read<()> {
        for (index, row) in (start..).zip(rows) {
            if let SourceValues::Lengths(lengths) = &mut self.values {
                let length = u32::try_from(lengths.get(index.into())?).unwrap_or(0);
                to.push_length(*row, length);
            } else {
                to.push(*row, self.column.value(index, &mut self.scratch)?.as_bytes());
            }
        }
        Ok(())
    }
}
