//! Answers as JSON and as files.

use crate::json::Value;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

pub(crate) const JSON: &str = "application/json";
pub(crate) const NDJSON: &str = "application/x-ndjson";
pub(crate) const CSV: &str = "text/csv; charset=utf-8";
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What is escaped in a value of a head (RFC 8187): all but letters, digits and a few marks.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value.
pub(crate) fn value(value: &Value) -> Response {
    text(JSON, value.to_json())
}

/// An answer about something that was made, with its place.
pub(crate) fn made(status: StatusCode, place: &str, answer: Response) -> Response {
    let mut response = (status, answer).into_response();
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// Something that has a form as JSON.
pub(crate) fn serialized(answer: &impl Serialize) -> Response {
    match serde_json::to_vec(answer) {
        Ok(json) => text(JSON, json),
        Err(error) => {
            tracing::error!(%error, "an answer has no form as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A body of a type.
pub(crate) fn text(kind: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The same with a name under which browsers keep it.
///
/// Letters beyond ASCII stand in `filename*` (RFC 6266), and `_` for them in `filename`.
pub(crate) fn as_file(mut response: Response, name: &str) -> Response {
    let is_plain = |letter: char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
    let plain: String =
        name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    let mut disposition = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        disposition.push_str(&format!("; filename*=UTF-8''{}", utf8_percent_encode(name, ESCAPED)));
    }
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
