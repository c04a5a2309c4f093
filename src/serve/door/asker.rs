//! Who sent a request, and whether they may.

use super::guard::check_origin;
use crate::serve::auth::role::{Caller, Role};
use crate::serve::auth::session::{COOKIE, Holder, REASON_COOKIE, cookie_of, unpacked};
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use std::sync::Arc;

/// The header in which an auditor says why.
const REASON: &str = "x-reason";
/// The longest reason, in bytes.
pub(crate) const REASON_BYTES_MAX: usize = 4096;

/// Who may ask for events.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    pub(crate) caller: Caller,
    /// Why, if the caller must say it.
    pub(crate) reason: Option<String>,
    /// The address that was asked, for the record.
    pub(crate) address: String,
}

/// Who may append events.
#[derive(Debug, Clone)]
pub(crate) struct Appender(pub(crate) Caller);

/// Who may change settings.
#[derive(Debug, Clone)]
pub(crate) struct Admin(pub(crate) Caller);

/// Who sent a request; `None`: nobody that is known.
///
/// # Errors
/// 403 for a session that is used by a page from elsewhere.
pub(crate) fn caller_of(server: &Server, parts: &Parts) -> Answer<Option<Caller>> {
    if let Some(caller) = server.authenticate(parts) {
        return Ok(Some(caller));
    }
    if let Some(secret) = token_of(&parts.headers) {
        return Ok(server.access.caller(secret));
    }
    let Some(secret) = cookie_of(&parts.headers, COOKIE) else {
        return Ok(None);
    };
    check_origin(&parts.method, &parts.headers)?;
    Ok(holder_of(server, secret))
}

/// What a caller came in with, for answers that go on for long.
#[derive(Debug, Clone)]
pub(crate) enum Pass {
    /// What the service around knows: it ends such answers itself.
    Service,
    Token(String),
    Session(String),
}

impl Pass {
    /// What a caller who was let in has shown.
    pub(crate) fn of(server: &Server, headers: &HeaderMap, caller: &Caller) -> Pass {
        let token = token_of(headers).map(|token| Pass::Token(token.to_owned()));
        let session = cookie_of(headers, COOKIE).map(|secret| Pass::Session(secret.to_owned()));
        let shown = token.or(session).filter(|pass| pass.counts(server, caller));
        shown.unwrap_or(Pass::Service)
    }

    /// Whether it still lets the caller in, with the same rights.
    pub(crate) fn counts(&self, server: &Server, caller: &Caller) -> bool {
        let now = match self {
            Pass::Service => return true,
            Pass::Token(secret) => server.access.caller(secret),
            Pass::Session(secret) => holder_of(server, secret),
        };
        now.as_ref() == Some(caller)
    }
}

/// Whose session it is.
fn holder_of(server: &Server, secret: &str) -> Option<Caller> {
    match server.sessions.holder(secret)? {
        Holder::Caller(caller) => Some(caller),
        Holder::Token(hash) => server.access.caller_by_hash(&hash),
    }
}

/// Why somebody asks: by the header, or as the page keeps it for them.
fn reason_of(headers: &HeaderMap) -> Option<String> {
    // Letters beyond ASCII come as UTF-8.
    let text = |reason: &HeaderValue| String::from_utf8_lossy(reason.as_bytes()).into_owned();
    let header = headers.get(REASON).map(text);
    let kept = || unpacked(cookie_of(headers, REASON_COOKIE)?);
    let is_said = |reason: &String| !reason.trim().is_empty();
    let reason = header.filter(is_said).or_else(kept).filter(is_said);
    reason.map(|reason| reason.trim().to_owned())
}

/// The headers in which Clockify's clients send what they hold instead of `Authorization`.
const KEYS: [&str; 2] = ["x-api-key", "x-addon-token"];

/// The token of a request: `Authorization: Bearer`, or as Clockify's clients send it.
fn token_of(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(value) = values.next() {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        // Of two nobody knows which one counts.
        let is_one = values.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
        return Some(if is_one { token.trim() } else { "" });
    }
    KEYS.iter().find_map(|key| headers.get(*key))?.to_str().ok()
}

fn known(server: &Server, parts: &Parts) -> Answer<Caller> {
    caller_of(server, parts)?.ok_or_else(Problem::unauthenticated)
}

impl Asker {
    /// Checks that a caller may ask, and says why if they must.
    ///
    /// # Errors
    /// 403 for those who only append, 400 for an auditor without a reason.
    pub(crate) fn of(caller: Caller, parts: &Parts) -> Answer<Asker> {
        if !caller.role.reads() {
            return Err(Problem::forbidden("a writer appends and asks nothing"));
        }
        let reason = match (caller.role, reason_of(&parts.headers)) {
            (Role::Auditor, None) => {
                let detail = "an auditor says why, in the header X-Reason";
                return Err(Problem::bad("reason", detail));
            }
            (Role::Auditor, Some(reason)) if reason.len() > REASON_BYTES_MAX => {
                let detail = format!("a reason has at most {REASON_BYTES_MAX} bytes");
                return Err(Problem::bad("reason", detail));
            }
            (Role::Auditor, reason) => reason,
            _ => None,
        };
        // Within a nested router the address has lost its beginning.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        let address = uri.path_and_query().map(|address| address.as_str().to_owned());
        Ok(Asker { caller, reason, address: address.unwrap_or_default() })
    }

    /// Records what an auditor asks, before it is answered; nothing for others.
    ///
    /// # Errors
    /// 403 where the store is only read, so that nothing can be recorded; what the append says.
    pub(crate) fn record(&self, server: &Server, query: &str) -> Answer<()> {
        let Some(reason) = &self.reason else {
            return Ok(());
        };
        if server.store.writer().is_err() {
            let detail = "this server only reads, so it cannot record why an auditor asks";
            return Err(Problem::forbidden(detail));
        }
        let event = server.own_event("read", &self.caller).operation("read");
        let event = event.detail("reason", reason.as_str()).detail("query", query);
        let event = event.detail("token", self.caller.name.as_str());
        server.store.append(vec![event.detail("address", self.address.as_str()).build()?])?;
        Ok(())
    }
}

impl FromRequestParts<Arc<Server>> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Answer<Asker> {
        Asker::of(known(server, parts)?, parts)
    }
}

impl FromRequestParts<Arc<Server>> for Appender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Answer<Appender> {
        let caller = known(server, parts)?;
        match caller.role.appends() {
            true => Ok(Appender(caller)),
            false => Err(Problem::forbidden(format!("{} token: appends nothing", caller.role))),
        }
    }
}

impl FromRequestParts<Arc<Server>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Answer<Admin> {
        let caller = known(server, parts)?;
        match caller.role {
            Role::Admin => Ok(Admin(caller)),
            role => Err(Problem::forbidden(format!("{role} token: changes nothing"))),
        }
    }
}
