//! One event, its linked ones, and the life of an object.

use super::question::{Asked, Running, check_tenant, take_raw};
use super::reply;
use crate::event::{Raw, StoredEvent};
use crate::interface::{history_value, read_at};
use crate::json::Value;
use crate::query::{History, Query, Search};
use crate::serve::auth::role::Role;
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::limits::{QUESTION_BYTES_MAX, QUESTION_LASTS};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::Path;
use std::sync::Arc;

/// `GET events/{seq}`: the event with its payload and its differences.
///
/// # Errors
/// 404 where the caller sees no such event.
pub(crate) async fn event(Path(seq): Path<String>, mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let answer = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, &format!("seq={seq}"))?;
        Ok(reply::value(&with_diff(&find(&running, &asked, &seq)?)))
    };
    call.ask(Kind::Event, answer).await
}

/// The event of a sequence, as far as the caller sees it.
///
/// # Errors
/// 404 where there is none.
pub(crate) fn find(running: &Running<'_>, asked: &Asked, seq: &str) -> Answer<StoredEvent> {
    let page = search(running, asked, seq)?.limit(1).page()?;
    page.events.into_iter().next().ok_or_else(|| missing(seq))
}

/// The search for the event of a sequence.
fn search<'r>(running: &'r Running<'_>, asked: &Asked, seq: &str) -> Answer<Search<'r>> {
    let number: u64 = seq.parse().map_err(|_| missing(seq))?;
    let speech = asked.settle(&running.snapshot)?;
    let query = Query::parse(&format!("seq={number}"))?;
    let selection = asked.select(query, &running.asker.caller, &speech)?;
    Ok(running.limited(&speech, selection))
}

fn missing(seq: &str) -> Problem {
    Problem::missing(format!("there is no event {seq}"))
}

/// An event with its payload, and beside its fields a list `diff` of what it changed.
pub(crate) fn with_diff(event: &StoredEvent) -> Value {
    let mut value = event.to_value(Raw::With);
    let changes = value.get("changes").and_then(Value::as_list).unwrap_or_default();
    let diff = Value::List(changes.iter().map(difference).collect());
    if let Value::Object(members) = &mut value {
        members.push(("diff".to_owned(), diff));
    }
    value
}

/// A change as what became of the field: `{"field":..,"kind":"changed","before":..,"after":..}`; a
/// side that is not known is not there.
pub(crate) fn difference(change: &Value) -> Value {
    let state = |key: &str| change.get(key).and_then(Value::as_str);
    let side = |key: &str, state: Option<&str>| match state {
        Some("absent" | "unknown" | "redacted") => None,
        _ => change.get(key).cloned(),
    };
    let (before_state, after_state) = (state("before_state"), state("after_state"));
    let (before, after) = (side("before", before_state), side("after", after_state));
    let kind = match (before_state, after_state) {
        (Some("absent"), _) => "added",
        (_, Some("absent")) => "removed",
        _ if before.is_none() => "set",
        _ if before == after => "same",
        _ => "changed",
    };
    let members = [
        ("field", change.get("field").cloned()),
        ("kind", Some(kind.into())),
        ("before", before),
        ("after", after),
        ("before_state", before_state.map(Value::from)),
        ("after_state", after_state.map(Value::from)),
    ];
    Value::object(members.into_iter().filter_map(|(key, value)| Some((key, value?))))
}

/// `GET events/{seq}/linked`: all events of the action that the event belongs to.
///
/// # Errors
/// 404 where the caller sees no such event.
pub(crate) async fn linked(Path(seq): Path<String>, mut call: Call) -> Answer {
    let (asked, raw) = (Asked::take(&mut call.params)?, take_raw(&mut call.params)?);
    let answer = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, &format!("seq={seq}"))?;
        let events = linked_events(&running, &asked, &seq)?;
        let events = events.iter().map(|event| event.to_value(raw)).collect();
        Ok(reply::value(&Value::object([("events", Value::List(events))])))
    };
    call.ask(Kind::Event, answer).await
}

/// All events of the action that an event belongs to, in the order of `seq`.
///
/// # Errors
/// 404 where the caller sees no such event.
pub(crate) fn linked_events(
    running: &Running<'_>,
    asked: &Asked,
    seq: &str,
) -> Answer<Vec<StoredEvent>> {
    let events = search(running, asked, seq)?.by_seq().limit(None).linked()?;
    if events.is_empty() { Err(missing(seq)) } else { Ok(events) }
}

/// `GET history?target=`: what was done to an object, and what is known of it.
///
/// # Errors
/// 400 for parameters that are wrong.
pub(crate) async fn history(mut call: Call) -> Answer {
    let (asked, raw) = (Asked::take(&mut call.params)?, take_raw(&mut call.params)?);
    let (target, kind) = (call.params.required("target")?, call.params.text("type"));
    let at = call.params.text("at");
    let answer = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, &target)?;
        let history = history_of(&running, &asked, &target, kind.as_deref(), at.as_deref())?;
        Ok(reply::value(&history_value(&history, raw)))
    };
    call.ask(Kind::History, answer).await
}

/// The history of a target, of a kind if one is named, up to a time.
///
/// # Errors
/// 400 for what is no time, 403 for a tenant of others.
pub(crate) fn history_of(
    running: &Running<'_>,
    asked: &Asked,
    target: &str,
    kind: Option<&str>,
    at: Option<&str>,
) -> Answer<History> {
    let caller = &running.asker.caller;
    let mut history = running.snapshot.history(target).scope(&caller.scope());
    history = history.deadline(QUESTION_LASTS).bytes_max(QUESTION_BYTES_MAX);
    if let Some(kind) = kind {
        history = history.kind(kind);
    }
    if let Some(tenant) = &asked.tenant {
        check_tenant(caller, tenant)?;
        history = history.tenant(tenant);
    }
    if let Some(at) = at {
        let zone = asked.settle(&running.snapshot)?.zone;
        let at = read_at(at, zone);
        history = history.at(at.map_err(|error| Problem::parameter("at", error.to_string()))?);
    }
    if asked.include_hidden || caller.role == Role::Auditor {
        history = history.include_hidden();
    }
    Ok(history.read()?)
}
