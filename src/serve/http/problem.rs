//! Errors as `application/problem+json` (RFC 9457).

use crate::json::Value;
use crate::{Error, Limit};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// How long a caller should wait who came at a bad time.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a request was not answered.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// What programs tell problems apart by.
    pub(crate) code: &'static str,
    /// A sentence for people.
    pub(crate) detail: String,
    /// Further members, such as `position`.
    pub(crate) members: Vec<(&'static str, Value)>,
    pub(super) retry_after: Option<Duration>,
}

/// The result of a request.
pub(crate) type Answer<T = Response> = Result<T, Problem>;

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Problem { status, code, detail: detail.into(), members: Vec::new(), retry_after: None }
    }

    /// Something about the request itself is wrong.
    pub(crate) fn bad(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// A parameter is wrong.
    pub(crate) fn parameter(name: &str, problem: impl AsRef<str>) -> Problem {
        let detail = format!("{name}: {}", problem.as_ref());
        Problem::bad("parameter", detail).with("parameter", name)
    }

    /// Nobody has said who asks.
    pub(crate) fn unauthenticated() -> Problem {
        let detail = "a token is needed that counts: `Authorization: Bearer TOKEN`";
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    }

    /// Who asks may not.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// There is no such thing, or none that may be known.
    pub(crate) fn missing(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// The method is one of another place.
    pub(crate) fn wrong_method(method: &Method) -> Problem {
        let detail = format!("{method} goes to another place");
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail)
    }

    /// Too much is going on; it may be tried again.
    pub(crate) fn busy(detail: impl Into<String>) -> Problem {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail);
        Problem { retry_after: Some(RETRY_AFTER), ..problem }
    }

    /// The header that says when to come again, if waiting helps.
    pub(crate) fn retry_after(&self) -> Option<HeaderValue> {
        self.retry_after.map(|after| HeaderValue::from(after.as_secs()))
    }

    /// With a further member.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<Value>) -> Problem {
        self.members.push((key, value.into()));
        self
    }

    /// The parameter or field that is wrong, if it is one.
    pub(crate) fn about(&self) -> Option<&str> {
        let mut members = self.members.iter();
        let found = members.find(|(key, _)| matches!(*key, "parameter" | "field"));
        found.and_then(|(_, name)| name.as_str())
    }

    /// As JSON.
    pub(crate) fn to_value(&self) -> Value {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let members = [
            ("type", Value::from("about:blank")),
            ("title", title.into()),
            ("status", u64::from(self.status.as_u16()).into()),
            ("code", self.code.into()),
            ("detail", self.detail.as_str().into()),
        ];
        Value::object(members.into_iter().chain(self.members.iter().cloned()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.to_value().to_json();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"annals\""),
            );
        }
        if let Some(after) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, after);
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let detail = error.to_string();
        let internal = |code| {
            tracing::error!(%error, "a request failed");
            // What is told names files and folders of the machine to nobody.
            let detail = "the server cannot read or write its store; its log says more";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, code, detail)
        };
        match &error {
            Error::Invalid { field, .. } => {
                Problem::bad("invalid", detail).with("field", field.as_str())
            }
            Error::Query { query, position, .. } => {
                let (start, end) = place(query, *position);
                let position = Value::object([
                    ("start", Value::from(start as u64)),
                    ("end", (end as u64).into()),
                ]);
                let near = nearest(&detail).into_iter().map(Value::String).collect();
                Problem::bad("query", detail)
                    .with("position", position)
                    .with("nearest", Value::List(near))
            }
            Error::RangeTooLong { .. } => Problem::bad("range_too_long", detail),
            Error::FilterRequired { .. } => Problem::bad("filter_required", detail),
            Error::TooManyBuckets { .. } => Problem::bad("too_many_buckets", detail),
            Error::Rewound { .. } => Problem::new(StatusCode::CONFLICT, "rewound", detail),
            Error::ClockJump { .. } => Problem::new(StatusCode::CONFLICT, "clock_jump", detail),
            Error::Budget { limit } => {
                let code = match limit {
                    Limit::Deadline => "deadline",
                    Limit::Cancelled => "cancelled",
                    _ => "budget",
                };
                let detail = format!("{detail}: ask for less, such as a shorter time");
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
            }
            Error::Locked { .. } => Problem::busy("somebody else changes this now"),
            Error::Corrupt { .. } | Error::Unsupported { .. } => internal("damaged"),
            _ => internal("storage"),
        }
    }
}

/// The first character of the wrong term, and the one behind it, from the byte at which it begins.
fn place(query: &str, position: usize) -> (usize, usize) {
    let position = position.min(query.len());
    let (before, rest) = match query.split_at_checked(position) {
        Some(parts) => parts,
        None => (query, ""),
    };
    let start = before.chars().count();
    let is_end = |(at, character): &(usize, char)| {
        *at > 0 && (character.is_whitespace() || "()[]{},".contains(*character))
    };
    let len = match rest.chars().next() {
        Some(quote @ '"') => {
            let behind = rest.char_indices().skip(1).find(|(_, character)| *character == quote);
            behind.map_or(rest.chars().count(), |(at, _)| rest[..=at].chars().count())
        }
        _ => {
            let end = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
            rest[..end].chars().count()
        }
    };
    (start, start + len)
}

/// The names that a message offers: every one in backquotes behind `the nearest`.
fn nearest(message: &str) -> Vec<String> {
    let Some((_, offered)) = message.split_once("the nearest") else {
        return Vec::new();
    };
    let offered = offered.split(';').next().unwrap_or_default();
    offered.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;

    fn of(query: &str) -> Value {
        Problem::from(Query::parse(query).unwrap_err()).to_value()
    }

    #[test]
    fn a_wrong_query_has_the_place_of_the_term_in_characters() {
        let problem = of("müller actr.email=x y");
        assert_eq!(problem.get("position").unwrap().to_json(), r#"{"start":7,"end":19}"#);
        let near = problem.get("nearest").unwrap().as_list().unwrap();
        assert!(near.iter().any(|name| name.as_str() == Some("actor.email")), "{near:?}");
        let open = of("a (b");
        let position = open.get("position").unwrap();
        assert!(position.get("start").is_some() && position.get("end").is_some());
    }

    #[test]
    fn a_question_that_needs_too_much_is_told_so_and_may_be_asked_again() {
        for (limit, code) in [(Limit::Deadline, "deadline"), (Limit::Bytes, "budget")] {
            let problem = Problem::from(Error::from(limit));
            assert_eq!((problem.status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, code));
        }
    }

    #[test]
    fn a_place_ends_with_its_term() {
        assert_eq!(place("a b", 0), (0, 1));
        assert_eq!(place("a bc)d", 2), (2, 4));
        assert_eq!(place("ü \"x y\" z", 3), (2, 7));
        assert_eq!(place("a \"x", 2), (2, 4));
        assert_eq!(place("a", 1), (1, 1));
        assert_eq!(place("ü", 1), (1, 1));
    }

    #[test]
    fn no_file_of_the_machine_is_told() {
        let path = std::path::Path::new("/var/lib/secret");
        let error = Error::io("read", path, std::io::Error::other("x"));
        let problem = Problem::from(error);
        assert_eq!(problem.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!problem.to_value().to_json().contains("secret"));
    }
}
