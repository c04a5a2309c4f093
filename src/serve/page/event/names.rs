//! The other names of who acted, as the store knows them.

use super::super::view::Scene;
use crate::event::StoredEvent;
use crate::interface::Speech;
use crate::query::Query;
use crate::serve::api::question::{Asked, Running};
use crate::serve::http::problem::Answer;
use crate::serve::state::server::Server;
use maud::{Markup, html};

/// The most names that are shown.
const NAMES_MAX: usize = 20;

/// The other names of the person who did it. A reader of a scope gets those that stand in events of
/// the scope: names are of the whole store, and would tell of others.
///
/// # Errors
/// As every question.
pub(super) fn other_names(
    server: &Server,
    running: &Running<'_>,
    asked: &Asked,
    speech: &Speech,
    event: &StoredEvent,
) -> Answer<Vec<String>> {
    // A table that cannot be read is told where names are looked after.
    let aliases = server.store.aliases().unwrap_or_default();
    let value = event.event.to_value();
    let text = |key: &str| value.get("actor")?.get(key)?.as_str();
    let own: Vec<&str> = ["id", "email", "display_name"].into_iter().filter_map(text).collect();
    let others = aliases.other_names(&own, event.event.occurred_at());
    let names: Vec<String> = others.into_iter().take(NAMES_MAX).map(str::to_owned).collect();
    let caller = &running.asker.caller;
    if !caller.is_scoped() {
        return Ok(names);
    }
    let mut seen = Vec::new();
    for name in names {
        let is = |field: &str| Query::field(field).equals(&name);
        let query = is("actor.id").or(is("actor.email")).or(is("actor.display_name"));
        let search = running.limited(speech, asked.select(query, caller, speech)?);
        if !search.without_aliases().limit(1).page()?.events.is_empty() {
            seen.push(name);
        }
    }
    Ok(seen)
}

/// The names, each a link to all that the person did.
pub(super) fn shown(scene: &Scene<'_>, names: &[String]) -> Markup {
    html! {
        @if !names.is_empty() {
            p class="names" {
                span class="quiet" { (scene.words.also_known_as) ": " }
                @for (place, name) in names.iter().enumerate() {
                    @if place > 0 { ", " }
                    a href=(scene.asking(&Query::field("actor.email").equals(name)))
                        { bdi { (name) } }
                }
            }
        }
    }
}
