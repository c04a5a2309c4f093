//! `GET /events/{seq}`: all of one event.

use super::shell::{Viewer, answer};
use super::words::Words;
use crate::json::Value;
use crate::serve::api::question::{Asked, Running};
use crate::serve::api::{find_event, with_diff};
use crate::serve::http::params::Params;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /events/{seq}`.
pub(super) async fn one(
    State(server): State<Arc<Server>>,
    viewer: Viewer,
    Path(seq): Path<String>,
    RawQuery(address): RawQuery,
) -> Response {
    let taken = Params::of_address(address.as_deref()).and_then(|mut params| {
        let asked = Asked::take(&mut params)?;
        params.finish()?;
        Ok(asked)
    });
    let asked = match taken {
        Ok(asked) => asked,
        Err(problem) => return answer(viewer.language.words(), Err(problem)),
    };
    let words = viewer.words(&asked);
    let asker = match viewer.asker {
        Ok(asker) => asker,
        Err(problem) => return answer(words, Err(problem)),
    };
    let look = move |server: &Server, cancel: &Arc<_>| {
        let running = Running::begin(server, &asker, cancel, &format!("seq={seq}"))?;
        Ok(shown(words, &with_diff(&find_event(&running, &asked, &seq)?)))
    };
    let found = server.ask(Kind::Event, look).await;
    answer(words, found)
}

fn shown(words: &Words, event: &Value) -> Markup {
    let diff = event.get("diff").and_then(Value::as_list).unwrap_or_default();
    let mut leaves = Vec::new();
    collect(String::new(), event, &mut leaves);
    let seq = event.get("seq").map(Value::to_json).unwrap_or_default();
    html! {
        nav { a href="/" { (words.back) } }
        h2 { (words.event) " " (seq) }
        @if !diff.is_empty() {
            h2 { (words.changes) }
            div class="scroll" tabindex="0" { table {
                thead { tr {
                    th scope="col" { (words.field) }
                    th scope="col" { (words.before) }
                    th scope="col" { (words.after) }
                } }
                tbody { @for change in diff { tr {
                    td { bdi { (text(change.get("field"))) } }
                    td { bdi { (text(change.get("before"))) } }
                    td { bdi { (text(change.get("after"))) } }
                } } }
            } }
        }
        h2 { (words.whole) }
        div class="scroll" tabindex="0" { table { tbody {
            @for (path, value) in leaves { tr {
                th scope="row" { bdi { (path) } }
                td { bdi { (value) } }
            } }
        } } }
    }
}

/// A text as it is, anything else as JSON, nothing for what is not there.
fn text(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_json(),
    }
}

/// The values of an event by their paths; the differences stand above.
fn collect(path: String, value: &Value, leaves: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                let inner_path = match path.is_empty() {
                    true if key == "diff" => continue,
                    true => key.clone(),
                    false => format!("{path}.{key}"),
                };
                collect(inner_path, inner, leaves);
            }
        }
        Value::List(elements) => {
            for (place, inner) in elements.iter().enumerate() {
                collect(format!("{path}[{place}]"), inner, leaves);
            }
        }
        scalar => leaves.push((path, text(Some(scalar)))),
    }
}
