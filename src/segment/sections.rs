//! Which sections of a segment lie in some of its bytes, by name.

use super::Segment;
use super::blocks::Span;
use super::layout::{Codec, ColumnLayout};
use std::ops::Range;

impl Segment {
    /// The names of the sections that have bytes in a range, with commas between.
    pub(super) fn sections_in(&self, range: &Range<u64>) -> String {
        let touches = |span: &Span| {
            span.len > 0
                && span.offset < range.end
                && span.offset.saturating_add(span.len) > range.start
        };
        let layout = &self.layout;
        let words = &layout.terms.long_words;
        let word_spans = [
            layout.terms.fst,
            layout.terms.entries,
            words.filter,
            words.starts.span,
            words.remainders.span,
            words.columns.span,
            words.places.span,
        ];
        let mut names: Vec<String> = Vec::new();
        for (name, spans) in [
            ("times", &[layout.times.span, layout.offsets.span][..]),
            ("sequences", &[layout.seqs.span]),
            ("times of acceptance", &[layout.recorded_from.span, layout.recorded_ats.span]),
            ("shapes of rows", &[layout.row_shapes.span]),
            ("events stored whole", &[layout.rest_rows.span, layout.rest.span]),
            ("lists of rows", &[layout.postings]),
            ("words", &word_spans),
        ] {
            if spans.iter().any(touches) {
                names.push(name.to_owned());
            }
        }
        for (column, path) in layout.columns.iter().zip(&self.paths) {
            if spans(column).iter().any(touches) {
                names.push(format!("column {}", path.join(".")));
            }
        }
        names.dedup();
        names.join(", ")
    }
}

/// Where the bytes of a column are.
fn spans(column: &ColumnLayout) -> Vec<Span> {
    let mut spans = vec![column.presence.span];
    match &column.codec {
        Codec::Dictionary { ids, dictionary, lists } => {
            spans.extend([ids.span, dictionary.ends.span, dictionary.bytes, lists.span]);
        }
        Codec::Ints(ints) => spans.push(ints.span),
        Codec::Texts(texts) => spans.push(texts.span),
        Codec::Uuids(uuids) => spans.extend([uuids.ids, uuids.sorted.span]),
        Codec::Patterns(patterns) => {
            spans.extend([patterns.ids.span, patterns.dictionary.ends.span]);
            spans.push(patterns.dictionary.bytes);
            let numbers = patterns.numbers.iter();
            spans.extend(numbers.flat_map(|one| [one.presence.span, one.ints.span]));
        }
    }
    spans
}
