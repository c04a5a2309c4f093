//! `GET /`: the search box, and the events that match, a page at a time.

use super::shell::{Viewer, answer};
use super::words::Words;
use crate::event::{Raw, StoredEvent};
use crate::export::Column;
use crate::interface::Speech;
use crate::json::Value;
use crate::serve::api::question::{Asked, Running};
use crate::serve::api::{PageAsked, find};
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono_tz::Tz;
use maud::{Markup, html};
use std::sync::Arc;

/// The columns of the table behind the time, in the order of its headings.
const COLUMNS: [&str; 6] =
    ["actor.display_name", "actor.email", "actor.id", "category", "activity", "targets.name"];

/// `GET /`.
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    viewer: Viewer,
    RawQuery(address): RawQuery,
) -> Response {
    let taken = Params::of_address(address.as_deref()).and_then(|mut params| {
        let (mut asked, page) = (Asked::take(&mut params)?, PageAsked::take(&mut params)?);
        params.finish()?;
        asked.speech.zone = asked.speech.zone.or(Some(server.options.zone));
        Ok((asked, page))
    });
    let (asked, page) = match taken {
        Ok(taken) => taken,
        Err(problem) => return answer(viewer.language.words(), Err(problem)),
    };
    let words = viewer.words(&asked);
    let asker = match viewer.asker {
        Ok(asker) => asker,
        Err(problem) => return answer(words, Err(problem)),
    };
    let found = {
        let asked = asked.clone();
        let address = address.clone();
        let look = move |server: &Server, cancel: &Arc<_>| {
            let running = Running::begin(server, &asker, cancel, &asked.question.query)?;
            let (search, speech) = running.search(&asked)?;
            let found = find(page.apply(search), page.is_folded)?;
            let rows = html! {
                @if !found.complete { p role="status" { (words.incomplete) } }
                @if found.events.is_empty() { p role="status" { (words.nothing) } }
                @else { (table(words, &found.events, &speech)?) }
                nav {
                    @if page.after.is_some() {
                        a href=(with(&address, "after", None)) { (words.newest) }
                    }
                    @if let Some(next) = found.next {
                        a href=(with(&address, "after", Some(&next.to_string()))) { (words.older) }
                    }
                    a href=(export(&address)) { (words.as_csv) }
                }
            };
            Ok(rows)
        };
        server.ask(Kind::Page, look).await
    };
    match found {
        Ok(rows) => answer(words, Ok(html! { (search_box(words, &asked)) (rows) })),
        // A wrong query stays in its box, to be mended.
        Err(problem) if problem.code == "query" => {
            let page = html! { (search_box(words, &asked)) (place(&asked, &problem)) };
            let mut response = answer(words, Ok(page));
            *response.status_mut() = problem.status;
            response
        }
        Err(problem) => answer(words, Err(problem)),
    }
}

fn search_box(words: &Words, asked: &Asked) -> Markup {
    let given = [
        ("from", asked.question.from.clone()),
        ("to", asked.question.to.clone()),
        ("since", asked.question.since.clone()),
        ("lang", asked.speech.language.clone()),
        ("profile", asked.speech.profile.clone()),
        ("tenant", asked.tenant.clone()),
        ("tz", asked.speech.zone.filter(|zone| *zone != Tz::UTC).map(|zone| zone.name().into())),
    ];
    html! {
        form class="search" role="search" method="get" action="/" {
            label {
                span { (words.query) }
                input type="search" name="q" value=(asked.question.query) autocomplete="off";
            }
            @for (name, value) in given {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            button { (words.search) }
        }
    }
}

/// What is wrong with a query, and where.
fn place(asked: &Asked, problem: &Problem) -> Markup {
    let text: Vec<char> = asked.question.query.chars().collect();
    let position = problem.members.iter().find(|(name, _)| *name == "position");
    let end = |key: &str| {
        let value = position.and_then(|(_, position)| position.get(key)?.as_number().cloned());
        value.and_then(|number| number.to_string().parse().ok()).unwrap_or(0).min(text.len())
    };
    let (from, to) = (end("start"), end("end"));
    let part = |range: std::ops::Range<usize>| text[range].iter().collect::<String>();
    html! {
        div class="problem" role="alert" {
            strong { (problem.detail) }
            pre {
                (part(0..from))
                mark { (part(from..to.max(from))) }
                (part(to.max(from)..text.len()))
            }
        }
    }
}

fn table(words: &Words, events: &[(StoredEvent, Option<u64>)], speech: &Speech) -> Answer<Markup> {
    let columns = COLUMNS.iter().map(|path| Column::parse_list(path));
    let columns: crate::Result<Vec<Vec<Column>>> = columns.collect();
    let columns: Vec<Column> = columns?.into_iter().flatten().collect();
    let rows = events.iter().map(|(event, _)| {
        let mut value = event.to_value(Raw::Without);
        if let Some(language) = &speech.language {
            speech.names.add_labels(&mut value, language);
        }
        let cells: Vec<String> = columns
            .iter()
            .map(|column| column.cell(&value).text(speech.zone).into_owned())
            .collect();
        row(event, &value, &cells, speech)
    });
    Ok(html! {
        div class="scroll" tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { (words.time) " (" (speech.zone.name()) ")" }
                    th scope="col" { (words.who) }
                    th scope="col" { (words.action) }
                    th scope="col" { (words.on) }
                } }
                tbody { @for row in rows { (row) } }
            }
        }
    })
}

fn row(event: &StoredEvent, value: &Value, cells: &[String], speech: &Speech) -> Markup {
    let who = cells[..3].iter().find(|cell| !cell.is_empty());
    let label = |field: &str, code: &String| {
        value.get(field).and_then(Value::as_str).map_or(code.clone(), str::to_owned)
    };
    let time = crate::export::instant_in(event.event.occurred_at(), speech.zone);
    html! {
        tr {
            td class="time" { a href=(format!("/events/{}", event.seq)) { (time) } }
            td { bdi { (who.map_or("", String::as_str)) } }
            td {
                bdi { (label("category_label", &cells[3])) } " · "
                bdi { (label("activity_label", &cells[4])) }
            }
            td { bdi { (cells[5]) } }
        }
    }
}

/// The address with another value of a parameter, or without it.
fn with(address: &Option<String>, name: &str, value: Option<&str>) -> String {
    let mut changed = form_urlencoded::Serializer::new(String::new());
    for (key, old) in form_urlencoded::parse(address.as_deref().unwrap_or_default().as_bytes()) {
        if key != name {
            changed.append_pair(&key, &old);
        }
    }
    if let Some(value) = value {
        changed.append_pair(name, value);
    }
    format!("/?{}", changed.finish())
}

/// The same events and columns as a file: without the page and its size.
fn export(address: &Option<String>) -> String {
    let mut file = form_urlencoded::Serializer::new(String::new());
    for (key, value) in form_urlencoded::parse(address.as_deref().unwrap_or_default().as_bytes()) {
        if !["after", "limit", "point_in_time", "columns"].contains(&key.as_ref()) {
            file.append_pair(&key, &value);
        }
    }
    let columns = format!("occurred_at,{}", COLUMNS.join(","));
    file.append_pair("format", "csv").append_pair("columns", &columns);
    format!("/api/v1/export?{}", file.finish())
}
