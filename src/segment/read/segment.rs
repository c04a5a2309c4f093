//! An open segment: its file, its table of contents, and the parts that are built when first
//! needed.

use super::column::Column;
use crate::Error;
use crate::Result;
use crate::event::Timestamp;
use crate::io::Region;
use crate::segment::codec::binary_search::partition_point;
use crate::segment::codec::blocks::Blocks;
use crate::segment::codec::blocks::Damage;
use crate::segment::codec::blocks::Read;
use crate::segment::file::columns_at::ColumnsAt;
use crate::segment::file::contents::{Contents, TextVersion};
use crate::segment::file::envelope;
use crate::segment::file::meta::Footer;
use crate::segment::file::templates::{Template, Templates};
use crate::segment::index::postings::Postings;
use crate::segment::index::terms::Terms;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;

/// An open segment: mapped from a file, or on the heap (a frozen chunk of the tail).
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    pub(crate) blocks: Blocks,
    pub(crate) contents: Contents,
    pub(crate) meta: Footer,
    templates: Templates,
    pub(super) columns_at: ColumnsAt,
    /// The rows in the order of `seq`; made when first asked for.
    by_seq: OnceLock<Vec<u32>>,
    terms_are_sound: OnceLock<bool>,
    /// The pairs of category and activity, where the file does not have them; found when first
    /// asked for.
    pub(super) found_actions: OnceLock<Option<Vec<(u32, u32)>>>,
}

impl Segment {
    /// Opens a segment file: checks header, footer and table of contents; data when touched.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or [`Error::Unsupported`].
    pub(crate) fn open(region: Region, path: &Path) -> Result<Segment> {
        let (blocks, contents, meta) = envelope::open(region, path)?;
        Self::from_parts(path, blocks, contents, meta)
    }

    /// Opens a segment that was built in memory, without checksums.
    pub(crate) fn in_memory(bytes: Vec<u8>, contents: Contents, meta: Footer) -> Result<Segment> {
        let len = bytes.len();
        let path = Path::new("memory");
        let blocks = Blocks::new(Region::from_vec(bytes), len, meta.id.0, Vec::new());
        let blocks = blocks.ok_or_else(|| {
            Error::corrupt(path, 0, "segment in memory", "bytes of its length", "others")
        })?;
        Self::from_parts(path, blocks, contents, meta)
    }

    fn from_parts(
        path: &Path,
        blocks: Blocks,
        contents: Contents,
        meta: Footer,
    ) -> Result<Segment> {
        let unsound = |reading| Error::corrupt(path, 0, reading, "fields that agree", "others");
        let columns_at = ColumnsAt::new(&contents).ok_or_else(|| unsound("segment columns"))?;
        if !contents.keys.is_sound() {
            return Err(unsound("segment keys"));
        }
        let templates = Templates::new(&contents);
        let segment = Segment {
            path: path.to_path_buf(),
            blocks,
            contents,
            meta,
            columns_at,
            templates,
            by_seq: OnceLock::new(),
            terms_are_sound: OnceLock::new(),
            found_actions: OnceLock::new(),
        };
        if segment.sound() { Ok(segment) } else { Err(unsound("segment table of contents")) }
    }

    /// The template of a shape; `None` if there is no such shape, or it makes no sense.
    pub(crate) fn template(&self, shape: usize) -> Option<&Template> {
        let compile = || Template::compile(&self.contents, &self.columns_at, &self.blocks, shape);
        self.templates.get(shape, compile)
    }

    /// Whether every shape makes sense.
    pub(crate) fn templates_are_sound(&self) -> bool {
        (0..self.contents.shapes.len()).all(|shape| self.template(shape).is_some())
    }

    /// Whether the counts of the table of contents agree with each other and with the file: after
    /// that nothing that is reserved is larger than some multiple of the file.
    fn sound(&self) -> bool {
        let (contents, rows) = (&self.contents, u64::from(self.meta.rows));
        let of_rows = [&contents.times, &contents.offsets, &contents.seqs];
        rows > 0
            && contents.spans().all(|span| self.blocks.has(span))
            && of_rows.iter().all(|ints| ints.count == rows && ints.sound())
            && contents.row_shapes.count == rows
            && contents.row_shapes.sound()
            && contents.recorded_from.count > 0
            && contents.recorded_from.count == contents.recorded_ats.count
            && contents.recorded_from.sound()
            && contents.recorded_ats.sound()
            && contents.overflow_rows.rows == self.meta.rows
            && contents.overflow_rows.sound()
            && contents.rest.sound()
            && contents.future_rows <= contents.postings.len
            && contents.terms.id_words.sound()
            && self.columns().all(|column| column.sound(self.meta.rows))
    }

