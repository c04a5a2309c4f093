//! Signing in: a one-time code or a token becomes a cookie; and why an auditor looks.

use super::form::{SentForm, keep, keep_session, see};
use super::shell::Viewer;
use crate::serve::auth::session::{COOKIE, REASON_COOKIE, cookie_of};
use crate::serve::door::asker::REASON_BYTES_MAX;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `GET /sign-in?code=`: sets the cookie and goes to `/`.
pub(super) async fn sign_in(
    State(server): State<Arc<Server>>,
    method: Method,
    viewer: Viewer,
) -> Response {
    // A look ahead, as programs for messages do it, must not use the code up.
    if method == Method::HEAD {
        return StatusCode::OK.into_response();
    }
    let code = viewer.address.get("code").unwrap_or_default();
    match server.sessions.sign_in(code) {
        Some(secret) => keep_session(&server, see("/"), &secret),
        None => {
            let detail = "this code was used, or never given; the server prints one when it starts";
            viewer.problem(&Problem::new(StatusCode::FORBIDDEN, "code", detail))
        }
    }
}

/// `POST /sign-in`: the session of the holder of a token, which ends with the token.
pub(super) async fn sign_in_by_token(
    State(server): State<Arc<Server>>,
    form: SentForm,
) -> Response {
    let token = form.text("token").trim();
    match server.access.caller(token) {
        Some(caller) if caller.role.reads() => {
            let secret = server.sessions.sign_in_by(token);
            keep_session(&server, see("/"), &secret)
        }
        Some(_) => {
            let problem = Problem::forbidden("a writer appends and asks nothing");
            form.viewer.problem(&problem)
        }
        None => {
            let detail = form.viewer.words.token_wrong;
            form.viewer.problem(&Problem::new(StatusCode::UNAUTHORIZED, "token", detail))
        }
    }
}

/// `POST /sign-out`: ends the session and goes to `/`.
pub(super) async fn sign_out(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    _: SentForm,
) -> Response {
    if let Some(secret) = cookie_of(&headers, COOKIE) {
        server.sessions.sign_out(secret);
    }
    let response = keep(&server, see("/"), REASON_COOKIE, "", None);
    keep(&server, response, COOKIE, "", None)
}

/// `POST /reason`: why an auditor looks, from now on in this session.
pub(super) async fn reason(State(server): State<Arc<Server>>, form: SentForm) -> Response {
    match checked(form.text("reason")) {
        Ok(reason) => keep(&server, form.back("/"), REASON_COOKIE, reason, None),
        Err(problem) => form.viewer.problem(&problem),
    }
}

fn checked(reason: &str) -> Answer<&str> {
    let reason = reason.trim();
    match reason.len() {
        0 => Err(Problem::bad("reason", "an auditor says why")),
        // A cookie has each byte in up to three letters, and all headers have 16 KiB.
        bytes if bytes * 3 > REASON_BYTES_MAX => {
            let most = REASON_BYTES_MAX / 3;
            Err(Problem::bad("parameter", format!("a reason has at most {most} bytes here")))
        }
        _ => Ok(reason),
    }
}
