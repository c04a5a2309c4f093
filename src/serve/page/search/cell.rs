//! What stands in a cell, for people: things by their names, lists one behind the other, changes as
//! what became of a field. Files have the same cells as JSON.

use super::super::view::{Scene, ValueNames, cut, missing_side, plain};
use crate::export::{Cell, Column};
use crate::json::Value;
use crate::serve::api::difference;
use maud::{Markup, html};

/// Letters of a cell that are shown; the details have all of it.
const CELL_LETTERS_MAX: usize = 300;
/// What an object is called by, the first that it has.
const NAMES: [&str; 5] = ["display_name", "name", "title", "email", "id"];

/// A column with what its cells are shown by.
pub(super) struct ShownColumn<'a> {
    pub(super) column: &'a Column,
    /// What it is called.
    pub(super) label: String,
    /// Where its values stand, whatever it is called.
    path: String,
    names: ValueNames<'a>,
}

impl<'a> ShownColumn<'a> {
    pub(super) fn new(scene: &'a Scene<'_>, column: &'a Column) -> ShownColumn<'a> {
        let path = scene.path_of(column.header());
        let label = scene.label(column.header());
        ShownColumn { column, label, names: scene.names_at(&path), path }
    }

    /// Whether its cells are addresses of who acted.
    pub(super) fn is_mail(&self) -> bool {
        self.path == "actor.email"
    }

    /// The cell of an event; `None` where there is nothing to show.
    pub(super) fn cell(&self, scene: &Scene<'_>, event: &Value, has_mail: bool) -> Option<Markup> {
        let cell = self.column.cell(event);
        Some(match (&cell, self.path.as_str()) {
            (Cell::Time(instant), _) => scene.time(*instant),
            (Cell::Json(json), _) if self.column.is_raw() => as_json(json),
            (Cell::Json(json), _) => match Value::parse(json.as_bytes()) {
                Ok(value) => self.listed(scene, &value)?,
                Err(_) => as_json(json),
            },
            // Who has no name is shown by what else is known of them.
            (Cell::Empty, "actor.display_name") if !has_mail => {
                let other = |key: &str| event.get("actor")?.get(key)?.as_str();
                html! { bdi class="quiet" { (other("email").or(other("id"))?) } }
            }
            (Cell::Empty | Cell::Null, _) => return None,
            (Cell::Text(text), _) if text.is_empty() => return None,
            (Cell::Text(code), path @ ("category" | "activity")) => {
                let label = event.get(&format!("{path}_label")).map_or(code.to_string(), plain);
                html! { bdi title=(code) { (label) } }
            }
            (Cell::Text(code), "outcome") => {
                html! { bdi class="outcome" data-outcome=(code) { (code) } }
            }
            (Cell::Text(text), _) => {
                let text: &str = text;
                html! { bdi { (cut(&self.names.shown(&text.into()), CELL_LETTERS_MAX)) } }
            }
            _ => html! { bdi { (cell.text(scene.speech.zone)) } },
        })
    }

    /// The elements of lists, one behind the other; `None` where all are null.
    fn listed(&self, scene: &Scene<'_>, value: &Value) -> Option<Markup> {
        let mut elements = Vec::new();
        flatten(value, &mut elements);
        let (mut shown, mut letters) = (Vec::new(), 0);
        for element in elements {
            let element = self.element(scene, element);
            letters += element.letters;
            shown.push(element.markup);
            if letters > CELL_LETTERS_MAX {
                break;
            }
        }
        let has_more = letters > CELL_LETTERS_MAX;
        (!shown.is_empty()).then(|| {
            html! {
                @for (place, element) in shown.iter().enumerate() {
                    @if place > 0 { ", " }
                    (element)
                }
                @if has_more { " …" }
            }
        })
    }

    fn element(&self, scene: &Scene<'_>, value: &Value) -> Element {
        let Value::Object(_) = value else {
            let text = self.names.shown(value);
            return Element {
                letters: text.chars().count(),
                markup: html! { bdi { (cut(&text, CELL_LETTERS_MAX)) } },
            };
        };
        if self.path == "changes" {
            return change(scene, value);
        }
        let named = NAMES.iter().find_map(|key| value.get(key)?.as_str());
        let Some(name) = named else {
            let json = value.to_json();
            return Element { letters: json.chars().count(), markup: as_json(&json) };
        };
        let names = scene.names_at(&format!("{}.type", self.path));
        let kind = value.get("type").filter(|kind| !kind.is_null());
        let kind = kind.map(|kind| names.shown(kind)).unwrap_or_default();
        Element {
            letters: name.chars().count() + kind.chars().count(),
            markup: html! {
                bdi { (cut(name, CELL_LETTERS_MAX)) }
                @if !kind.is_empty() {
                    " " span class="quiet" { "(" bdi { (cut(&kind, CELL_LETTERS_MAX)) } ")" }
                }
            },
        }
    }
}

/// Something that stands in a cell, and how long it is.
struct Element {
    markup: Markup,
    letters: usize,
}

/// What became of a field.
fn change(scene: &Scene<'_>, change: &Value) -> Element {
    let told = difference(change);
    let field = told.get("field").filter(|field| !field.is_null());
    let field = field.map(|field| scene.names_at("changes.field").shown(field));
    let field = field.unwrap_or_default();
    let side = |key: &str| match told.get(key) {
        Some(value) => plain(value),
        None => missing_side(scene.words, &told, key).to_owned(),
    };
    let (before, after) = (side("before"), side("after"));
    let shown = |key: &str, text: &str| {
        let is_known = told.get(key).is_some();
        html! { bdi class=[(!is_known).then_some("quiet")] { (cut(text, CELL_LETTERS_MAX)) } }
    };
    Element {
        letters: [&field, &before, &after].map(|text| text.chars().count()).iter().sum(),
        markup: html! {
            @if !field.is_empty() { bdi { (cut(&field, CELL_LETTERS_MAX)) } ": " }
            (shown("before", &before)) " → " (shown("after", &after))
        },
    }
}

/// The values in lists and lists of lists; nulls are left out.
fn flatten<'v>(value: &'v Value, out: &mut Vec<&'v Value>) {
    match value {
        Value::Null => {}
        Value::List(elements) => elements.iter().for_each(|element| flatten(element, out)),
        value => out.push(value),
    }
}

fn as_json(json: &str) -> Markup {
    html! { code class="json" { bdi { (cut(json, CELL_LETTERS_MAX)) } } }
}
