//! Refusals in the words of a product.

use crate::json::Value;
use crate::serve::api::reply::JSON;
use crate::serve::http::problem::{Answer, Problem};
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// How a product says that a request is not answered.
pub(super) type Wording = fn(&Problem) -> Value;

/// An answer whose refusals a product's clients understand; status and headers stay.
pub(super) fn worded(answer: Answer, wording: Wording) -> Response {
    let problem = match answer {
        Ok(response) => return response,
        Err(problem) => problem,
    };
    let body = Body::from(wording(&problem).to_json());
    let mut response = problem.into_response();
    *response.body_mut() = body;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}

/// The parameter that a problem is about, and what is wrong with it.
pub(super) fn parameter_of(problem: &Problem) -> Option<(&str, &str)> {
    let named = problem.members.iter().find(|(key, _)| *key == "parameter");
    let name = named.and_then(|(_, name)| name.as_str());
    let name = name.or_else(|| (problem.code == "reason").then_some("X-Reason"))?;
    let detail = &problem.detail;
    let behind = detail.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
    Some((name, behind.unwrap_or(detail)))
}
