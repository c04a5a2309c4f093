//! All of the server as one service.

use super::state::options::ServeOptions;
use super::state::served::Served;
use super::state::server::Server;
use super::{api, compat, door, page, work};
use crate::Result;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::{Router, middleware};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// All of the server as a router, to be mounted at the root of a service.
///
/// The store closes when the last clone of the router is gone: nothing that was acknowledged is
/// lost by that.
///
/// # Errors
/// What is wrong with the files of the server in the folder of the options.
pub fn router(store: impl Into<Served>, options: ServeOptions) -> Result<Router> {
    Ok(router_of(&Server::open(store.into(), options)?))
}

pub(super) fn router_of(server: &Arc<Server>) -> Router {
    work::begin(server);
    let routes = api::routes().merge(compat::routes()).merge(page::routes());
    let packed = CompressionLayer::new().gzip(true).compress_when(is_packed);
    let guard = middleware::from_fn_with_state(Arc::clone(server), door::guard::guard);
    routes.layer(packed).layer(guard).with_state(Arc::clone(server))
}

/// What is sent packed: texts that are there as a whole. Streams are sent as they come.
fn is_packed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    let is_file = headers.contains_key(header::CONTENT_DISPOSITION);
    let texts = ["text/html", "text/css", "text/javascript", "application/json"];
    !is_file && kind.is_some_and(|kind| texts.contains(&kind))
}
