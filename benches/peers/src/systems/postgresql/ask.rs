//! Answering questions.

use super::server::{Server, connect};
use crate::Outcome;
use crate::place::Span;
use crate::support::question::Question;
use crate::system::{Kinds, Reply};
use crate::words::words_asked;
use postgres::types::ToSql;
use postgres::{Client, Row, Statement};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A connection, and the statements that are prepared in it.
pub(crate) struct Postgresql {
    connection: RefCell<(Client, HashMap<String, Statement>)>,
    /// Stopped behind the connection, if it was started for it.
    _server: Option<Server>,
}

/// The conditions of a question and their values.
#[derive(Default)]
struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql + Sync>>,
}

impl Postgresql {
    /// Connects; starts the server if it does not run.
    pub(crate) fn open(folder: &Path) -> Outcome<Postgresql> {
        let started = (!Server::is_running(folder)).then(|| Server::start(folder)).transpose()?;
        let connection = RefCell::new((connect(folder)?, HashMap::new()));
        Ok(Postgresql { connection, _server: started })
    }

    fn select(&self, what: &str, conditions: &Conditions, end: &str) -> Outcome<Vec<Row>> {
        let sql = format!("SELECT {what} FROM events{}{end}", conditions.sql);
        let (client, statements) = &mut *self.connection.borrow_mut();
        let statement = match statements.get(&sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = client.prepare(&sql)?;
                statements.insert(sql, statement.clone());
                statement
            }
        };
        let values: Vec<&(dyn ToSql + Sync)> =
            conditions.values.iter().map(|value| &**value).collect();
        Ok(client.query(&statement, &values)?)
    }
}

impl Conditions {
    fn of(question: &Question) -> Conditions {
        let filter = &question.filter;
        let mut conditions = Conditions::default();
        if !filter.texts.is_empty() {
            let texts: Vec<String> = filter.texts.iter().map(|text| match_of(text)).collect();
            conditions.add("words @@ ?::text::tsquery", texts.join(" & "));
        }
        if let Some(actor) = &filter.actor {
            conditions.add("actor = ?", actor.value.clone());
        }
        match &filter.categories[..] {
            [] => {}
            [category] => conditions.add("category = ?", category.clone()),
            categories => conditions.add("category = ANY(?)", categories.to_vec()),
        }
        if let Some(activity) = &filter.activity {
            conditions.add("activity = ?", activity.clone());
        }
        let span = Span::of(question);
        span.from.into_iter().for_each(|from| conditions.add("place >= ?", from));
        span.to.into_iter().for_each(|to| conditions.add("place < ?", to));
        conditions
    }

    fn add(&mut self, condition: &str, value: impl ToSql + Sync + 'static) {
        self.sql.push_str(if self.values.is_empty() { " WHERE " } else { " AND " });
        self.values.push(Box::new(value));
        self.sql.push_str(&condition.replace('?', &format!("${}", self.values.len())));
    }
}

/// A word, phrase or prefix as a `tsquery`.
fn match_of(text: &str) -> String {
    let (words, is_prefix) = words_asked(text);
    let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let prefix = if is_prefix { ":*" } else { "" };
    format!("({}{prefix})", words.join(" <-> "))
}

impl Kinds for Postgresql {
    fn newest(&self, question: &Question, limit: usize, reply: &mut Reply) -> Outcome {
        let conditions = Conditions::of(question);
        let end = format!(" ORDER BY place DESC LIMIT {limit}");
        for row in self.select("json::text", &conditions, &end)? {
            reply.add_event(row.try_get::<_, &str>(0)?.as_bytes());
        }
        Ok(())
    }

    fn count(&self, question: &Question) -> Outcome<u64> {
        let rows = self.select("count(*)", &Conditions::of(question), "")?;
        let count: i64 = rows.first().ok_or("a count has a row")?.try_get(0)?;
        Ok(count.try_into()?)
    }

    fn facets(&self, question: &Question, reply: &mut Reply) -> Outcome {
        let mut counts = [BTreeMap::new(), BTreeMap::new()];
        let what = "category, activity, count(*)";
        for row in self.select(what, &Conditions::of(question), " GROUP BY 1, 2")? {
            let count = u64::try_from(row.try_get::<_, i64>(2)?)?;
            for (column, counts) in counts.iter_mut().enumerate() {
                *counts.entry(row.try_get::<_, String>(column)?).or_default() += count;
            }
        }
        reply.set_facets(counts);
        Ok(())
    }
}
