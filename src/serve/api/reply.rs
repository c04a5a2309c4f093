//! Answers as JSON and as files.

use crate::json::Value;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

pub(crate) const JSON: &str = "application/json";
pub(crate) const NDJSON: &str = "application/x-ndjson";
pub(crate) const CSV: &str = "text/csv; charset=utf-8";
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

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
pub(crate) fn as_file(mut response: Response, name: &str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    if let Ok(disposition) = disposition {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
