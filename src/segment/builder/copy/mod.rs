//! Copying rows from segment to segment column by column: a value that repeats is looked up once,
//! and no event is put together only to be taken apart.

mod columns;
mod order;
mod shapes;
mod source;

use super::rows::SegmentBuilder;
use crate::Result;
use crate::segment::codec::blocks::Read;
use crate::segment::file::envelope::FileSink;
use crate::segment::file::meta::Footer;
use columns::copy_column;
pub(crate) use order::CopiedRow;
use order::CopiedRun;
pub(crate) use source::RowSource;

impl SegmentBuilder {
    /// Lays out rows of other segments as this one, which has no rows yet. They must come in
    /// `(occurred_at, seq)` order, and the rows of each source must ascend. The caller tells the
    /// canonical bytes ([`Self::count_event_bytes`]).
    ///
    /// Memory: 50 bytes a row, lists and words, and one column at a time.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if a segment is damaged there; [`crate::Error::Invalid`] if what
    /// it holds is not canonical, or if there is no row; those of the sink.
    pub(crate) fn finish_copied(
        mut self,
        mut sources: Vec<RowSource<'_>>,
        rows: Vec<CopiedRow>,
        sink: &mut FileSink<'_>,
    ) -> Result<Footer> {
        let mut runs = Vec::new();
        for row in &rows {
            let source = &mut sources[row.source as usize];
            let segment = source.segment;
            let new_row = self.rows();
            if self.copy_place(source, *row).map_err(|damage| segment.corrupt(damage))? {
                CopiedRun::extend(&mut runs, *row, new_row);
            } else {
                self.push_whole_from(source, *row)?;
            }
        }
        drop(rows);
        self.write(sink, |number, whole| copy_column(number, whole, &sources, &runs))
    }

    /// Counts the canonical bytes of rows that are copied.
    pub(crate) fn count_event_bytes(&mut self, bytes: u64) {
        self.event_bytes += bytes;
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
