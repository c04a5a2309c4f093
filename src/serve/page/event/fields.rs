//! The fields of an event by their labels, each value with links to what has it, and what has not.

use super::super::links::act;
use super::super::search::parts::Parts;
use super::super::view::{Scene, plain};
use crate::export::instant_in;
use crate::interface::Question;
use crate::json::Value;
use crate::query::Query;
use maud::{Markup, html};

/// A value beyond these bytes has no links: no query asks for it.
const LINKED_BYTES_MAX: usize = 1 << 10;
/// Members that are shown elsewhere, or are no field.
const ELSEWHERE: [&str; 4] = ["changes", "raw", "category_label", "activity_label"];

/// A value and the keys that lead to it.
struct Leaf<'v> {
    /// As a query names it.
    keys: Vec<&'v str>,
    /// With the numbers of places in lists.
    shown: String,
    value: &'v Value,
}

/// The fields of an event.
pub(super) fn fields(scene: &Scene<'_>, event: &Value) -> Markup {
    let mut leaves = Vec::new();
    for (key, value) in event.as_object().unwrap_or_default() {
        if !ELSEWHERE.contains(&key.as_str()) {
            collect(vec![key], key.clone(), value, &mut leaves);
        }
    }
    let parts = typed(scene);
    html! {
        section {
            h3 { (scene.words.whole) }
            div class="scroll" tabindex="0" role="region" aria-label=(scene.words.whole) {
                table class="fields" { tbody {
                    @for leaf in &leaves { (row(scene, leaf, event, &parts)) }
                } }
            }
        }
    }
}

/// The parts of the search that the event was found by; none of one that is wrong.
fn typed(scene: &Scene<'_>) -> Parts {
    let query = scene.address.get("q").unwrap_or_default().to_owned();
    let query = Question { query, ..Question::default() }.typed(scene.speech);
    let parts = query.and_then(|query| Parts::of(&query));
    parts.or_else(|_| Parts::of(&Query::all())).expect("every event has no parts")
}

fn row(scene: &Scene<'_>, leaf: &Leaf<'_>, event: &Value, parts: &Parts) -> Markup {
    let words = scene.words;
    let path = leaf.keys.join(".");
    let label = scene.label(&path);
    let time = match path.as_str() {
        "occurred_at" | "recorded_at" => leaf.value.as_str().and_then(|time| time.parse().ok()),
        _ => None,
    };
    let text = time.map_or_else(|| plain(leaf.value), |time| instant_in(time, scene.speech.zone));
    let code_label = || event.get(&format!("{path}_label")).map(plain);
    let shown = match path.as_str() {
        "category" | "activity" => code_label(),
        _ => scene.names_at(&path).label(leaf.value),
    };
    let condition = condition(leaf).filter(|_| !scene.is_long());
    html! {
        tr {
            th scope="row" title=(leaf.shown) {
                (label)
                @if label != leaf.shown { " " span class="path" { (leaf.shown) } }
            }
            td {
                @if let Some(shown) = &shown {
                    bdi { (shown) } " " span class="quiet" { bdi { (text) } }
                }
                @else { bdi { (text) } }
            }
            td class="acts" {
                @if let Some(only) = condition {
                    (act(&scene.asking(&parts.and(only.clone())), words.only_this, &text, "="))
                    (act(&scene.asking(&parts.and(!only)), words.not_this, &text, "≠"))
                }
            }
        }
    }
}

/// The query for the events that have the value at the place.
fn condition(leaf: &Leaf<'_>) -> Option<Query> {
    let is_long = leaf.value.as_str().is_some_and(|text| text.len() > LINKED_BYTES_MAX);
    if leaf.value.is_null() || is_long {
        return None;
    }
    // A path of keys needs no quotes, whatever stands in them.
    let keys = leaf.keys.iter().map(|key| Value::from(*key)).collect();
    let json = Value::object([
        ("field", Value::List(keys)),
        ("op", "eq".into()),
        ("value", leaf.value.clone()),
    ]);
    Query::from_json(&json.to_json()).ok()
}

fn collect<'v>(keys: Vec<&'v str>, shown: String, value: &'v Value, leaves: &mut Vec<Leaf<'v>>) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                let below = [&keys[..], &[key.as_str()]].concat();
                collect(below, format!("{shown}.{key}"), inner, leaves);
            }
        }
        Value::List(elements) => {
            for (place, inner) in elements.iter().enumerate() {
                let numbered = match elements.len() {
                    1 => shown.clone(),
                    _ => format!("{shown}[{place}]"),
                };
                collect(keys.clone(), numbered, inner, leaves);
            }
        }
        scalar => leaves.push(Leaf { keys, shown, value: scalar }),
    }
}
