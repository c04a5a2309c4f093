//! Queries as JSON: read, printed as JSON and as text, and read again.

use crate::fixture::QUESTIONS;
use annals::Error;
use annals::query::Query;

/// Reading gives an error with a place inside the JSON, or a query that all its faces lead back to.
pub fn run(data: &[u8]) {
    let Ok(json) = std::str::from_utf8(data) else {
        return;
    };
    let query = match Query::from_json(json) {
        Ok(query) => query,
        Err(Error::Query { position, query, .. }) => {
            assert!(position <= query.len() && query.is_char_boundary(position));
            return;
        }
        Err(other) => panic!("JSON is wrong as a query, not as: {other}"),
    };
    let (json, text) = (query.to_json(), query.to_string());
    assert_eq!(Query::from_json(&json).ok().as_ref(), Some(&query), "{json}");
    assert_eq!(Query::parse(&text).ok().as_ref(), Some(&query), "{text}");
    if let Ok(filters) = query.to_filters() {
        let json = filters.to_json();
        assert_eq!(Query::from_json(&json).ok(), Some(query), "{json}");
    }
}

/// The questions of the fixture, and JSON for what no text leads to.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"joiner":"or","filters":[{"text":"a"},{"not":{"since":"7d"}}]}"#,
        r#"{"field":["details","a.b"],"op":"in","value":["x",1.50,{"bare":"10.0.0.0/8"},null]}"#,
        r#"{"field":"details.n","op":"eq","value":{"from":"2026-05-04","to":"2026-05-31"}}"#,
        r#"{"not":{"and":[{"or":[{"text":"b","match":"fuzzy"},{"all":true}]},{"text":"c"}]}}"#,
        r#"{"field":"details.n","op":"regex","value":"a/b\\\\/"}"#,
    ];
    let questions = QUESTIONS.iter().map(|text| Query::parse(text).expect("a query").to_json());
    questions.chain(texts.map(str::to_owned)).map(String::into_bytes).collect()
}
