//! The page for administrators: made on the server, complete without JavaScript, its whole state in
//! the address.

mod list;
mod one;
mod shell;
mod sign_in;
mod words;

use super::state::server::Server;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes of the page.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/", get(list::list))
        .route("/events/{seq}", get(one::one))
        .route("/assets/style.css", get(shell::style))
        .route("/sign-in", get(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
}
