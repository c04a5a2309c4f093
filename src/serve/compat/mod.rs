//! The products' own read APIs, for their own clients.

use super::state::server::Server;
use axum::Router;
use std::sync::Arc;

/// The routes of all of them.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new()
}