    /// The meta of the footer.
    pub(crate) fn meta(&self) -> &Footer {
        &self.meta
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> u32 {
        self.meta.rows
    }

    /// Canonical bytes of an event, on average.
    pub(crate) fn mean_event_bytes(&self) -> usize {
        let mean = self.meta.event_bytes / u64::from(self.meta.rows.max(1));
        usize::try_from(mean).unwrap_or(usize::MAX).saturating_add(64)
    }

    /// The error of a damaged place.
    pub(crate) fn corrupt(&self, damage: Damage) -> Error {
        let Damage { offset, reading } = damage;
        let rows = format!("events of seq {} to {}", self.meta.min_seq, self.meta.max_seq);
        Error::corrupt(&self.path, offset, reading, format!("sound bytes ({rows})"), "others")
    }

    pub(crate) fn fault(&self, reading: &'static str) -> Damage {
        Damage { offset: 0, reading }
    }

    /// `occurred_at` of a row.
    pub(crate) fn time(&self, row: u32) -> Result<Timestamp> {
        self.time_at(row).map_err(|damage| self.corrupt(damage))
    }

    /// `seq` of a row.
    pub(crate) fn seq(&self, row: u32) -> Result<u64> {
        self.seq_at(row).map_err(|damage| self.corrupt(damage))
    }

    /// `occurred_at` of a row.
    pub(crate) fn time_at(&self, row: u32) -> Read<Timestamp> {
        Ok(Timestamp(self.contents.times.get(&self.blocks, row.into())?))
    }

    /// `seq` of a row.
    pub(crate) fn seq_at(&self, row: u32) -> Read<u64> {
        Ok(self.seq_of(row, self.contents.seqs.get(&self.blocks, row.into())?))
    }

    /// `seq` of a row, by what is stored for it.
    pub(crate) fn seq_of(&self, row: u32, shift: i64) -> u64 {
        self.meta.min_seq.wrapping_add_signed(shift).wrapping_add(row.into())
    }

    /// Reads [`Self::time_at`] and [`Self::seq_at`] of rows that are near each other.
    pub(crate) fn places(&self) -> impl FnMut(u32) -> Read<(Timestamp, u64)> + '_ {
        let mut times = self.contents.times.reader(&self.blocks);
        let mut seqs = self.contents.seqs.reader(&self.blocks);
        move |row| {
            let seq = self.seq_of(row, seqs.get(row.into())?);
            Ok((Timestamp(times.get(row.into())?), seq))
        }
    }

    /// The first row at or after an instant, or the number of rows; binary search.
    pub(crate) fn first_row_from(&self, instant: Timestamp) -> Read<u32> {
        if instant <= self.meta.min_time {
            return Ok(0);
        }
        if instant > self.meta.max_time {
            return Ok(self.meta.rows);
        }
        partition_point(0..self.meta.rows, |row| self.time_at(row).map(|time| time < instant))
    }

    /// The rows in the order of `seq`; made once and kept, four bytes a row.
    pub(crate) fn rows_by_seq(&self) -> Read<&[u32]> {
        if let Some(rows) = self.by_seq.get() {
            return Ok(rows);
        }
        let rows = self.sorted_by_seq()?;
        Ok(self.by_seq.get_or_init(|| rows))
    }

    /// The rows in the order of `seq`, made anew, for those who go through all of them once.
    pub(crate) fn sorted_by_seq(&self) -> Read<Vec<u32>> {
        let mut seqs = Vec::with_capacity(self.meta.rows as usize);
        self.contents.seqs.for_each(&self.blocks, |row, shift| {
            seqs.push((shift.wrapping_add(row as i64), row as u32));
        })?;
        seqs.sort_unstable();
        Ok(seqs.into_iter().map(|(_, row)| row).collect())
    }

    /// Rows whose `occurred_at` is after their `recorded_at`.
    pub(crate) fn future_rows(&self) -> Read<Postings> {
        let start = self.contents.postings.offset + self.contents.future_rows;
        let end = self.contents.postings.offset + self.contents.postings.len;
        Postings::read(&self.blocks, start as usize, end as usize, self.meta.rows)
    }

    /// The lowest `seq` accepted at or after an instant; `u64::MAX` if there is none here.
    pub(crate) fn first_seq_recorded_from(&self, instant: Timestamp) -> Read<u64> {
        let ats = &self.contents.recorded_ats;
        let is_before = |step| ats.get(&self.blocks, step).map(|at| at < instant.0);
        let step = partition_point(0..ats.count, is_before)?;
        if step == ats.count {
            return Ok(u64::MAX);
        }
        let shift = self.contents.recorded_from.get(&self.blocks, step)?;
        Ok(self.meta.min_seq.wrapping_add_signed(shift))
    }

    /// The bytes of the segment.
    pub(crate) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// A column by number; the number must be one of the layout.
    pub(crate) fn column(&self, number: u32) -> Column<'_> {
        let contents = &self.contents.columns[number as usize];
        Column { contents, blocks: &self.blocks, postings: self.contents.postings }
    }

    /// All columns, in the order of their numbers.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        (0..self.column_count()).map(|number| self.column(number))
    }

    /// Number of columns.
    pub(crate) fn column_count(&self) -> u32 {
        self.contents.columns.len() as u32
    }

    /// The index of words.
    pub(crate) fn terms(&self) -> Terms<'_> {
        Terms {
            contents: &self.contents.terms,
            blocks: &self.blocks,
            postings: self.contents.postings,
            rows: self.meta.rows,
            column_count: self.column_count(),
            is_sound: &self.terms_are_sound,
        }
    }

    /// Whether the words of the index were made by the text rules and the Unicode version of this
    /// program. The texts are read where they were not.
    pub(crate) fn words_are_current(&self) -> bool {
        self.contents.text_version == TextVersion::CURRENT
    }

    /// Heap bytes this segment holds when it is not mapped.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.blocks.region_len() + self.contents.columns.len() * 256
    }
}

/// What a look-up for duplicates found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicate {
    /// Nothing with this tenant and id at this instant.
    None,
    /// The same event, stored under this `seq`.
    Same(u64),
    /// Another event with this tenant and id, stored under this `seq`.
    OtherContent(u64),
}
