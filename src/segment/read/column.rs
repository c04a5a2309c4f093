//! Reading one column of an open segment.

use crate::event::shape::Kind;
use crate::segment::codec::binary_search::partition_point;
use crate::segment::codec::blocks::{Blocks, Damage, Read, damaged};
use crate::segment::codec::digits::append_decimal;
use crate::segment::codec::overflow;
use crate::segment::codec::presence::PresenceReader;
use crate::segment::codec::texts::TextCache;
use crate::segment::codec::uuids;
use crate::segment::file::contents::{Codec, ColumnContents};
use crate::segment::index::postings::Postings;
use std::ops::Range;

/// Buffers for reading values; keep one for many reads.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) texts: TextCache,
    bytes: Vec<u8>,
}

/// A column: its layout and the bytes it lies in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'s> {
    pub(crate) contents: &'s ColumnContents,
    pub(crate) blocks: &'s Blocks,
    /// The section of the lists of rows.
    pub(crate) postings: crate::segment::codec::blocks::ByteSpan,
}

impl<'s> Column<'s> {
    /// What the values are.
    pub(crate) fn kind(&self) -> Kind {
        self.contents.kind
    }

    /// Whether the numbers, sizes and spans of the layout agree with each other.
    pub(crate) fn sound(&self, rows: u32) -> bool {
        let presence = self.contents.presence;
        let values = u64::from(presence.values);
        presence.rows == rows
            && presence.sound()
            && match &self.contents.codec {
                Codec::Dictionary { ids, dictionary, lists } => {
                    ids.count == values
                        && lists.count == dictionary.ends.count
                        && ids.sound()
                        && lists.sound()
                        && dictionary.ends.sound()
                        && dictionary.ends.count <= values
                        && ids.may_reach(dictionary.ends.count)
                }
                Codec::Ints(ints) => ints.count == values && ints.sound(),
                Codec::Texts(texts) => u64::from(texts.count) == values && texts.sound(),
                Codec::Patterns(patterns) => patterns.sound(values),
                Codec::Uuids(ids) => {
                    ids.sorted.count == values && ids.sorted.sound() && ids.ids.len == values * 16
                }
            }
    }

    /// The index of the first value of a row, and how many it has.
    #[inline]
    pub(crate) fn locate(&self, row: u32) -> Read<(u32, u32)> {
        self.contents.presence.locate(self.blocks, row)
    }

