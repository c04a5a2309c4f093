//! Forms that the page sends: who may send them, and what stands in them.

use super::address::Address;
use super::shell::Viewer;
use crate::serve::auth::role::{Caller, Role};
use crate::serve::auth::session::COOKIE;
use crate::serve::door::asker::Asker;
use crate::serve::door::guard::check_origin;
use crate::serve::http::body;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// A form that a page of this server sent, and who looks at the page.
pub(super) struct SentForm {
    pub(super) viewer: Viewer,
    fields: Address,
}

impl FromRequest<Arc<Server>> for SentForm {
    type Rejection = Response;

    async fn from_request(request: Request, server: &Arc<Server>) -> Result<SentForm, Response> {
        let (mut parts, body): (_, Body) = request.into_parts();
        let Ok(viewer) = Viewer::from_request_parts(&mut parts, server).await;
        let read = async {
            check_origin(&parts.method, &parts.headers)?;
            let body = body::read(body).await?;
            let text = std::str::from_utf8(&body);
            text.map(Address::of).map_err(|_| Problem::bad("body", "a form is UTF-8"))
        };
        match read.await {
            Ok(fields) => Ok(SentForm { viewer, fields }),
            Err(problem) => Err(viewer.problem(&problem)),
        }
    }
}

impl SentForm {
    /// The text of a field; without it, an empty one.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    /// All fields that are not empty.
    pub(super) fn fields(&self) -> &Address {
        &self.fields
    }

    /// Who asks.
    ///
    /// # Errors
    /// 401 and 403 as for every question.
    pub(super) fn asker(&self) -> Answer<Asker> {
        self.viewer.asker.clone()
    }

    /// Who changes settings.
    ///
    /// # Errors
    /// 401 for nobody, 403 for who may not.
    pub(super) fn admin(&self) -> Answer<Caller> {
        let caller = self.viewer.caller.clone().ok_or_else(Problem::unauthenticated)?;
        match caller.role {
            Role::Admin => Ok(caller),
            role => Err(Problem::forbidden(format!("{role} token: changes nothing"))),
        }
    }

    /// Goes where the form says, within this server, or else to a place.
    pub(super) fn back(&self, place: &str) -> Response {
        let wanted = self.fields.get("back").filter(|wanted| is_local(wanted));
        see(wanted.unwrap_or(place))
    }
}

/// Whether an address is a path of this server, however browsers read it.
fn is_local(address: &str) -> bool {
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_plain && address.starts_with('/') && !address.starts_with("//")
}

/// Goes to another page.
pub(super) fn see(place: &str) -> Response {
    Redirect::to(place).into_response()
}

/// Keeps a text in a cookie: for so many seconds, or until the browser ends; an empty text takes
/// it out. No script can read it.
pub(super) fn keep(
    server: &Server,
    mut response: Response,
    name: &str,
    text: &str,
    seconds: Option<u64>,
) -> Response {
    let packed: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let lasts = match (text.is_empty(), seconds) {
        (true, _) => "; Max-Age=0".to_owned(),
        (false, Some(seconds)) => format!("; Max-Age={seconds}"),
        (false, None) => String::new(),
    };
    let secure = if server.options.is_secure { "; Secure" } else { "" };
    let cookie = format!("{name}={packed}; Path=/{lasts}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Keeps the secret of a session.
pub(super) fn keep_session(server: &Server, response: Response, secret: &str) -> Response {
    let lasts = crate::serve::auth::session::SESSION_LASTS.as_secs();
    keep(server, response, COOKIE, secret, Some(lasts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_to_pages_of_this_server_only() {
        for own in ["/", "/?q=a%20b", "/searches"] {
            assert!(is_local(own), "{own}");
        }
        for foreign in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"]
        {
            assert!(!is_local(foreign), "{foreign}");
        }
    }
}
