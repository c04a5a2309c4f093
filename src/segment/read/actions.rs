//! The pairs of `category` and `activity` that occur in a segment.

use super::column::Column;
use super::segment::Segment;
use crate::event::shape::Kind;
use crate::segment::codec::blocks::Read;
use crate::segment::file::contents::Codec;
use std::collections::BTreeSet;

impl Segment {
    /// The columns of `category` and `activity`.
    pub(crate) fn action_columns(&self) -> Option<(Column<'_>, Column<'_>)> {
        let column = |key| Some(self.column(self.column_at(&[key], Kind::String)?));
        column("category").zip(column("activity"))
    }

    /// The pairs of value ids of `category` and `activity` that occur in rows that are not stored
    /// whole; `None` where one of them has no dictionary.
    ///
    /// Cost: a segment with rows stored whole does not hold them; there it is, the first time, one
    /// walk over the ids of both columns.
    pub(crate) fn actions(&self) -> Read<Option<&[(u32, u32)]>> {
        if let Some(pairs) = &self.contents.actions {
            return Ok(Some(pairs));
        }
        if let Some(found) = self.found_actions.get() {
            return Ok(found.as_deref());
        }
        let found = self.find_actions()?;
        Ok(self.found_actions.get_or_init(|| found).as_deref())
    }

    fn find_actions(&self) -> Read<Option<Vec<(u32, u32)>>> {
        let Some((category, activity)) = self.action_columns() else {
            // Each event has both: here are only rows stored whole.
            return Ok(self.overflow_column().map(|_| Vec::new()));
        };
        let (Codec::Dictionary { ids: categories, .. }, Codec::Dictionary { ids: activities, .. }) =
            (&category.contents.codec, &activity.contents.codec)
        else {
            return Ok(None);
        };
        // One value of each a row: the values of a row have the same index. In a forged file there
        // may be any number of values that take no bytes.
        let is_one_each =
            categories.count == activities.count && categories.count <= u64::from(self.meta.rows);
        if !is_one_each {
            return Ok(None);
        }
        let mut of_rows = Vec::with_capacity(categories.count as usize);
        let all = 0..categories.count;
        categories.for_each(self.blocks(), all.clone(), |id| of_rows.push(id as u32))?;
        let mut pairs = BTreeSet::new();
        let (mut of_rows, mut last) = (of_rows.into_iter(), None);
        activities.for_each(self.blocks(), all, |activity| {
            let pair = of_rows.next().map(|category| (category, activity as u32));
            // Neighbours are often alike.
            if pair != last {
                pairs.extend(pair);
                last = pair;
            }
        })?;
        Ok(Some(pairs.into_iter().collect()))
    }
}
