//! Events in a line each.

use super::super::address::Address;
use super::super::search::labelled;
use super::super::view::{Scene, plain};
use crate::event::{Raw, StoredEvent};
use maud::{Markup, html};

/// The most lines.
const LINES_MAX: usize = 100;

/// A line each, at most so many.
pub(super) fn lines(scene: &Scene<'_>, address: &Address, events: &[&StoredEvent]) -> Markup {
    let line = |event: &StoredEvent| {
        let value = labelled(event, Raw::Without, scene.speech);
        let of = |field: &str| value.get(field).map(plain).unwrap_or_default();
        let code =
            |field: &str| value.get(&format!("{field}_label")).map_or_else(|| of(field), plain);
        let who = value.get("actor").and_then(|actor| {
            ["display_name", "email", "id"].iter().find_map(|key| actor.get(key)).map(plain)
        });
        html! {
            li {
                a href=(address.at(&format!("/events/{}", event.seq)))
                    { (scene.time(event.event.occurred_at())) }
                " " bdi { (code("category")) } " · " bdi { (code("activity")) }
                " " bdi class="quiet" { (who.unwrap_or_default()) }
            }
        }
    };
    html! {
        ul class="lines" { @for event in events.iter().take(LINES_MAX) { (line(event)) } }
    }
}
