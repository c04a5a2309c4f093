//! The API, `/api/v1`: what it answers is what the program prints, and errors are RFC 9457.

mod append;
mod counts;
mod events;
pub(crate) mod export;
mod exports;
mod file_name;
mod follow;
mod one;
mod openapi;
pub(crate) mod question;
pub(crate) mod reply;
mod saved;
pub(crate) mod settings;

pub(crate) use events::{FoundPage, PageAsked, find};
pub(crate) use exports::{create_job, told};
pub(crate) use one::{difference, find as find_event, history_of, linked_events, with_diff};
pub(crate) use saved::{change as change_search, copy_of as copy_search, create as create_search};

use super::door::asker::Asker;
use super::door::call::Call;
use super::http::problem::{Answer, Problem};
use super::state::metrics::Kind;
use super::state::server::Server;
use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes of the API, of health and of figures.
pub(super) fn routes() -> Router<Arc<Server>> {
    let api = Router::new()
        .route("/events", get(events::list).post(append::append))
        .route("/events/{seq}", get(one::event))
        .route("/events/{seq}/linked", get(one::linked))
        .route("/history", get(one::history))
        .route("/count", get(counts::count))
        .route("/facets", get(counts::facets))
        .route("/values", get(counts::values))
        .route("/fields", get(counts::fields))
        .route("/histogram", get(counts::histogram))
        .route("/explain", get(counts::explain))
        .route("/follow", get(follow::follow))
        .route("/export", get(export::export))
        .route("/exports", get(exports::list).post(exports::create))
        .route("/exports/{id}", get(exports::get).delete(exports::delete))
        .route("/exports/{id}/file", get(exports::file))
        .route("/registry", get(settings::registry))
        .route("/coverage", get(settings::coverage))
        .route("/retention", get(settings::retention).put(settings::put_retention))
        .route("/capture", get(settings::capture).put(settings::put_capture))
        .route("/stats", get(settings::stats))
        .route("/searches", get(saved::list).post(saved::post))
        .route("/searches/{id}", get(saved::get).put(saved::put).delete(saved::delete))
        .route("/searches/{id}/copy", post(saved::copy))
        .route("/openapi.json", get(openapi::document))
        .fallback(nothing);
    Router::new()
        .nest("/api/v1", api)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

async fn nothing(OriginalUri(address): OriginalUri) -> Response {
    Problem::missing(format!("there is nothing at {}", address.path())).into_response()
}

/// Whether the server takes requests: not while it stops, and not once the store takes no more.
async fn ready(State(server): State<Arc<Server>>) -> Response {
    match server.is_stopping() {
        false => "ready\n".into_response(),
        true => Problem::busy("the server stops").into_response(),
    }
}

/// Figures for Prometheus, for every token that reads.
async fn metrics(call: Call) -> Answer {
    if call.asker.caller.is_scoped() {
        return Err(Problem::forbidden("figures tell of all tenants"));
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let print = |server: &Server, _: &Asker, _: &Arc<_>| {
        Ok(server.metrics.print(&server.store.stats(), server.questions_running() as u64))
    };
    let text = call.ask(Kind::Settings, print).await?;
    Ok(reply::text(kind, text))
}
