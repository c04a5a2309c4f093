//! `GET /events/{seq}`: all of one event.

use super::super::search::labelled;
use super::super::shell::AskingViewer;
use super::super::view::{Scene, Wanted, missing_side, plain, settle};
use super::super::words::Words;
use super::fields;
use super::lines::lines;
use super::names;
use crate::event::{Raw, StoredEvent};
use crate::json::Value;
use crate::serve::api::question::Running;
use crate::serve::api::{find_event, linked_events, with_diff};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /events/{seq}`; the rest of the address is the search that it was found by.
pub(in crate::serve::page) async fn one(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
    Path(seq): Path<String>,
) -> Response {
    let wanted = match Wanted::of(&server, &viewer.address) {
        Ok(wanted) => wanted,
        Err(problem) => return viewer.problem(&problem),
    };
    let viewer = Arc::new(viewer);
    let looked = Arc::clone(&viewer);
    let title = format!("{} {seq}", viewer.words.event);
    let look = move |server: &Server, cancel: &Arc<_>| {
        let mut asked = wanted.asked;
        let running = Running::begin(server, &asker, cancel, &format!("seq={seq}"))?;
        let speech = settle(&mut asked, looked.words, &running.snapshot)?;
        let scene = Scene::new(&looked, &speech, &running);
        let event = find_event(&running, &asked, &seq)?;
        let linked = linked_events(&running, &asked, &seq)?;
        let names = names::other_names(server, &running, &asked, &speech, &event)?;
        Ok(shown(&scene, &event, &linked, &names))
    };
    let found = server.ask(Kind::Event, look).await;
    viewer.answer(&title, found)
}

fn shown(
    scene: &Scene<'_>,
    event: &StoredEvent,
    linked: &[StoredEvent],
    names: &[String],
) -> Markup {
    let words = scene.words;
    let whole = with_diff(event);
    let named = labelled(event, Raw::Without, scene.speech);
    let of = |field: &str| {
        let label = named.get(&format!("{field}_label")).or(named.get(field));
        label.map(plain).unwrap_or_default()
    };
    let others: Vec<&StoredEvent> = linked.iter().filter(|one| one.seq != event.seq).collect();
    html! {
        article class="event" data-seq=(event.seq) {
            header {
                a class="back" href=(scene.address.at("/")) { (words.back) }
                h2 { bdi { (of("category")) } " · " bdi { (of("activity")) } }
                p { (scene.time(event.event.occurred_at())) " "
                    span class="quiet" { (scene.speech.zone.name()) } }
                (names::shown(scene, names))
            }
            (diff(words, whole.get("diff")))
            (fields::fields(scene, &named))
            (targets(scene, &named))
            @if !others.is_empty() {
                section { h3 { (words.linked) } (lines(scene, &scene.context(), &others)) }
            }
            (texts(scene, event, &whole))
        }
    }
}

/// Values before and after, side by side.
fn diff(words: &Words, diff: Option<&Value>) -> Markup {
    let diff = diff.and_then(Value::as_list).unwrap_or_default();
    let kind = |name: &str| match name {
        "added" => words.kind_added,
        "removed" => words.kind_removed,
        "set" => words.kind_set,
        "same" => words.kind_same,
        _ => words.kind_changed,
    };
    let side = |change: &Value, key: &str| {
        html! {
            td class=(key) {
                @match change.get(key) {
                    Some(value) => bdi { (plain(value)) },
                    None => span class="quiet" { (missing_side(words, change, key)) },
                }
            }
        }
    };
    html! {
        @if !diff.is_empty() {
            section {
                h3 { (words.changes) }
                div class="scroll" tabindex="0" role="region" aria-label=(words.changes) {
                    table class="diff" {
                        thead { tr {
                            th scope="col" { (words.field) }
                            th scope="col" { (words.before) }
                            th scope="col" { (words.after) }
                        } }
                        tbody { @for change in diff {
                            @let name = change.get("kind").map(plain).unwrap_or_default();
                            tr data-kind=(name) {
                                th scope="row" {
                                    bdi { (change.get("field").map(plain).unwrap_or_default()) }
                                    " " span class="quiet" { (kind(&name)) }
                                }
                                (side(change, "before"))
                                (side(change, "after"))
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// The things that it was done to, each with its history.
fn targets(scene: &Scene<'_>, event: &Value) -> Markup {
    let words = scene.words;
    let targets = event.get("targets").and_then(Value::as_list).unwrap_or_default();
    let text = |target: &Value, key: &str| target.get(key).map(plain).unwrap_or_default();
    let ids: Vec<&Value> = targets.iter().filter(|one| one.get("id").is_some()).collect();
    html! {
        @if !ids.is_empty() {
            section {
                h3 { (words.history) }
                ul { @for target in ids {
                    @let name = target.get("name").map_or_else(|| text(target, "id"), plain);
                    @let place = scene.address.speech().with("target", &text(target, "id"))
                        .with("type", &text(target, "type"))
                        .with("tenant", scene.address.get("tenant").unwrap_or_default());
                    li { a href=(place.at("/history")) { (words.history_of) " " bdi { (name) } }
                        " " span class="quiet" { bdi { (text(target, "type")) } } }
                } }
            }
        }
    }
}

/// The event as JSON, and as it was received.
fn texts(scene: &Scene<'_>, event: &StoredEvent, whole: &Value) -> Markup {
    let words = scene.words;
    let json = pretty(&event.to_value(Raw::With));
    let question = scene.question().without(&["q", "from", "to", "since", "order", "fold"]);
    let file = question.at(&format!("/api/v1/events/{}", event.seq));
    html! {
        section {
            h3 { (words.as_json) }
            p class="bar" {
                span class="copy" data-copy="event-json" {}
                a class="button" href=(file) download=(format!("event-{}.json", event.seq))
                    { (words.download) }
            }
            details { summary { (words.as_json) } pre id="event-json" tabindex="0" { (json) } }
            @if let Some(raw) = whole.get("raw") {
                details { summary { (words.as_received) } pre tabindex="0" { (pretty(raw)) } }
            }
        }
    }
}

/// JSON over several lines; numbers keep their digits.
fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write_pretty(value, 0, &mut text);
    text
}

fn write_pretty(value: &Value, depth: usize, out: &mut String) {
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    let item = |out: &mut String, index: usize| {
        if index > 0 {
            out.push(',');
        }
        indent(out, depth + 1);
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('{');
            for (index, (key, inner)) in members.iter().enumerate() {
                item(out, index);
                out.push_str(&Value::from(key.as_str()).to_json());
                out.push_str(": ");
                write_pretty(inner, depth + 1, out);
            }
            indent(out, depth);
            out.push('}');
        }
        Value::List(elements) if !elements.is_empty() => {
            out.push('[');
            for (index, inner) in elements.iter().enumerate() {
                item(out, index);
                write_pretty(inner, depth + 1, out);
            }
            indent(out, depth);
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_json()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_json_reads_as_the_same_value() {
        let text = r#"{"a":[1.50,{"b":"é\n"},[],{}],"c":null}"#;
        let value = Value::parse(text.as_bytes()).unwrap();
        let shown = pretty(&value);
        assert_eq!(Value::parse(shown.as_bytes()).unwrap(), value);
        assert!(shown.starts_with("{\n  \"a\": [\n    1.50,\n    {\n      \"b\""), "{shown}");
    }
}
