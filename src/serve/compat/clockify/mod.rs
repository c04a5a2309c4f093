//! Clockify: `POST /v1/workspaces/{workspaceId}/audit-log`.

mod asked;
mod wording;

use super::refusal::worded;
use super::seen::{Seen, too_costly, walk};
use crate::import::Clockify;
use crate::json::Value;
use crate::serve::api::question::Running;
use crate::serve::api::reply;
use crate::serve::door::asker::Asker;
use crate::serve::http::body;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use asked::EntriesAsked;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use std::ops::ControlFlow;
use std::sync::Arc;
use wording::wording;

/// What else is done to the log: nothing.
pub(super) async fn elsewhere(method: Method) -> Response {
    worded(Err(Problem::wrong_method(&method)), wording)
}

/// The entries of a workspace, the newest first.
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    path: Result<Path<String>, PathRejection>,
    asker: Answer<Asker>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let checked = async {
        let asker = asker?;
        let wrong = |error: PathRejection| Problem::bad("address", error.body_text());
        let Path(workspace) = path.map_err(wrong)?;
        Params::of_address(address.as_deref())?.finish()?;
        let body = body::read(body).await?;
        let list = move |server: &Server, cancel: &Arc<_>| {
            let body = body::json(&headers, body)?;
            let body = body.ok_or_else(|| Problem::bad("body", "the body is a JSON object"))?;
            let asked = EntriesAsked::read(&body)?;
            let running = Running::begin(server, &asker, cancel, &asked.recorded().to_string())?;
            let entries = find(&Seen::new(&running, Some(workspace))?, &asked)?;
            Ok(reply::value(&Value::object([("response", Value::List(entries))])))
        };
        server.ask(Kind::Compatible, list).await
    };
    worded(checked.await, wording)
}

/// Finds a page.
///
/// # Errors
/// As the search; 503 where a limit of cost was met before the page was full: to clients a short
/// page is the last one.
fn find(seen: &Seen<'_>, asked: &EntriesAsked) -> Answer<Vec<Value>> {
    let search = seen.search(asked.query.clone())?.between(asked.start..asked.end);
    let mut entries = Vec::new();
    let mut before = asked.entries_before();
    let is_whole = walk(search, |event| {
        if asked.is_exact && before > 0 {
            before -= 1;
            return Ok(ControlFlow::Continue(()));
        }
        let entry = Clockify.entry(&event.event);
        match asked.is_wanted(&entry) {
            true if before > 0 => before -= 1,
            true => entries.push(entry),
            false => {}
        }
        Ok(match entries.len() == asked.size {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    })?;
    match is_whole || entries.len() == asked.size {
        true => Ok(entries),
        false => Err(too_costly()),
    }
}
