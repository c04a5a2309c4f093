//! Google: `GET /admin/reports/v1/activity/users/{userKey}/applications/{applicationName}` of the
//! Reports API.

mod activities;
mod asked;
mod filters;
mod selection;
mod wording;

use super::refusal::worded;
use super::seen::Seen;
use super::token::Place;
use crate::json::Value;
use crate::serve::api::question::Running;
use crate::serve::api::reply;
use crate::serve::door::asker::Asker;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use activities::{FoundActivities, find};
use asked::ReportAsked;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::Method;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use wording::wording;

const KIND: &str = "admin#reports#activities";

/// What else is done to reports: nothing.
pub(super) async fn elsewhere(method: Method) -> Response {
    worded(Err(Problem::wrong_method(&method)), wording)
}

/// The activities of users in an application, the newest first.
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    path: Result<Path<(String, String)>, PathRejection>,
    asker: Answer<Asker>,
    RawQuery(address): RawQuery,
) -> Response {
    worded(answer(server, path, asker, address.as_deref()).await, wording)
}

async fn answer(
    server: Arc<Server>,
    path: Result<Path<(String, String)>, PathRejection>,
    asker: Answer<Asker>,
    address: Option<&str>,
) -> Answer {
    let asker = asker?;
    let wrong = |error: PathRejection| Problem::bad("address", error.body_text());
    let Path((user, application)) = path.map_err(wrong)?;
    let mut params = Params::of_address(address)?;
    let asked = ReportAsked::take(&user, &application, &mut params)?;
    params.finish()?;
    let list = move |server: &Server, cancel: &Arc<_>| {
        let running = Running::begin(server, &asker, cancel, &asked.query().to_string())?;
        asked.check_times(running.snapshot.now())?;
        let seen = Seen::new(&running, asked.customer.clone())?;
        let question = asked.question();
        let place = asked.token.as_deref();
        let place = place.map(|token| Place::read("pageToken", token, question)).transpose()?;
        let found = find(&seen, &asked, place.as_ref())?;
        if found.activities.is_empty() && place.is_none() {
            asked.check_application(&seen)?;
        }
        let next = found.next.as_ref().map(|place| place.token(question));
        Ok(reply::value(&asked.given.of(report(found, next))))
    };
    server.ask(Kind::Compatible, list).await
}

/// The answer; a list without activities is left out, as Google does.
fn report(found: FoundActivities, next: Option<String>) -> Value {
    let items = Value::List(found.activities);
    let digest = Sha256::digest(items.to_json().as_bytes());
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest));
    let mut report = vec![("kind", Value::from(KIND)), ("etag", etag.into())];
    if items.as_list().is_some_and(|items| !items.is_empty()) {
        report.push(("items", items));
    }
    report.extend(next.map(|token| ("nextPageToken", token.into())));
    Value::object(report)
}
