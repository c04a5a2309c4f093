//! The guard at the door: hosts and origins, sizes of heads, and the headers of every answer.
//!
//! A page of somebody else's that a browser shows must neither reach the server under a name of its
//! own (DNS rebinding: `Host` is checked) nor use the cookie of a session (CSRF: `Origin` is
//! checked, and the cookie is `SameSite=Strict`).

use crate::serve::http::problem::Problem;
use crate::serve::limits::{ADDRESS_BYTES_MAX, HEADER_BYTES_MAX};
use crate::serve::state::server::Server;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Nothing from elsewhere, and no code or style within the page itself.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Lets a request in, or says why not; puts the headers on the answer.
pub(crate) async fn guard(
    State(server): State<Arc<Server>>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let mut response = match check(&server, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && response_is_empty(&response) {
        let allow = response.headers().get(header::ALLOW).cloned();
        response = Problem::wrong_method(&method).into_response();
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn response_is_empty(response: &Response) -> bool {
    !response.headers().contains_key(header::CONTENT_TYPE)
}

fn check(server: &Server, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > HEADER_BYTES_MAX {
        let detail = format!("headers have at most {} KiB", HEADER_BYTES_MAX >> 10);
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(Problem::new(status, "headers_too_large", detail));
    }
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > ADDRESS_BYTES_MAX {
        let detail = format!("an address has at most {} KiB", ADDRESS_BYTES_MAX >> 10);
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "address_too_long", detail));
    }
    let host = host_of(headers).filter(|host| server.hosts().has(host));
    if host.is_none() {
        let detail = "the server does not go by this Host; see --host";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", detail));
    }
    Ok(())
}

/// The one `Host` of a request.
fn host_of(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then_some(host)
}

/// Whether a request that comes with a cookie comes from a page of this server.
///
/// # Errors
/// 403 where it comes from elsewhere.
pub(crate) fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let foreign = || Err(Problem::forbidden("a page of another origin cannot use this session"));
    let host = host_of(headers).unwrap_or_default();
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if let Some(origin) = headers.get(header::ORIGIN) {
        // Under `Referrer-Policy: no-referrer` browsers name no origin for the forms of a page
        // (Fetch, "append a request Origin header"). No page can send the other header itself.
        if origin == "null" && site == Some(b"same-origin") {
            return Ok(());
        }
        let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        return match authority {
            Some((_, authority)) if authority.eq_ignore_ascii_case(host) => Ok(()),
            _ => foreign(),
        };
    }
    // Browsers that send no Origin send this; who sends neither is no browser.
    match site {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) if method.is_safe() => Ok(()),
        Some(_) => foreign(),
    }
}
