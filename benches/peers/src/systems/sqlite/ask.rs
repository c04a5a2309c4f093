//! Answering questions.

use super::kinds::{activities, categories};
use super::schema::open_to_read;
use super::sql::Source;
use crate::Outcome;
use crate::place::Span;
use crate::support::question::{Filter, Question};
use crate::system::{Kinds, Reply};
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;
use std::path::Path;

/// A database that is open for reading.
#[derive(Debug)]
pub(crate) struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    pub(crate) fn open(folder: &Path) -> Outcome<Sqlite> {
        Ok(Sqlite { connection: open_to_read(folder)? })
    }
}

/// Whether nothing but categories and times are asked for.
fn is_kinds_only(filter: &Filter) -> bool {
    !filter.categories.is_empty()
        && filter.texts.is_empty()
        && filter.activity.is_none()
        && filter.actor.is_none()
}

impl Kinds for Sqlite {
    fn newest(&self, question: &Question, limit: usize, reply: &mut Reply) -> Outcome {
        let mut source = Source::of(question, true);
        source.values.push(i64::try_from(limit)?.into());
        let place = source.place;
        let sql = format!("{} ORDER BY {place} DESC LIMIT ?", source.select("events.json"));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(&source.values))?;
        while let Some(row) = rows.next()? {
            reply.add_event(row.get_ref(0)?.as_str()?.as_bytes());
        }
        Ok(())
    }

    fn count(&self, question: &Question) -> Outcome<u64> {
        let filter = &question.filter;
        if is_kinds_only(filter) {
            let mut sum = 0;
            for category in &filter.categories {
                let activities = activities(&self.connection, category, Span::of(question))?;
                sum += activities.iter().map(|(_, count)| count).sum::<u64>();
            }
            return Ok(sum);
        }
        let source = Source::of(question, false);
        let mut statement = self.connection.prepare_cached(&source.select("COUNT(*)"))?;
        Ok(statement.query_row(params_from_iter(&source.values), |row| row.get(0))?)
    }

    fn facets(&self, question: &Question, reply: &mut Reply) -> Outcome {
        let filter = &question.filter;
        if !filter.texts.is_empty() || filter.actor.is_some() || !filter.categories.is_empty() {
            return Err("facets are asked for by time only".into());
        }
        let mut counts = [BTreeMap::new(), BTreeMap::new()];
        for category in categories(&self.connection)? {
            for (activity, count) in activities(&self.connection, &category, Span::of(question))? {
                *counts[0].entry(category.clone()).or_default() += count;
                *counts[1].entry(activity).or_default() += count;
            }
        }
        reply.set_facets(counts);
        Ok(())
    }
}
