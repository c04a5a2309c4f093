//! Where the sections of a segment are, and which of them lie in some of its bytes, by name.

use super::segment::Segment;
use crate::segment::codec::blocks::ByteSpan;
use crate::segment::codec::patterns::{Numbers, Patterns};
use crate::segment::file::contents::{Codec, ColumnContents, Contents};
use std::ops::Range;

impl Segment {
    /// The names of the sections that have bytes in a range, with commas between.
    pub(crate) fn sections_in(&self, range: &Range<u64>) -> String {
        let touches = |span: &ByteSpan| {
            span.len > 0
                && span.offset < range.end
                && span.offset.saturating_add(span.len) > range.start
        };
        let mut names: Vec<String> = Vec::new();
        for (name, spans) in self.contents.sections() {
            if spans.iter().any(touches) {
                names.push(name.to_owned());
            }
        }
        for (number, column) in (0u32..).zip(&self.contents.columns) {
            if column.spans().any(|span| touches(&span)) {
                names.push(format!("column {}", self.path_of(number).join(".")));
            }
        }
        names.dedup();
        names.join(", ")
    }
}

impl Contents {
    /// Where everything is.
    pub(crate) fn spans(&self) -> impl Iterator<Item = ByteSpan> {
        let sections = self.sections().into_iter().flat_map(|(_, spans)| spans);
        sections.chain(self.columns.iter().flat_map(ColumnContents::spans))
    }

    /// What is no column, by name.
    fn sections(&self) -> [(&'static str, Vec<ByteSpan>); 7] {
        let words = &self.terms.id_words;
        let of_words = vec![
            self.terms.fst,
            self.terms.entries,
            words.filter,
            words.starts.span,
            words.remainders.span,
            words.columns.span,
            words.places.span,
        ];
        [
            ("times", vec![self.times.span, self.offsets.span]),
            ("sequences", vec![self.seqs.span]),
            ("times of acceptance", vec![self.recorded_from.span, self.recorded_ats.span]),
            ("shapes of rows", vec![self.row_shapes.span]),
            ("events stored whole", vec![self.overflow_rows.span, self.rest.span]),
            ("lists of rows", vec![self.postings]),
            ("words", of_words),
        ]
    }
}

impl ColumnContents {
    /// Where the bytes of the column are; empty spans stand where there is less to say.
    fn spans(&self) -> impl Iterator<Item = ByteSpan> {
        let none = ByteSpan::default();
        let (values, numbers) = match &self.codec {
            Codec::Dictionary { ids, dictionary, lists } => {
                ([ids.span, dictionary.ends.span, dictionary.bytes, lists.span], &[][..])
            }
            Codec::Ints(ints) => ([ints.span, none, none, none], &[][..]),
            Codec::Texts(texts) => ([texts.span, none, none, none], &[][..]),
            Codec::Uuids(uuids) => ([uuids.ids, uuids.sorted.span, none, none], &[][..]),
            Codec::Patterns(Patterns { ids, dictionary, numbers }) => {
                ([ids.span, dictionary.ends.span, dictionary.bytes, none], &numbers[..])
            }
        };
        let of_numbers = |one: &Numbers| [one.presence.span, one.ints.span];
        let values = [self.presence.span].into_iter().chain(values);
        values.chain(numbers.iter().flat_map(of_numbers))
    }
}
