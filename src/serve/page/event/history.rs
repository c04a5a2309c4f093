//! `GET /history?target=&type=`: all that was done to a thing, and what is known of it.

use super::super::shell::AskingViewer;
use super::super::view::{Scene, plain, settle};
use super::lines::lines;
use crate::event::StoredEvent;
use crate::query::History;
use crate::serve::api::history_of;
use crate::serve::api::question::{Asked, Running};
use crate::serve::http::params::Params;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /history`; its parameters are those of the API.
pub(in crate::serve::page) async fn history(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
) -> Response {
    let viewer = Arc::new(viewer);
    let looked = Arc::clone(&viewer);
    let zone = server.options.zone;
    let look = move |server: &Server, cancel: &Arc<_>| {
        let mut params = Params::of_address(Some(&looked.address.to_query()))?;
        let mut asked = Asked::take(&mut params)?;
        let (target, kind) = (params.required("target")?, params.text("type"));
        params.finish()?;
        asked.speech.zone = asked.speech.zone.or(Some(zone));
        let running = Running::begin(server, &asker, cancel, &target)?;
        let speech = settle(&mut asked, looked.words, &running.snapshot)?;
        let scene = Scene::new(&looked, &speech, &running);
        let history = history_of(&running, &asked, &target, kind.as_deref(), None)?;
        Ok(shown(&scene, &target, &history))
    };
    let found = server.ask(Kind::History, look).await;
    viewer.answer(viewer.words.history, found)
}

fn shown(scene: &Scene<'_>, target: &str, history: &History) -> Markup {
    let words = scene.words;
    let newest_first: Vec<&StoredEvent> = history.events.iter().rev().collect();
    let event = |seq: u64| scene.address.speech().at(&format!("/events/{seq}"));
    html! {
        article class="event" {
            h2 {
                (words.history) ": " bdi { (target) }
                @if let Some(deleted) = &history.deleted {
                    " " a class="mark" href=(event(deleted.seq)) { (words.deleted_mark) }
                }
            }
            @if !history.state.is_empty() {
                section {
                    h3 { (words.known_state) }
                    div class="scroll" tabindex="0" role="region" aria-label=(words.known_state) {
                        table class="fields" { tbody {
                            @for (field, known) in &history.state { tr {
                                th scope="row" { bdi { (field) } }
                                td { bdi { (plain(&known.value)) } }
                                td { a href=(event(known.set_by.seq))
                                    { (scene.time(known.set_by.occurred_at)) } }
                            } }
                        } }
                    }
                }
            }
            section {
                h3 { (words.events(history.events.len() as u64)) }
                @if newest_first.is_empty() { p { (words.nothing) } }
                @else { (lines(scene, &scene.address.speech(), &newest_first)) }
            }
        }
    }
}
