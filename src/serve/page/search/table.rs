//! The table of events: the columns that were asked for, a row for each event.

use super::super::view::{Scene, ValueNames, plain};
use crate::event::{Raw, StoredEvent};
use crate::export::{Cell, Column};
use crate::interface::Speech;
use crate::json::Value;
use crate::query::Order;
use crate::serve::http::problem::Answer;
use maud::{Markup, html};
use std::borrow::Cow;

/// Letters of a cell that are shown.
const CELL_LETTERS_MAX: usize = 300;
/// The columns where neither the address nor a profile says which.
const USUAL: &str = "occurred_at,actor.display_name,actor.email,category,activity,targets.name";

/// The columns of the table: those of the address, else of the profile, else the usual ones.
///
/// # Errors
/// 400 for what is no column.
pub(super) fn columns_of(scene: &Scene<'_>, asked: Option<&str>) -> Answer<Vec<Column>> {
    let of_profile = scene.look().map(|profile| profile.defaults().columns.join(","));
    let list = match asked {
        Some(list) => list,
        None => of_profile.as_deref().filter(|list| !list.is_empty()).unwrap_or(USUAL),
    };
    Ok(scene.speech.columns_with_effects(list)?)
}

/// Columns as a list that reads as them.
pub(super) fn list_of<'c>(columns: impl IntoIterator<Item = &'c Column>) -> String {
    columns.into_iter().map(Column::header).collect::<Vec<_>>().join(",")
}

/// A column with what its cells are shown by.
struct ShownColumn<'a> {
    column: &'a Column,
    /// Where its values stand, whatever it is called.
    path: String,
    names: ValueNames<'a>,
}

/// The table.
pub(super) fn table(
    scene: &Scene<'_>,
    columns: &[Column],
    events: &[(StoredEvent, Option<u64>)],
    order: Order,
) -> Markup {
    let shown = |column| {
        let path = scene.path_of(Column::header(column));
        ShownColumn { column, names: scene.names_at(&path), path }
    };
    let shown: Vec<ShownColumn<'_>> = columns.iter().map(shown).collect();
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(scene.words.table) {
            table class="events" {
                thead { tr { (heads(scene, columns, order)) } }
                tbody {
                    @for (event, effects) in events { (row(scene, &shown, event, *effects)) }
                }
            }
        }
    }
}

/// The heads; that of the first time turns the order round.
fn heads(scene: &Scene<'_>, columns: &[Column], order: Order) -> Markup {
    let words = scene.words;
    let (turn, turned) = match order {
        Order::Newest => (words.order_oldest, scene.address.with("order", "oldest")),
        _ => (words.order_newest, scene.address.without(&["order"])),
    };
    let first_time = columns.iter().position(Column::is_time);
    html! {
        @for (index, column) in columns.iter().enumerate() {
            @let is_time = Some(index) == first_time;
            th scope="col" data-column=(column.header())
                aria-sort=[is_time.then(|| sorting(order)).flatten()] {
                @if is_time {
                    a href=(turned.without(&["after"]).at("/")) title=(turn) {
                        (scene.label(column.header()))
                        span aria-hidden="true" { (arrow(order)) }
                    }
                    " " span class="quiet" { (scene.speech.zone.name()) }
                } @else { (scene.label(column.header())) }
            }
        }
    }
}

fn sorting(order: Order) -> Option<&'static str> {
    match order {
        Order::Newest => Some("descending"),
        Order::Oldest => Some("ascending"),
        Order::Seq => None,
    }
}

fn arrow(order: Order) -> &'static str {
    match order {
        Order::Newest => " ↓",
        Order::Oldest => " ↑",
        Order::Seq => "",
    }
}

fn row(
    scene: &Scene<'_>,
    columns: &[ShownColumn<'_>],
    event: &StoredEvent,
    effects: Option<u64>,
) -> Markup {
    let raw = match columns.iter().any(|shown| shown.column.is_raw()) {
        true => Raw::With,
        false => Raw::Without,
    };
    let mut value = labelled(event, raw, scene.speech);
    if let (Value::Object(members), Some(effects)) = (&mut value, effects) {
        members.push(("effects".to_owned(), effects.into()));
    }
    let has_mail = columns.iter().any(|shown| shown.path == "actor.email");
    let link = scene.context().at(&format!("/events/{}", event.seq));
    html! {
        tr {
            @for (index, shown) in columns.iter().enumerate() {
                @let content = cell(scene, shown, &value, has_mail);
                td class=[shown.column.is_time().then_some("time")] {
                    @if index == 0 {
                        a class="row" data-seq=(event.seq) href=(link) { (content) }
                    } @else { (content) }
                }
            }
        }
    }
}

/// An event with the labels of its codes.
pub(in crate::serve::page) fn labelled(event: &StoredEvent, raw: Raw, speech: &Speech) -> Value {
    let mut value = event.to_value(raw);
    if let Some(language) = &speech.language {
        speech.names.add_labels(&mut value, language);
    }
    value
}

fn cell(scene: &Scene<'_>, shown: &ShownColumn<'_>, event: &Value, has_mail: bool) -> Markup {
    let cell = shown.column.cell(event);
    match (&cell, shown.path.as_str()) {
        (Cell::Time(instant), _) => scene.time(*instant),
        (Cell::Json(json), _) => html! { code class="json" { bdi { (cut(json)) } } },
        // Who has no name is shown by what else is known of them.
        (Cell::Empty, "actor.display_name") if !has_mail => {
            let other = |key: &str| event.get("actor")?.get(key)?.as_str();
            html! { bdi class="quiet" { (other("email").or(other("id")).unwrap_or_default()) } }
        }
        (Cell::Text(code), path @ ("category" | "activity")) => {
            let label = event.get(&format!("{path}_label")).map_or(code.to_string(), plain);
            html! { bdi title=(code) { (label) } }
        }
        (Cell::Text(code), "outcome") => {
            html! { bdi class="outcome" data-outcome=(code) { (code) } }
        }
        (Cell::Text(text), _) => {
            let text: &str = text;
            html! { bdi { (cut(&shown.names.shown(&Value::from(text)))) } }
        }
        _ => html! { bdi { (cell.text(scene.speech.zone)) } },
    }
}

/// The beginning of a long text; the details have all of it.
fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(CELL_LETTERS_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
