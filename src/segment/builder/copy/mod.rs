//! Copying rows from segment to segment column by column: a value that repeats is looked up once,
//! and no event is put together only to be taken apart.

mod columns;
mod order;
mod shapes;
mod source;

use super::rows::SegmentBuilder;
use crate::Result;
use crate::segment::codec::blocks::Read;
pub(crate) use order::CopiedRow;
pub(crate) use source::RowSource;

/// Rows that go through all columns together, so that what is noted of them stays in the cache.
const BATCH_ROWS: usize = 8192;

impl SegmentBuilder {
    /// Adds rows of other segments. They must come in `(occurred_at, seq)` order, each of the
    /// sources must go with this builder only, and the rows of each must ascend. The caller tells
    /// the canonical bytes ([`Self::count_event_bytes`]).
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if a segment is damaged there; [`crate::Error::Invalid`] if what
    /// it holds is not canonical.
    pub(crate) fn push_rows(
        &mut self,
        sources: &mut [RowSource<'_>],
        rows: &[CopiedRow],
    ) -> Result<()> {
        let mut rest = rows;
        while !rest.is_empty() {
            let batch = rest.get(..BATCH_ROWS).unwrap_or(rest);
            let copied = self.copy_batch(sources, batch)?;
            rest = &rest[copied..];
            if copied < batch.len()
                && let Some((whole, behind)) = rest.split_first()
            {
                self.push_whole_from(&mut sources[whole.source as usize], *whole)?;
                rest = behind;
            }
        }
        Ok(())
    }

    /// Counts the canonical bytes of rows that were copied.
    pub(crate) fn count_event_bytes(&mut self, bytes: u64) {
        self.event_bytes += bytes;
    }

    /// Copies rows up to the first that must be copied whole; their number.
    fn copy_batch(&mut self, sources: &mut [RowSource<'_>], rows: &[CopiedRow]) -> Result<usize> {
        let first = self.rows();
        let mut copied = 0;
        for row in rows {
            let source = &mut sources[row.source as usize];
            let segment = source.segment;
            let is_copied =
                self.copy_place(source, *row).map_err(|damage| segment.corrupt(damage))?;
            if !is_copied {
                break;
            }
            copied += 1;
        }
        self.copy_columns(sources, &rows[..copied], first)?;
        Ok(copied)
    }

    /// Copies all of a row but its values; `false` if it must be copied whole.
    fn copy_place(&mut self, source: &mut RowSource<'_>, row: CopiedRow) -> Read<bool> {
        let Some(shape) = self.shape_from(source, row.row)? else {
            return Ok(false);
        };
        let recorded_at = source.recorded_at(row.seq)?;
        let offset = source.offset(row.row)?;
        self.row_shapes.push(shape);
        self.copy_retention_key(source, row.row, row.time.min(recorded_at))?;
        self.times.push(row.time.0);
        self.offsets.push(offset);
        self.seqs.push(row.seq);
        self.recorded_ats.push(recorded_at.0);
        Ok(true)
    }

    /// Copies a row by its canonical bytes.
    fn push_whole_from(&mut self, source: &mut RowSource<'_>, row: CopiedRow) -> Result<()> {
        let segment = source.segment;
        let (recorded_at, canonical) =
            source.whole(row.row, row.seq).map_err(|damage| segment.corrupt(damage))?;
        let before = self.event_bytes;
        self.push(row.seq, recorded_at, row.time, canonical)?;
        self.event_bytes = before;
        Ok(())
    }
}
