//! What all pages have around them, and who may see them.

use super::words::{PageLanguage, Words};
use crate::serve::api::question::Asked;
use crate::serve::api::reply;
use crate::serve::door::asker::{Asker, caller_of};
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::server::Server;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use std::sync::Arc;

const STYLE: &str = include_str!("style.css");

/// Who looks at a page, if they may, and in which language.
pub(super) struct Viewer {
    /// Who asks, or why nobody may.
    pub(super) asker: Result<Asker, Problem>,
    pub(super) language: PageLanguage,
}

impl FromRequestParts<Arc<Server>> for Viewer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        server: &Arc<Server>,
    ) -> Result<Viewer, Self::Rejection> {
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
        let language = server.options.language.as_deref().unwrap_or(accepted);
        let language = PageLanguage::of(language);
        let caller = caller_of(server, parts);
        let asker = caller.and_then(|caller| match caller {
            Some(caller) => Asker::of(caller, parts),
            None => Err(Problem::unauthenticated()),
        });
        Ok(Viewer { asker, language })
    }
}

impl Viewer {
    /// The words of the language that the address names, else of that of the browser.
    pub(super) fn words(&self, asked: &Asked) -> &'static Words {
        let named = asked.speech.language.as_deref().map(PageLanguage::of);
        named.unwrap_or(self.language).words()
    }
}

/// A page, or the problem as one.
pub(super) fn answer(words: &Words, page: Answer<Markup>) -> Response {
    match page {
        Ok(page) => sent(StatusCode::OK, &around(words, true, &page)),
        Err(problem) => {
            let is_in = problem.status != StatusCode::UNAUTHORIZED;
            let told = html! {
                div class="problem" role="alert" {
                    strong { (words.wrong) }
                    p { (problem.detail) }
                    @if !is_in { p { (words.sign_in) } }
                }
            };
            sent(problem.status, &around(words, is_in, &told))
        }
    }
}

fn sent(status: StatusCode, page: &Markup) -> Response {
    (status, reply::text("text/html; charset=utf-8", page.0.clone())).into_response()
}

fn around(words: &Words, is_in: bool, page: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words.title) }
                link rel="stylesheet" href="/assets/style.css";
                link rel="icon" href="data:,";
            }
            body {
                header {
                    h1 { a href="/" { (words.title) } }
                    @if is_in {
                        form method="post" action="/sign-out" { button { (words.sign_out) } }
                    }
                }
                main { (page) }
            }
        }
    }
}

/// `GET /assets/style.css`.
pub(super) async fn style() -> Response {
    let mut response = reply::text("text/css; charset=utf-8", STYLE);
    let kept = HeaderValue::from_static("public, max-age=300");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
}