    /// Does [`Self::locate`] for rows that are near each other.
    #[inline]
    pub(crate) fn places(&self) -> PresenceReader<'s> {
        self.contents.presence.reader(self.blocks)
    }

    /// Calls `each` with (row, first value index, number of values) for the rows of `range` that
    /// have values, ascending.
    pub(crate) fn for_each_row<E: From<Damage>>(
        &self,
        range: std::ops::Range<u32>,
        each: impl FnMut(u32, u32, u32) -> Result<(), E>,
    ) -> Result<(), E> {
        self.contents.presence.for_each(self.blocks, range, each)
    }

    /// Number of distinct values, where the column has a dictionary.
    pub(crate) fn distinct(&self) -> Option<u32> {
        match &self.contents.codec {
            Codec::Dictionary { dictionary, .. } => Some(dictionary.len()),
            _ => None,
        }
    }

    /// The value id of value `index`, where the column has a dictionary.
    #[inline]
    pub(crate) fn value_id(&self, index: u32) -> Read<u32> {
        match &self.contents.codec {
            Codec::Dictionary { ids, .. } => Ok(ids.get(self.blocks, index.into())? as u32),
            _ => damaged(0, "value ids of a column without dictionary"),
        }
    }

    /// The text of a value id.
    pub(crate) fn distinct_value(&self, id: u32) -> Read<&'s str> {
        match &self.contents.codec {
            Codec::Dictionary { dictionary, .. } => dictionary.get(self.blocks, id),
            _ => damaged(0, "dictionary of a column without dictionary"),
        }
    }

    /// Calls `each` with every distinct value and its id, up to its first error.
    pub(crate) fn for_each_distinct<E: From<Damage>>(
        &self,
        each: impl FnMut(u32, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.contents.codec {
            Codec::Dictionary { dictionary, .. } => dictionary.for_each(self.blocks, each),
            _ => Ok(()),
        }
    }

    /// The id of a distinct value; binary search.
    pub(crate) fn find_distinct(&self, value: &str) -> Read<Option<u32>> {
        match &self.contents.codec {
            Codec::Dictionary { dictionary, .. } => dictionary.find(self.blocks, value),
            _ => Ok(None),
        }
    }

    /// The ids of the distinct values that begin so; binary search.
    pub(crate) fn ids_with_prefix(&self, prefix: &[u8]) -> Read<Range<u32>> {
        let distinct = self.distinct().unwrap_or(0);
        let start =
            partition_point(0..distinct, |id| Ok(self.distinct_value(id)?.as_bytes() < prefix))?;
        let end = partition_point(start..distinct, |id| {
            Ok(self.distinct_value(id)?.as_bytes().starts_with(prefix))
        })?;
        Ok(start..end)
    }

    /// The ids of the values of an overflow column that may be at a path of a query or under it.
    pub(crate) fn overflow_ids_at(&self, segments: &[String]) -> Read<Vec<Range<u32>>> {
        let prefixes = overflow::prefixes(segments);
        prefixes.iter().map(|prefix| self.ids_with_prefix(prefix)).collect()
    }

    /// The rows of a value id.
    pub(crate) fn rows_of(&self, id: u32) -> Read<Postings> {
        let Codec::Dictionary { lists, .. } = &self.contents.codec else {
            return damaged(0, "row lists of a column without dictionary");
        };
        let offset = lists.get(self.blocks, id.into())?;
        let start = self.postings.offset.saturating_add(offset) as usize;
        let end = (self.postings.offset + self.postings.len) as usize;
        Postings::read(self.blocks, start, end, self.contents.presence.rows)
    }

    /// The UUIDs of the column, where it holds nothing else.
    pub(crate) fn uuids(&self) -> Option<&'s uuids::Uuids> {
        match &self.contents.codec {
            Codec::Uuids(ids) => Some(ids),
            _ => None,
        }
    }

    /// The bytes the column lies in.
    pub(crate) fn blocks(&self) -> &'s Blocks {
        self.blocks
    }

    pub(crate) fn fault(&self) -> Damage {
        Damage { offset: self.contents.presence.span.offset, reading: "column value" }
    }

    /// The text of value `index`.
    pub(crate) fn value<'a>(&'a self, index: u32, scratch: &'a mut Scratch) -> Read<&'a str> {
        std::str::from_utf8(self.value_bytes(index, scratch)?).map_err(|_| self.fault())
    }

    /// The text of value `index`, not checked to be UTF-8.
    #[inline]
    pub(crate) fn value_bytes<'a>(
        &'a self,
        index: u32,
        scratch: &'a mut Scratch,
    ) -> Read<&'a [u8]> {
        Ok(match &self.contents.codec {
            Codec::Dictionary { ids, dictionary, .. } => {
                dictionary.bytes(self.blocks, ids.get(self.blocks, index.into())? as u32)?
            }
            Codec::Texts(texts) => texts.get(self.blocks, &mut scratch.texts, index)?,
            Codec::Patterns(patterns) => {
                scratch.bytes.clear();
                patterns.get(self.blocks, index, &mut scratch.bytes)?;
                &scratch.bytes
            }
            Codec::Ints(ints) => {
                scratch.bytes.clear();
                append_decimal(ints.get(self.blocks, index.into())?, &mut scratch.bytes);
                &scratch.bytes
            }
            Codec::Uuids(ids) => {
                scratch.bytes.clear();
                uuids::format(ids.id(self.blocks, index)?, &mut scratch.bytes);
                &scratch.bytes
            }
        })
    }

    /// The row that value `index` is in; binary search.
    pub(crate) fn row_of_value(&self, index: u32) -> Read<u32> {
        let next = partition_point(1..self.contents.presence.rows, |row| {
            self.locate(row).map(|(first, _)| first <= index)
        });
        Ok(next? - 1)
    }
}
