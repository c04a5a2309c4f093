//! What all pages have around them, and who may see them.

use super::address::Address;
use super::words::{PageLanguage, Words};
use crate::serve::api::reply;
use crate::serve::auth::role::{Caller, Role};
use crate::serve::auth::session::{cookie_of, unpacked};
use crate::serve::door::asker::{Asker, caller_of};
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use axum::extract::{FromRequestParts, OriginalUri, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use std::sync::Arc;

/// The query for what auditors asked.
pub(super) const ACCESSES: &str = "action=annals.read";

/// Who looks at a page, if they may, and how.
pub(super) struct Viewer {
    /// Who asks, or why nobody may.
    pub(super) asker: Result<Asker, Problem>,
    /// Who it is, even if they may not ask.
    pub(super) caller: Option<Caller>,
    pub(super) words: &'static Words,
    pub(super) address: Address,
    /// The path of the page.
    place: String,
    headers: HeaderMap,
}

impl FromRequestParts<Arc<Server>> for Viewer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        server: &Arc<Server>,
    ) -> Result<Viewer, Self::Rejection> {
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
        let address = Address::of(parts.uri.query().unwrap_or_default());
        let language = address.get("lang").or(server.options.language.as_deref());
        let words = PageLanguage::of(language.unwrap_or(accepted)).words();
        let found = caller_of(server, parts);
        let caller = found.as_ref().ok().cloned().flatten();
        let asker = found.and_then(|caller| match caller {
            Some(caller) => Asker::of(caller, parts),
            None => Err(Problem::unauthenticated()),
        });
        let (place, headers) = (parts.uri.path().to_owned(), parts.headers.clone());
        Ok(Viewer { asker, caller, words, address, place, headers })
    }
}

/// Who looks at a page, and may ask; who may not gets the page that says why.
pub(super) struct AskingViewer {
    pub(super) viewer: Viewer,
    pub(super) asker: Asker,
}

impl FromRequestParts<Arc<Server>> for AskingViewer {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        server: &Arc<Server>,
    ) -> Result<AskingViewer, Response> {
        let Ok(viewer) = Viewer::from_request_parts(parts, server).await;
        match viewer.asker.clone() {
            Ok(asker) => Ok(AskingViewer { viewer, asker }),
            Err(problem) => Err(viewer.problem(&problem)),
        }
    }
}

