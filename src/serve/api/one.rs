//! One event, its linked ones, and the life of an object.

use super::question::{Asked, Running, check_tenant};
use super::reply;
use crate::event::{Raw, StoredEvent};
use crate::interface::{history_value, read_at};
use crate::json::Value;
use crate::query::Query;
use crate::serve::auth::role::Role;
use crate::serve::door::asker::Asker;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::{Path, RawQuery, State};
use std::sync::Arc;

/// `GET events/{seq}`: the event with its payload and its differences.
///
/// # Errors
/// 404 where the caller sees no such event.
pub(crate) async fn event(
    State(server): State<Arc<Server>>,
    asker: Asker,
    Path(seq): Path<String>,
    RawQuery(address): RawQuery,
) -> Answer {
    let mut params = Params::of_address(address.as_deref())?;
    let asked = Asked::take(&mut params)?;
    params.finish()?;
    let answer = move |server: &Server, cancel: &Arc<_>| {
        let running = Running::begin(server, &asker, cancel, &format!("seq={seq}"))?;
        Ok(reply::value(&with_diff(&find(&running, &asked, &seq)?)))
    };
    server.ask(Kind::Event, answer).await
}

/// The event of a sequence, as far as the caller sees it.
///
/// # Errors
/// 404 where there is none.
pub(crate) fn find(running: &Running<'_>, asked: &Asked, seq: &str) -> Answer<StoredEvent> {
    let missing = || Problem::missing(format!("there is no event {seq}"));
    let number: u64 = seq.parse().map_err(|_| missing())?;
    let speech = asked.settle(&running.snapshot)?;
    let query = Query::parse(&format!("seq={number}"))?;
    let selection = asked.select(query, &running.asker.caller, &speech)?;
    let page = running.limited(&speech, selection).limit(1).page()?;
    page.events.into_iter().next().ok_or_else(missing)
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
fn difference(change: &Value) -> Value {
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
pub(crate) async fn linked(
    State(server): State<Arc<Server>>,
    asker: Asker,
    Path(seq): Path<String>,
    RawQuery(address): RawQuery,
) -> Answer {
    let mut params = Params::of_address(address.as_deref())?;
    let asked = Asked::take(&mut params)?;
    let raw = super::events::take_raw(&mut params)?;
    params.finish()?;
    let answer = move |server: &Server, cancel: &Arc<_>| {
        let running = Running::begin(server, &asker, cancel, &format!("seq={seq}"))?;
        let events = find_linked(&running, &asked, &seq)?;
        let events = events.iter().map(|event| event.to_value(raw)).collect();
        Ok(reply::value(&Value::object([("events", Value::List(events))])))
    };
    server.ask(Kind::Event, answer).await
}

/// All events of the action that an event belongs to, as they were stored.
///
/// # Errors
/// 404 where there is none.
pub(crate) fn find_linked(
    running: &Running<'_>,
    asked: &Asked,
    seq: &str,
) -> Answer<Vec<StoredEvent>> {
    let event = find(running, asked, seq)?;
    let speech = asked.settle(&running.snapshot)?;
    let query = Query::parse(&format!("seq={}", event.seq))?;
    let selection = asked.select(query, &running.asker.caller, &speech)?;
    Ok(running.limited(&speech, selection).by_seq().limit(None).linked()?)
}

/// `GET history?target=`: what was done to an object, and what is known of it.
///
/// # Errors
/// 400 for parameters that are wrong.
pub(crate) async fn history(
    State(server): State<Arc<Server>>,
    asker: Asker,
    RawQuery(address): RawQuery,
) -> Answer {
    let mut params = Params::of_address(address.as_deref())?;
    let asked = Asked::take(&mut params)?;
    let (target, kind) = (params.required("target")?, params.text("type"));
    let at = params.text("at");
    let raw = super::events::take_raw(&mut params)?;
    params.finish()?;
    let answer = move |server: &Server, cancel: &Arc<_>| {
        let running = Running::begin(server, &asker, cancel, &target)?;
        let caller = &asker.caller;
        let mut history = running.snapshot.history(&target).scope(&caller.scope());
        if let Some(kind) = &kind {
            history = history.kind(kind);
        }
        if let Some(tenant) = &asked.tenant {
            check_tenant(caller, tenant)?;
            history = history.tenant(tenant);
        }
        if let Some(at) = &at {
            let zone = asked.settle(&running.snapshot)?.zone;
            let at = read_at(at, zone);
            history = history.at(at.map_err(|error| Problem::parameter("at", error.to_string()))?);
        }
        if asked.include_hidden || caller.role == Role::Auditor {
            history = history.include_hidden();
        }
        Ok(reply::value(&history_value(&history.read()?, raw)))
    };
    server.ask(Kind::History, answer).await
}
