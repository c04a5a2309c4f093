//! `/exports`: files that are written in the background, with how far they are.

use super::form::{SentForm, see};
use super::shell::AskingViewer;
use super::view::{plain, shown_instant};
use super::words::Words;
use crate::event::Timestamp;
use crate::export::instant_in;
use crate::json::Value;
use crate::serve::api::{create_job, told};
use crate::serve::http::params::Params;
use crate::serve::http::problem::Answer;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::State;
use axum::response::Response;
use chrono_tz::Tz;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /exports`.
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
) -> Response {
    let find = move |server: &Server, _: &Arc<_>| {
        let jobs = server.jobs.list(&asker.caller);
        jobs.iter().map(|job| told(server, job)).collect::<Answer<Vec<Value>>>()
    };
    let found = server.ask(Kind::Export, find).await;
    let zone = viewer.address.get("tz").and_then(|zone| zone.parse().ok());
    let zone = zone.unwrap_or(server.options.zone);
    let page = found.map(|jobs| page(viewer.words, &viewer.here(), &jobs, zone));
    viewer.answer(viewer.words.exports, page)
}

fn page(words: &Words, here: &str, jobs: &[Value], zone: Tz) -> Markup {
    html! {
        h2 { (words.exports) }
        @if jobs.is_empty() { p { (words.no_exports) } }
        @else {
            p { a class="button" href=(here) { (words.refresh) } }
            div class="scroll" tabindex="0" role="region" aria-label=(words.exports) {
                table class="jobs" {
                    thead { tr {
                        th scope="col" { (words.time) }
                        th scope="col" { (words.query_text) }
                        th scope="col" { (words.state) }
                        th scope="col" { (words.rows) }
                        th scope="col" { (words.file) }
                    } }
                    tbody { @for job in jobs { (row(words, job, zone)) } }
                }
            }
        }
    }
}

fn row(words: &Words, job: &Value, zone: Tz) -> Markup {
    let text = |key: &str| job.get(key).filter(|value| !value.is_null()).map(plain);
    let time = |key: &str| {
        let instant = text(key).and_then(|text| text.parse::<Timestamp>().ok());
        instant.map(|instant| shown_instant(&instant_in(instant, zone)))
    };
    let state = text("state").unwrap_or_default();
    let named = words.states.iter().find(|(known, _)| *known == state);
    let query = job.get("parameters").and_then(|given| given.get("q")).map(plain);
    let rows: u64 = text("rows").and_then(|rows| rows.parse().ok()).unwrap_or(0);
    html! {
        tr data-job=(text("id").unwrap_or_default()) data-state=(state) {
            td class="time" { (time("created_at").unwrap_or_default()) }
            td { code { bdi { (query.as_deref().unwrap_or("*")) } } }
            td class="state" {
                (named.map_or(state.as_str(), |(_, name)| *name))
                @if let Some(error) = text("error") { ": " bdi { (error) } }
            }
            td class="rows" { (words.number(rows)) }
            td class="file" {
                @if let Some(link) = text("link") {
                    a href=(link) download { (text("file").unwrap_or_default()) }
                    " " span class="quiet" {
                        (words.until) " " (time("expires_at").unwrap_or_default())
                    }
                } @else { span class="quiet" { (text("file").unwrap_or_default()) } }
            }
        }
    }
}

/// `POST /exports`: takes a job in, and goes to the list.
pub(super) async fn create(State(server): State<Arc<Server>>, form: SentForm) -> Response {
    let asker = match form.asker() {
        Ok(asker) => asker,
        Err(problem) => return form.viewer.problem(&problem),
    };
    let text = form.fields().to_query();
    let create = move |server: &Server, cancel: &Arc<_>| {
        create_job(server, &asker, cancel, Params::of_address(Some(&text))?)
    };
    match server.ask(Kind::Export, create).await {
        Ok(_) => see("/exports"),
        Err(problem) => form.viewer.problem(&problem),
    }
}
