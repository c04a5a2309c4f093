//! The API as an OpenAPI document.

use super::reply;
use axum::response::Response;

/// The document; a test compares it with the routes.
pub(super) const DOCUMENT: &str = include_str!("openapi.json");

/// `GET openapi.json`; needs no token, as it tells nothing of the store.
pub(super) async fn document() -> Response {
    reply::text(reply::JSON, DOCUMENT)
}
