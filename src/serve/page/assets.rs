//! The style sheet and the modules of the page: part of the program, and asked for again only when
//! they have changed.

use crate::serve::api::reply;
use crate::serve::http::problem::Problem;
use crate::text::hex;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const STYLE: &str = "text/css; charset=utf-8";
const MODULE: &str = "text/javascript; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

/// One style sheet, in files by what they are about.
const SHEET: &str = concat!(
    include_str!("assets/style/base.css"),
    include_str!("assets/style/controls.css"),
    include_str!("assets/style/search.css"),
    include_str!("assets/style/results.css"),
    include_str!("assets/style/event.css"),
    include_str!("assets/style/widths.css"),
);

/// Names, types and texts.
const ASSETS: [(&str, &str, &str); 12] = [
    ("style.css", STYLE, SHEET),
    ("icon.svg", IMAGE, include_str!("assets/icon.svg")),
    ("page.js", MODULE, include_str!("assets/page.js")),
    ("ask.js", MODULE, include_str!("assets/ask.js")),
    ("builder.js", MODULE, include_str!("assets/builder.js")),
    ("columns.js", MODULE, include_str!("assets/columns.js")),
    ("exports.js", MODULE, include_str!("assets/exports.js")),
    ("histogram.js", MODULE, include_str!("assets/histogram.js")),
    ("keys.js", MODULE, include_str!("assets/keys.js")),
    ("live.js", MODULE, include_str!("assets/live.js")),
    ("panel.js", MODULE, include_str!("assets/panel.js")),
    ("suggest.js", MODULE, include_str!("assets/suggest.js")),
];

/// `GET /assets/{name}`.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, kind, text)) = ASSETS.iter().find(|(known, ..)| *known == name) else {
        return Problem::missing(format!("there is no asset {name}")).into_response();
    };
    let tag = format!("\"{}\"", &hex(&Sha256::digest(text.as_bytes()))[..16]);
    // A packed answer has the tag as a weak one.
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| {
        known.to_str().is_ok_and(|known| known.trim_start_matches("W/") == tag)
    });
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => reply::text(kind, *text),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&format!("W/{tag}")) {
        headers.insert(header::ETAG, tag);
    }
    response
}
