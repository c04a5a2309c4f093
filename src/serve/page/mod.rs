//! The page for administrators.

mod sign_in;

use super::state::server::Server;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The routes of the page.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new().route("/sign-in", get(sign_in::sign_in))
}
