//! Counting by category and activity, one range of the index for each pair that occurs.
//!
//! `GROUP BY` would walk over the whole index, whatever the window. So the pairs are found by
//! jumping from one to the next, and the rows of each are counted between two places.

use crate::Outcome;
use crate::place::Span;
use rusqlite::{Connection, OptionalExtension, params};

/// The categories that occur.
pub(super) fn categories(connection: &Connection) -> Outcome<Vec<String>> {
    let mut next = connection.prepare_cached(
        "SELECT category FROM events INDEXED BY events_by_kind WHERE category > ?1 \
         ORDER BY category LIMIT 1",
    )?;
    let mut categories: Vec<String> = Vec::new();
    loop {
        let last = categories.last().map_or("", String::as_str);
        match next.query_row([last], |row| row.get(0)).optional()? {
            Some(category) => categories.push(category),
            None => return Ok(categories),
        }
    }
}

/// The activities of a category, each with the number of its events.
pub(super) fn activities(
    connection: &Connection,
    category: &str,
    span: Span,
) -> Outcome<Vec<(String, u64)>> {
    let mut next = connection.prepare_cached(
        "SELECT activity FROM events INDEXED BY events_by_kind \
         WHERE category = ?1 AND activity > ?2 ORDER BY activity LIMIT 1",
    )?;
    let mut count = connection.prepare_cached(
        "SELECT COUNT(*) FROM events INDEXED BY events_by_kind \
         WHERE category = ?1 AND activity = ?2 AND place >= ?3 AND place < ?4",
    )?;
    let (from, to) = (span.from.unwrap_or(i64::MIN), span.to.unwrap_or(i64::MAX));
    let mut activities: Vec<(String, u64)> = Vec::new();
    loop {
        let last = activities.last().map_or("", |(activity, _)| activity);
        let activity = next.query_row([category, last], |row| row.get(0)).optional()?;
        let Some(activity) = activity else {
            return Ok(activities);
        };
        let events = count.query_row(params![category, activity, from, to], |row| row.get(0))?;
        activities.push((activity, events));
    }
}
