//! Rows of layouts that a segment has already: from a canonical text into columns in one walk.
//!
//! The first row of a layout is shredded ([`Flattener`]); which column each of its values went into
//! is kept. For the next one only literals are compared and values are scanned.

use super::layouts::{Places, RowLayout, RowLayouts};
use super::rows::{NO_COLUMN, SegmentBuilder};
use crate::event::Timestamp;
use crate::event::shape::{Flattener, Kind, offset_minutes, unescape};
use crate::json::{Scan, Token, TokenKind};

/// Members of the event that retention goes by, in the order of a retention key.
const RETENTION_FIELDS: [&[u8]; 3] = [b"tenant", b"data_source", b"category"];
/// Values of a row whose layout is kept; larger ones hardly come in the same layout again.
const VALUES_MAX: usize = 256;

impl SegmentBuilder {
    /// Adds the values of a row, unless its layout is new. Gives the offset from UTC, in minutes,
    /// that its time was given with.
    pub(super) fn push_known_layout(
        &mut self,
        row: u32,
        canonical: &[u8],
        instant: Timestamp,
    ) -> Option<i16> {
        let RowLayouts { layouts, tokens } = &mut self.row_layouts;
        let layout = layouts.follow(canonical, Scan::Canonical, tokens)?;
        let places = layout.places;
        let text = |place: u32| tokens.get(place as usize).map(|token| token.of(canonical));
        let offset = offset_minutes(text(places.time)?)?;
        let retention = places.retention.map(text);
        let column = |place: u32| layout.columns.get(place as usize).copied();
        let retention_columns = places.retention.map(|place| column(place).unwrap_or(NO_COLUMN));
        let is_plain =
            |place: u32| tokens.get(place as usize).is_none_or(|token| !token.is_escaped);
        if !places.retention.into_iter().all(is_plain) {
            return None;
        }
        for (token, column) in tokens.iter().zip(&layout.columns) {
            let Some(column) = self.columns.get_mut(*column as usize) else { continue };
            if token.is_escaped {
                self.scratch.clear();
                unescape(token.of(canonical), &mut self.scratch);
                column.push(row, &self.scratch);
            } else {
                column.push(row, token.of(canonical));
            }
        }
        for (column, length) in &layout.lengths {
            self.columns[*column as usize].push_length(row, *length);
        }
        self.row_shapes.push(layout.shape);
        self.note_retention_values(retention_columns, retention, instant);
        Some(offset)
    }

    /// Counts a row, to which values of these columns were just added, for its tenant, source and
    /// category: by the ids of the values, once their combination was met.
    fn note_retention_values(
        &mut self,
        columns: [u32; 3],
        texts: [Option<&[u8]>; 3],
        instant: Timestamp,
    ) {
        let id = |column: u32| match self.columns.get(column as usize) {
            Some(column) => column.last_id(),
            None => Some(NO_COLUMN),
        };
        let ids = columns.map(id);
        let ids = match ids {
            [Some(tenant), Some(source), Some(category)] => Some([tenant, source, category]),
            _ => None,
        };
        let known = ids.and_then(|ids| self.retention_keys_by_ids.get(&ids));
        if let Some(number) = known {
            return self.count_retention_key(*number, instant);
        }
        let texts = texts.map(|text| text.map(String::from_utf8_lossy));
        let number = self.note_retention_key(texts.each_ref().map(Option::as_deref), instant);
        self.retention_keys_by_ids.extend(ids.zip(number));
    }

    /// Keeps the layout of a row that was just shredded into `shape`.
    pub(super) fn learn_layout(&mut self, flattener: &Flattener, shape: u32, canonical: &[u8]) {
        if flattener.leaves.len() > VALUES_MAX {
            return;
        }
        let (start, len) = flattener.time();
        let time = Token { start, len, is_escaped: false, kind: TokenKind::String };
        let mut values = vec![(time, NO_COLUMN)];
        let mut lengths = Vec::new();
        let mut retention = [None; 3];
        for leaf in &flattener.leaves {
            let column = self.columns_at[leaf.node as usize][leaf.kind as usize];
            let kind = match leaf.kind {
                Kind::String => TokenKind::String,
                Kind::Number => TokenKind::Number,
                Kind::Bool => TokenKind::Bool,
                Kind::Null => TokenKind::Null,
                Kind::Raw => TokenKind::Whole,
                Kind::Length | Kind::Overflow => {
                    lengths.push((column, leaf.len));
                    continue;
                }
            };
            let node = &self.tree.nodes()[leaf.node as usize];
            let field = RETENTION_FIELDS.iter().position(|field| *field == &*node.key);
            if let (Some(field), 0, Kind::String) = (field, node.parent, leaf.kind) {
                retention[field] = Some(leaf.start);
            }
            let (start, len, is_escaped) = (leaf.start, leaf.len, leaf.is_escaped);
            values.push((Token { start, len, is_escaped, kind }, column));
        }
        values.sort_unstable_by_key(|(token, _)| token.start);
        let place = |start| {
            let place = values.iter().position(|(token, _)| token.start == start);
            place.map_or(NO_COLUMN, |place| place as u32)
        };
        let retention = retention.map(|start| start.map_or(NO_COLUMN, place));
        let places = Places { time: place(time.start), retention };
        let (tokens, columns): (Vec<Token>, _) = values.iter().copied().unzip();
        let layout = RowLayout { shape, columns, lengths, places };
        // Without room for it the next row of the layout is shredded, too.
        let _ = self.row_layouts.layouts.learn(canonical, &tokens, layout);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::segment::SegmentId;
    use crate::segment::builder::rows::root_node;
    use std::collections::BTreeMap;

    /// Of some tenants, some of which have no source, and of more than have ids.
    #[test]
    fn rows_are_counted_by_tenant_source_and_category() {
        for (tenants, has_ids) in [(1, true), (40, true), (4000, false)] {
            let mut builder = SegmentBuilder::new(SegmentId(1), "default", Vec::new());
            let mut expected = BTreeMap::new();
            for number in 0..4000_i64 {
                let tenant = (number % 7 > 0).then(|| format!("t{}", number % tenants));
                let mut event = serde_json::json!({"occurred_at": "2026-05-04T10:00:00Z",
                    "category": format!("c{}", number % 3), "activity": "a"});
                if let Some(tenant) = &tenant {
                    event["tenant"] = tenant.as_str().into();
                }
                let source = (number % 2 == 0).then(|| "s".to_owned());
                if let Some(source) = &source {
                    event["data_source"] = source.as_str().into();
                }
                let event = Event::from_json(event.to_string().as_bytes()).unwrap();
                let (at, recorded_at) = (event.occurred_at(), Timestamp(number));
                builder.push(1, recorded_at, at, event.canonical()).unwrap();
                let key = (tenant, source, format!("c{}", number % 3));
                let (rows, newest) = expected.entry(key).or_insert((0, recorded_at));
                (*rows, *newest) = (*rows + 1, recorded_at);
            }
            let tenant = root_node(&builder.tree, b"tenant").unwrap();
            let tenant = builder.columns_at[tenant as usize][Kind::String as usize];
            assert_eq!(builder.columns[tenant as usize].last_id().is_some(), has_ids);
            let found = builder.retention_keys.iter().map(|key| {
                let combination = (key.tenant.clone(), key.data_source.clone());
                ((combination.0, combination.1, key.category.clone()), (key.rows, key.newest))
            });
            assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
        }
    }
}
