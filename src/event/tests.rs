//! Whole events: examples, canonical form against a plain definition, refusals at their limits.

mod definition;
mod examples;
mod learned;
mod limits;
mod refusals;
mod stored;

use super::*;
use crate::Error;

/// An event of the three required fields and these members.
fn with(members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(
        r#"{{"occurred_at":"2026-01-02T03:04:05Z","category":"c","activity":"a"{comma}{members}}}"#
    )
}

/// The canonical form of the event of [`with`].
fn canonical(members: &str) -> String {
    match Event::from_json(with(members).as_bytes()) {
        Ok(event) => String::from_utf8(event.canonical().to_vec()).unwrap(),
        Err(error) => panic!("{members}: {error}"),
    }
}

/// The field and the problem with which a JSON text is refused.
fn refusal(json: &[u8]) -> (String, String) {
    match Event::from_json(json) {
        Err(Error::Invalid { field, problem }) => (field, problem),
        other => panic!("{}: {other:?}", String::from_utf8_lossy(json)),
    }
}
