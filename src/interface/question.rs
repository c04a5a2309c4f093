//! What is asked for, as texts: a query, and times beside it.

use super::speech::Speech;
use crate::event::Timestamp;
use crate::query::{Query, parse_when};
use crate::{Error, Result};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

/// A query and its times, as they were given; the default asks for everything.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The query.
    pub query: String,
    /// Whether the query is an object of JSON rather than text.
    pub is_json: bool,
    /// Only events of the last time (`since`): `30s`, `15m`, `12h`, `7d`, `2w`, `3mo`, `1y`.
    pub since: Option<String>,
    /// Only events at or after this instant or day (`from`).
    pub from: Option<String>,
    /// Only events before this instant or day (`to`).
    pub to: Option<String>,
}

impl Question {
    /// The query without the times beside it.
    ///
    /// # Errors
    /// [`Error::Query`] with the place.
    pub fn typed(&self, speech: &Speech) -> Result<Query> {
        match self.is_json && !self.query.trim().is_empty() {
            true => Query::from_json_named(&self.query, &speech.names),
            false => Query::parse_named(&self.query, &speech.names),
        }
    }

    /// The query with the times as further conditions: `from` and `to` are half-open, a day being
    /// its first instant, which is what `>=` and `<` mean in a query.
    ///
    /// # Errors
    /// As [`Question::typed`]; [`Error::Invalid`] with the parameter as its field, for what is no
    /// time.
    pub fn query(&self, speech: &Speech) -> Result<Query> {
        let query = self.typed(speech)?;
        let times = [
            ("since", "since:", &self.since),
            ("from", "occurred_at>=", &self.from),
            ("to", "occurred_at<", &self.to),
        ];
        let mut all = Some(query).filter(|query| *query != Query::all());
        for (parameter, operator, value) in times {
            let Some(value) = value else { continue };
            let term = time_term(operator, value).ok_or_else(|| {
                let problem = format!("`{value}` is neither an instant nor a day or age");
                Error::invalid(parameter, problem)
            })?;
            all = Some(match all {
                Some(query) => query.and(term),
                None => term,
            });
        }
        Ok(all.unwrap_or_else(Query::all))
    }
}

/// A term for a time, if it is one.
fn time_term(operator: &str, value: &str) -> Option<Query> {
    let is_time = |byte: u8| byte.is_ascii_alphanumeric() || b":.+-".contains(&byte);
    if !value.starts_with(|first: char| first.is_ascii_digit()) || !value.bytes().all(is_time) {
        return None;
    }
    Query::parse(&format!("{operator}{value}")).ok()
}

/// An instant, or the last one of a day.
///
/// # Errors
/// [`Error::Invalid`] for what is neither.
pub fn read_at(text: &str, zone: Tz) -> Result<Timestamp> {
    let day_after =
        text.parse::<NaiveDate>().ok().and_then(|day| day.checked_add_days(Days::new(1)));
    match day_after {
        Some(day) => {
            let end = parse_when(&day.to_string(), zone)?;
            Ok(Timestamp(end.0.saturating_sub(1)))
        }
        None => parse_when(text, zone),
    }
}
