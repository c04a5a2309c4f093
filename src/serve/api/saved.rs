//! Saved searches: `searches`.

use super::question::read_order;
use super::reply;
use super::settings::record_change;
use crate::json::Value;
use crate::query::Query;
use crate::serve::auth::role::Caller;
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::body;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::searches::{Changed, SavedSearch, SearchContent};
use crate::serve::state::server::Server;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `GET searches`: `{"searches":[..]}`, the caller's own and those that are shared.
///
/// # Errors
/// As every question.
pub(crate) async fn list(call: Call) -> Answer {
    let answer = |server: &Server, asker: &Asker, _: &Arc<_>| {
        let found = server.searches.list(&asker.caller)?;
        Ok(reply::serialized(&serde_json::json!({ "searches": found })))
    };
    call.ask(Kind::Settings, answer).await
}

/// `GET searches/{id}`.
///
/// # Errors
/// 404 where the caller sees no such search.
pub(crate) async fn get(Path(id): Path<String>, call: Call) -> Answer {
    let answer = move |server: &Server, asker: &Asker, _: &Arc<_>| {
        let found = server.searches.get(&id, &asker.caller)?;
        Ok(reply::serialized(&found.ok_or_else(|| missing(&id))?))
    };
    call.ask(Kind::Settings, answer).await
}

/// Runs a change of searches; every parameter must have been read, and there are none.
async fn edit(
    call: Call,
    edit: impl FnOnce(&Server, &Caller) -> Answer + Send + 'static,
) -> Answer {
    let Call { server, asker, params } = call;
    params.finish()?;
    server.append(move |server| edit(server, &asker.caller)).await
}

/// `POST searches`: 201 with the place.
///
/// # Errors
/// 400 for a query that is wrong.
pub(crate) async fn post(call: Call, headers: HeaderMap, body: Body) -> Answer {
    let body = body::read(body).await?;
    let make = move |server: &Server, caller: &Caller| {
        let content = read(&headers, body)?;
        Ok(made(&create(server, content, caller)?))
    };
    edit(call, make).await
}

/// `PUT searches/{id}`: replaces what its owner says of it.
///
/// # Errors
/// 403 for those of others that are seen, 404 for those that are not.
pub(crate) async fn put(
    Path(id): Path<String>,
    call: Call,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let body = body::read(body).await?;
    let put = move |server: &Server, caller: &Caller| {
        let content = read(&headers, body)?;
        Ok(reply::serialized(&change(server, &id, Some(content), caller)?))
    };
    edit(call, put).await
}

/// `DELETE searches/{id}`: 204.
///
/// # Errors
/// As [`put`].
pub(crate) async fn delete(Path(id): Path<String>, call: Call) -> Answer {
    let delete = move |server: &Server, caller: &Caller| {
        change(server, &id, None, caller)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    edit(call, delete).await
}

/// `POST searches/{id}/copy`: a private copy of the caller's own.
///
/// # Errors
/// 404 where the caller sees no such search.
pub(crate) async fn copy(Path(id): Path<String>, call: Call) -> Answer {
    let copy = move |server: &Server, caller: &Caller| Ok(made(&copy_of(server, &id, caller)?));
    edit(call, copy).await
}

/// Answers with a search that was made, and its place.
fn made(search: &SavedSearch) -> Response {
    let place = format!("/api/v1/searches/{}", search.id);
    reply::made(StatusCode::CREATED, &place, reply::serialized(search))
}

/// Keeps a search, and records it if it is shared.
///
/// # Errors
/// 400 for a query or a zone that is wrong.
pub(crate) fn create(
    server: &Server,
    content: SearchContent,
    caller: &Caller,
) -> Answer<SavedSearch> {
    check(server, &content)?;
    let search = server.searches.create(content, caller)?;
    record(server, caller, None, Some(&search))?;
    Ok(search)
}

/// Keeps a private copy of a search that the caller sees.
///
/// # Errors
/// 404 where there is none.
pub(crate) fn copy_of(server: &Server, id: &str, caller: &Caller) -> Answer<SavedSearch> {
    let found = server.searches.get(id, caller)?.ok_or_else(|| missing(id))?;
    create(server, SearchContent { shared: false, ..found.content }, caller)
}

/// Changes a search, or takes it out, and records it if it was or is shared.
///
/// # Errors
/// As [`put`].
pub(crate) fn change(
    server: &Server,
    id: &str,
    content: Option<SearchContent>,
    caller: &Caller,
) -> Answer<Option<SavedSearch>> {
    content.iter().try_for_each(|content| check(server, content))?;
    match server.searches.change(id, content, caller)? {
        Changed::Missing => Err(missing(id)),
        Changed::Forbidden => Err(Problem::forbidden("this search is somebody else's; copy it")),
        Changed::Done { before, after } => {
            record(server, caller, Some(&before), after.as_deref())?;
            Ok(after.map(|after| *after))
        }
    }
}

/// Shared searches are everybody's, so that their changes are events.
fn record(
    server: &Server,
    caller: &Caller,
    before: Option<&SavedSearch>,
    after: Option<&SavedSearch>,
) -> Answer<()> {
    let is_shared = before.into_iter().chain(after).any(|search| search.content.shared);
    if !is_shared || server.store.writer().is_err() {
        return Ok(());
    }
    let value = |search: Option<&SavedSearch>| -> Answer<Value> {
        let Some(search) = search else { return Ok(Value::Null) };
        let value = serde_json::to_value(search);
        let value = value.map_err(|error| Problem::bad("search", error.to_string()))?;
        Ok(Value::try_from(value)?)
    };
    let (before, after) = (value(before)?, value(after)?);
    record_change(server, caller, "search_changed", "search", before, after)
}

/// The content of a body; the id, the owner and the time that an answer has are not looked at.
fn read(headers: &HeaderMap, body: Bytes) -> Answer<SearchContent> {
    let body = body::unpack(headers, body)?;
    let wrong = |error: serde_json::Error| Problem::bad("body", error.to_string());
    let mut value: serde_json::Value = serde_json::from_slice(&body).map_err(wrong)?;
    if let Some(members) = value.as_object_mut() {
        for told in ["id", "owner", "tenant", "sources", "by_admin", "changed_at"] {
            members.remove(told);
        }
    }
    serde_json::from_value(value).map_err(wrong)
}

/// The query, the zone and the order must be sound.
///
/// # Errors
/// 400 with the place.
fn check(server: &Server, content: &SearchContent) -> Answer<()> {
    Query::parse_named(&content.query, server.store.snapshot().profiles())?;
    if let Some(zone) = content.zone.as_deref().filter(|zone| !zone.is_empty()) {
        let wrong = |_| Problem::parameter("zone", format!("there is no zone `{zone}`"));
        zone.parse::<chrono_tz::Tz>().map_err(wrong)?;
    }
    content.order.as_deref().map(read_order).transpose()?;
    Ok(())
}

fn missing(id: &str) -> Problem {
    Problem::missing(format!("there is no search {id}"))
}
