//! The table of events: the columns that were asked for, a row for each event.

use super::super::view::Scene;
use super::cell::ShownColumn;
use crate::event::{Raw, StoredEvent};
use crate::export::Column;
use crate::interface::Speech;
use crate::json::Value;
use crate::query::Order;
use crate::serve::http::problem::Answer;
use maud::{Markup, html};

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

/// The table.
pub(super) fn table(
    scene: &Scene<'_>,
    columns: &[Column],
    events: &[(StoredEvent, Option<u64>)],
    order: Order,
) -> Markup {
    let shown: Vec<ShownColumn<'_>> =
        columns.iter().map(|column| ShownColumn::new(scene, column)).collect();
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
    let has_mail = columns.iter().any(ShownColumn::is_mail);
    let link = scene.context().at(&format!("/events/{}", event.seq));
    let cells: Vec<Option<Markup>> =
        columns.iter().map(|shown| shown.cell(scene, &value, has_mail)).collect();
    // The link is what is seen first, where rows are cards without empty cells, too.
    let linked = cells.iter().position(Option::is_some).unwrap_or(0);
    html! {
        tr {
            @for (index, (shown, content)) in columns.iter().zip(&cells).enumerate() {
                td class=[shown.column.is_time().then_some("time")] data-label=(shown.label) {
                    @if index == linked {
                        a class="row" data-seq=(event.seq) href=(link) {
                            @match content {
                                Some(content) => (content),
                                None => { "#" (event.seq) },
                            }
                        }
                    } @else if let Some(content) = content { (content) } @else { bdi {} }
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
