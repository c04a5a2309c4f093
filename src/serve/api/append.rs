//! `POST events`: one atomic batch.

use super::reply;
use super::settings::writable;
use crate::Error;
use crate::event::Event;
use crate::import::{Item, Native, RecordReader};
use crate::interface::AppendCounts;
use crate::json::Value;
use crate::limits::BATCH_EVENTS_MAX;
use crate::serve::auth::role::{Caller, Role};
use crate::serve::door::asker::Appender;
use crate::serve::http::body;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use crate::store::OWN_CATEGORY;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use std::sync::Arc;

/// `POST events`: NDJSON, an array or one object.
///
/// Durability: with the answer the events survive power loss.
///
/// # Errors
/// 422 with line and field for what is no event, 403 for a tenant or source of others; then nothing
/// is stored.
pub(crate) async fn append(
    State(server): State<Arc<Server>>,
    Appender(caller): Appender,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
    body: Body,
) -> Answer {
    Params::of_address(address.as_deref())?.finish()?;
    let body = body::read(body).await?;
    let append = move |server: &Server| {
        let store = writable(server)?;
        let events = read(&body::unpack(&headers, body)?, &caller)?;
        let mut counts = AppendCounts::default();
        if !events.is_empty() {
            let receipts = store.append_batch(events).map_err(unprocessable)?;
            counts.add(&receipts);
        }
        server.metrics.count_append(counts.appended);
        Ok(reply::serialized(&all_of(&counts)))
    };
    server.append(append).await
}

/// The counts, with the rare ones that callers are promised also where they are 0.
fn all_of(counts: &AppendCounts) -> serde_json::Value {
    let mut all = serde_json::json!(counts);
    for promised in ["skipped", "expired"] {
        all[promised] = all[promised].as_u64().unwrap_or(0).into();
    }
    all
}

/// The events of a body, each one the caller's.
fn read(body: &[u8], caller: &Caller) -> Answer<Vec<Event>> {
    let mut reader = RecordReader::new(body, Arc::new(Native));
    let mut events = Vec::new();
    loop {
        let item = reader.next_item();
        let item = item.map_err(|error| Problem::bad("body", error.to_string()))?;
        match item {
            None => return Ok(events),
            Some(Item::Record(record)) => {
                let line = record.line;
                let found = record.outcome.map_err(|error| refused(line, error))?;
                for event in found {
                    events.push(owned(event, caller, line)?);
                }
            }
            Some(Item::Fault(fault)) => {
                return Err(at_line(fault.line, None, &fault.problem));
            }
        }
        if events.len() > BATCH_EVENTS_MAX {
            let problem = format!("has more than {BATCH_EVENTS_MAX} events; send several");
            return Err(unprocessable(Error::invalid("batch", problem)));
        }
    }
}

/// The event as one of the caller's: a tenant or source that is left out is theirs.
fn owned(event: Event, caller: &Caller, line: u64) -> Answer<Event> {
    for field in ["category", "data_source"] {
        // Nor what reads like it.
        let is_own = |text: String| text.trim().eq_ignore_ascii_case(OWN_CATEGORY);
        if caller.role == Role::Writer && event.text(field).is_some_and(is_own) {
            let problem = "`annals` is what the log says of itself";
            return Err(at_line(line, Some(field), problem));
        }
    }
    let event = with_own(event, "tenant", caller.tenant.as_deref(), line)?;
    match caller.sources.as_deref() {
        None => Ok(event),
        Some([only]) => with_own(event, "data_source", Some(only), line),
        Some(sources) => match event.text("data_source") {
            Some(source) if sources.contains(&source) => Ok(event),
            _ => Err(foreign("data_source", line)),
        },
    }
}

fn with_own(event: Event, field: &'static str, own: Option<&str>, line: u64) -> Answer<Event> {
    let Some(own) = own else {
        return Ok(event);
    };
    match event.text(field) {
        Some(found) if found == own => Ok(event),
        Some(_) => Err(foreign(field, line)),
        None => {
            let mut value = event.to_value();
            if let Value::Object(members) = &mut value {
                members.push((field.to_owned(), own.into()));
                // The payload as received is no part of the value above.
                members.extend(event.raw().map(|raw| ("raw".to_owned(), raw)));
            }
            Event::from_value(value).map_err(|error| refused(line, error))
        }
    }
}

fn foreign(field: &'static str, line: u64) -> Problem {
    let problem = Problem::forbidden(format!("line {line}: {field}: this token has another"));
    problem.with("line", line).with("field", field)
}

fn refused(line: u64, error: Error) -> Problem {
    match error {
        Error::Invalid { field, problem } => at_line(line, Some(&field), &problem),
        error => error.into(),
    }
}

fn at_line(line: u64, field: Option<&str>, problem: &str) -> Problem {
    let detail = match field {
        Some(field) => format!("line {line}: {field}: {problem}; nothing was stored"),
        None => format!("line {line}: {problem}; nothing was stored"),
    };
    let refused = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", detail);
    refused.with("line", line).with("field", field)
}

/// What the store refuses of a whole batch.
fn unprocessable(error: Error) -> Problem {
    match error {
        Error::Invalid { field, problem } => {
            let detail = format!("{field}: {problem}; nothing was stored");
            let refused = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", detail);
            refused.with("line", Value::Null).with("field", field)
        }
        error => error.into(),
    }
}
