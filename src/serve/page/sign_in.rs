//! Signing in: a one-time code becomes a cookie.

use crate::serve::auth::session::{COOKIE, SESSION_LASTS};
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
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

/// The cookie of a session.
fn cookie(server: &Server, secret: &str) -> HeaderValue {
    let secure = if server.options.is_secure { "; Secure" } else { "" };
    let lasts = SESSION_LASTS.as_secs();
    let text =
        format!("{COOKIE}={secret}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("it has nothing but letters and digits")
}
