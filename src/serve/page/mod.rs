//! The page for administrators: made on the server, complete without JavaScript, its whole state in
//! the address; modules of JavaScript make it live.

mod address;
mod assets;
mod event;
mod exports;
mod form;
mod links;
mod saved;
mod search;
mod settings;
mod shell;
mod sign_in;
mod view;
mod words;

use super::state::server::Server;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes of the page; what is nowhere is told by it, too.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/", get(search::list))
        .route("/columns", post(search::keep_columns))
        .route("/query", get(search::edit))
        .route("/query/fields", get(search::fields))
        .route("/query/suggest", get(search::suggest))
        .route("/query/tree", get(search::tree))
        .route("/events/{seq}", get(event::one))
        .route("/history", get(event::history))
        .route("/exports", get(exports::list).post(exports::create))
        .route("/searches", get(saved::list).post(saved::create))
        .route("/searches/delete", post(saved::delete))
        .route("/searches/{id}", get(saved::open).post(saved::change))
        .route("/searches/{id}/copy", post(saved::copy))
        .route("/searches/{id}/delete", post(saved::delete_one))
        .route("/retention", get(settings::retention).post(settings::change_retention))
        .route("/capture", get(settings::capture).post(settings::change_capture))
        .route("/coverage", get(settings::coverage))
        .route("/assets/{name}", get(assets::asset))
        .route("/sign-in", get(sign_in::sign_in).post(sign_in::sign_in_by_token))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/reason", post(sign_in::reason))
        .fallback(shell::nothing)
}
