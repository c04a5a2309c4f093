//! `GET /query`: a query with a part changed or added, for forms that know the part only.

use super::super::form::see;
use super::super::shell::AskingViewer;
use super::super::view::{settle, text_of};
use super::parts::Parts;
use crate::interface::Speech;
use crate::json::Value;
use crate::query::{Literal, Query};
use crate::serve::api::question::Asked;
use crate::serve::http::params::Params;
use crate::serve::http::problem::Answer;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// Parameters of this place that are none of the page.
const OWN: [&str; 6] = ["part", "text", "join", "field", "operator", "value"];

/// `GET /query?part=&text=` puts a text in the place of a part; `?field=&operator=&value=` adds a
/// condition, joined by `join` (`and`, `or`, `not`). Both go to the page of that query.
pub(in crate::serve::page) async fn edit(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, .. }: AskingViewer,
) -> Response {
    let (address, words) = (viewer.address.clone(), viewer.words);
    let change = move |server: &Server, _: &Arc<_>| {
        let question = address.only(&["q", "profile", "lang"]).to_query();
        let mut asked = Asked::take(&mut Params::of_address(Some(&question))?)?;
        let speech = settle(&mut asked, words, &server.store.snapshot())?;
        let text = |name: &str| address.get(name).unwrap_or_default();
        let query = asked.question.typed(&speech)?;
        let text = match address.get("field") {
            None => replaced(&query, text("part"), text("text"), &speech)?,
            Some(field) => {
                let condition = condition(field, text("operator"), text("value"), &speech)?;
                text_of(&joined(query, condition, text("join"))?)
            }
        };
        Ok(address.without(&OWN).asking(&text).at("/"))
    };
    match server.ask(Kind::Page, change).await {
        Ok(address) => see(&address),
        Err(problem) => viewer.problem(&problem),
    }
}

/// The query with a text in the place of a part, as a text. One that cannot be read stands last
/// there, so that the page marks what is wrong with it.
fn replaced(query: &Query, part: &str, text: &str, speech: &Speech) -> Answer<String> {
    let parts = Parts::of(query)?;
    let index = part.parse().unwrap_or(usize::MAX);
    if text.trim().is_empty() {
        return Ok(text_of(&parts.without(index)));
    }
    Ok(match Query::parse_named(text, &speech.names) {
        Ok(part) => text_of(&parts.replaced(index, part)),
        Err(_) => format!("{} {text}", text_of(&parts.without(index))).trim_start().to_owned(),
    })
}

/// A query and one more condition.
fn joined(query: Query, condition: Query, join: &str) -> Answer<Query> {
    Ok(match join {
        "or" if query != Query::all() => query.or(condition),
        "not" => Parts::of(&query)?.and(!condition),
        _ => Parts::of(&query)?.and(condition),
    })
}

/// A condition from its three pieces, by the names of the query as JSON.
fn condition(field: &str, operator: &str, value: &str, speech: &Speech) -> Answer<Query> {
    let number = || Value::parse(value.as_bytes()).ok().filter(|one| one.as_number().is_some());
    let bare = Literal::bare(value);
    let value = match operator {
        "has" => None,
        "eq" | "ne" if !bare.is_quoted() => Some(Value::object([("bare", Value::from(value))])),
        "gt" | "lt" => Some(number().unwrap_or_else(|| Value::from(value))),
        _ => Some(Value::from(value)),
    };
    let members = [("field", Some(Value::from(field))), ("op", Some(operator.into()))];
    let members = members.into_iter().chain([("value", value)]);
    let json = Value::object(members.filter_map(|(key, value)| Some((key, value?))));
    Ok(Query::from_json_named(&json.to_json(), &speech.names)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn read(text: &str) -> Query {
        Query::parse(text).unwrap()
    }

    #[test]
    fn a_form_adds_what_it_says() {
        let speech = Speech::plain(Tz::UTC);
        for (field, operator, value, text) in [
            ("category", "eq", "teams", "category=teams"),
            ("category", "ne", "a b", "category!=\"a b\""),
            ("context.ip", "eq", "10.0.0.0/8", "context.ip=10.0.0.0/8"),
            ("actor", "text", "ada l", "actor:\"ada l\""),
            ("details.size", "gt", "5", "details.size>5"),
            ("occurred_at", "lt", "2026-05-04", "occurred_at<2026-05-04"),
            ("details.team", "has", "", "has:details.team"),
        ] {
            assert_eq!(condition(field, operator, value, &speech).unwrap(), read(text), "{text}");
        }
        assert!(condition("actr", "eq", "x", &speech).is_err());
        assert!(condition("actor", "like", "x", &speech).is_err());
        let join = |query: &str, join: &str| joined(read(query), read("x"), join).unwrap();
        assert_eq!(join("a b", "or"), read("a b OR x"));
        assert_eq!(join("", "or"), read("x"));
        assert_eq!(join("a OR b", "and"), read("(a OR b) x"));
        assert_eq!(join("a", "not"), read("a -x"));
    }

    #[test]
    fn a_part_that_cannot_be_read_is_kept_to_be_mended() {
        let speech = Speech::plain(Tz::UTC);
        let put = |part: &str, text: &str| replaced(&read("a b c"), part, text, &speech).unwrap();
        assert_eq!(put("1", "x OR y"), "a (x OR y) c");
        assert_eq!(put("1", "actr=x"), "a c actr=x");
        assert_eq!(put("1", " "), "a c");
        assert_eq!(put("", "d"), "a b c d");
    }
}