impl Viewer {
    /// A cookie of the page.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        unpacked(cookie_of(&self.headers, name)?).filter(|value| !value.is_empty())
    }

    /// Whether they may change settings.
    pub(super) fn is_admin(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.role == Role::Admin)
    }

    /// A page, or the problem as one.
    pub(super) fn answer(&self, title: &str, page: Answer<Markup>) -> Response {
        match page {
            Ok(page) => self.sent(StatusCode::OK, title, &page),
            Err(problem) => self.problem(&problem),
        }
    }

    /// A page with a status.
    pub(super) fn sent(&self, status: StatusCode, title: &str, page: &Markup) -> Response {
        let page = self.around(title, page);
        (status, reply::text("text/html; charset=utf-8", page.0)).into_response()
    }

    /// Why there is no page: with a way on where there is one.
    pub(super) fn problem(&self, problem: &Problem) -> Response {
        let words = self.words;
        let title = match problem.status {
            StatusCode::NOT_FOUND => words.not_found,
            StatusCode::UNAUTHORIZED => words.sign_in,
            _ if problem.code == "reason" => words.reason,
            _ => words.wrong,
        };
        let told = html! {
            section class="notice" {
                h2 { (title) }
                @if problem.code == "token" {
                    p class="problem" role="alert" { (problem.detail) }
                }
                @if problem.status == StatusCode::UNAUTHORIZED { (sign_in(words)) }
                @else if problem.code == "reason" { (reason(words, &self.here())) }
                @else {
                    p class="problem" role="alert" { (words.problem(problem, &self.address)) }
                    p { a href=(self.address.speech().at("/")) { (words.to_start) } }
                }
            }
        };
        let mut response = self.sent(problem.status, title, &told);
        if let Some(after) = problem.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, after);
        }
        response
    }

    /// The place and address of the page, to come back to.
    pub(super) fn here(&self) -> String {
        self.address.at(&self.place)
    }

    fn around(&self, title: &str, page: &Markup) -> Markup {
        let words = self.words;
        html! {
            (DOCTYPE)
            html lang=(words.code) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title {
                        @if title != words.title { (title) " · " }
                        (words.title)
                    }
                    link rel="stylesheet" href="/assets/style.css";
                    link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                    @if self.caller.is_some() {
                        script type="module" src="/assets/page.js" {}
                    }
                }
                body data-words=[self.caller.as_ref().map(|_| words.of_scripts())] {
                    a class="skip" href="#main" { (words.skip) }
                    header class="top" {
                        h1 { a href=(self.address.speech().at("/")) { (words.title) } }
                        @if self.caller.is_some() { (self.navigation()) }
                        (self.languages())
                        @if let Some(caller) = &self.caller {
                            form class="who" method="post" action="/sign-out" {
                                span class="quiet" title=(caller.role) { bdi { (caller.name) } }
                                button class="plain" { (words.sign_out) }
                            }
                        }
                    }
                    main id="main" tabindex="-1" { (page) }
                }
            }
        }
    }

    fn navigation(&self) -> Markup {
        let words = self.words;
        let sees_settings = self
            .caller
            .as_ref()
            .is_some_and(|caller| matches!(caller.role, Role::Admin | Role::Auditor));
        let speech = self.address.speech();
        let accesses = speech
            .with("q", ACCESSES)
            .with(
                "columns",
                "occurred_at,details.token,details.reason,details.query,details.address",
            )
            .at("/");
        let always = [("/searches", words.searches), ("/exports", words.exports)];
        let settings = [
            ("/retention", words.retention),
            ("/capture", words.capture),
            ("/coverage", words.coverage),
        ];
        let settings = settings.into_iter().filter(|_| sees_settings);
        html! {
            nav class="pages" aria-label=(words.pages) {
                @for (place, name) in always.into_iter().chain(settings) {
                    a href=(speech.at(place)) aria-current=[(self.place == place).then_some("page")]
                        { (name) }
                }
                @if sees_settings { a href=(accesses) { (words.accesses) } }
            }
        }
    }

    fn languages(&self) -> Markup {
        html! {
            nav class="languages" aria-label=(self.words.language) {
                @for language in PageLanguage::ALL {
                    @let words = language.words();
                    a href=(self.address.with("lang", words.code).at(&self.place)) lang=(words.code)
                        hreflang=(words.code) title=(words.own_name)
                        aria-current=[(words.code == self.words.code).then_some("true")]
                        { (words.code) }
                }
            }
        }
    }
}

/// Signing in with a token.
fn sign_in(words: &Words) -> Markup {
    html! {
        p role="alert" { (words.sign_in_how) }
        form class="stacked" method="post" action="/sign-in" {
            label { span { (words.token) }
                input type="password" name="token" required autocomplete="current-password"; }
            button { (words.sign_in) }
        }
    }
}

/// Saying why, once for a session.
fn reason(words: &Words, here: &str) -> Markup {
    html! {
        p { (words.reason_why) }
        form class="stacked" method="post" action="/reason" {
            input type="hidden" name="back" value=(here);
            label { span { (words.reason) }
                input name="reason" required maxlength="1000" autocomplete="off"; }
            button { (words.continue_) }
        }
    }
}

/// What is at no address: a page for browsers, a problem for programs.
pub(super) async fn nothing(
    State(_): State<Arc<Server>>,
    viewer: Viewer,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let problem = Problem::missing(format!("there is nothing at {}", address.path()));
    let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    match accepted.is_some_and(|kinds| kinds.contains("text/html")) {
        true => viewer.problem(&problem),
        false => problem.into_response(),
    }
}
