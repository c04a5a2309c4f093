//! Signing in: a one-time code becomes a cookie.

use crate::serve::auth::session::{COOKIE, SESSION_LASTS};
use crate::serve::door::asker::cookie_of;
use crate::serve::door::guard::check_origin;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use std::sync::Arc;

/// `GET /sign-in?code=`: sets the cookie and goes to `/`.
///
/// # Errors
/// 403 for a code that was never given, or was used.
pub(super) async fn sign_in(
    State(server): State<Arc<Server>>,
    RawQuery(address): RawQuery,
) -> Answer {
    let mut params = Params::of_address(address.as_deref())?;
    let code = params.text("code").unwrap_or_default();
    params.finish()?;
    let Some(secret) = server.sessions.sign_in(&code) else {
        let detail = "this code was used, or never given; the server prints one when it starts";
        return Err(Problem::new(StatusCode::FORBIDDEN, "code", detail));
    };
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&server, &secret));
    Ok(response)
}

/// `POST /sign-out`: ends the session and goes to `/`.
///
/// # Errors
/// 403 where a page of another origin sends it.
pub(super) async fn sign_out(
    State(server): State<Arc<Server>>,
    method: Method,
    headers: HeaderMap,
) -> Answer {
    check_origin(&method, &headers)?;
    if let Some(secret) = cookie_of(&headers) {
        server.sessions.sign_out(secret);
    }
    let mut response = Redirect::to("/").into_response();
    let gone = HeaderValue::from_static("annals_session=; Path=/; Max-Age=0; HttpOnly");
    response.headers_mut().insert(header::SET_COOKIE, gone);
    Ok(response)
}

/// The cookie of a session.
fn cookie(server: &Server, secret: &str) -> HeaderValue {
    let secure = if server.options.is_secure { "; Secure" } else { "" };
    let lasts = SESSION_LASTS.as_secs();
    let text =
        format!("{COOKIE}={secret}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("it has nothing but letters and digits")
}
