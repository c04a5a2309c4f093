//! The products' own APIs, for clients that were made for them.
//!
//! Each answers as the product does, also where it refuses: `docs/compat.md` says how clients are
//! pointed here, what is translated how, and what differs. What came in through an import goes out
//! as it was received; what was appended natively goes out in the product's spelling.

mod calendly;
mod clockify;
mod google;
mod origin;
mod refusal;
mod seen;
mod token;

use super::state::server::Server;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes of all products.
pub(super) fn routes() -> Router<Arc<Server>> {
    let google = "/admin/reports/v1/activity/users/{user}/applications/{application}";
    Router::new()
        .route(calendly::PATH, get(calendly::list).fallback(calendly::elsewhere))
        .route(
            "/v1/workspaces/{workspace}/audit-log",
            post(clockify::list).fallback(clockify::elsewhere),
        )
        .route(google, get(google::list).fallback(google::elsewhere))
}
