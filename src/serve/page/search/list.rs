//! `GET /`: the search box, what is set, filters, the histogram, and a page of events.

use super::super::form::{SentForm, keep, see};
use super::super::shell::{ACCESSES, AskingViewer, Viewer};
use super::super::view::{Scene, Wanted, settle, text_of};
use super::parts::Parts;
use super::{bar, chips, columns, filters, histogram, menus, table};
use crate::Error;
use crate::query::{Query, Search};
use crate::serve::api::question::{Asked, Running};
use crate::serve::api::{FoundPage, find};
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::limits::QUESTION_LASTS;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;
use std::time::Instant;

/// The cookie that keeps the columns of a person.
const COLUMNS_COOKIE: &str = "annals_columns";
/// How long it does.
const COLUMNS_KEPT_SECONDS: u64 = 365 * 86_400;

/// `GET /`.
pub(in crate::serve::page) async fn list(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
    RawQuery(raw): RawQuery,
) -> Response {
    // A form sends the fields that nobody filled in, too; addresses are clean.
    let sent = form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes()).count();
    if sent > viewer.address.pairs().count() {
        return see(&viewer.address.at("/"));
    }
    // What is shown stands in the address, so that it can be sent to somebody else.
    let kept = viewer.cookie(COLUMNS_COOKIE).filter(|_| viewer.address.get("columns").is_none());
    if let Some(columns) = kept {
        return see(&viewer.address.with("columns", &columns).at("/"));
    }
    let wanted = match Wanted::of(&server, &viewer.address) {
        Ok(wanted) => wanted,
        Err(problem) => return viewer.problem(&problem),
    };
    let viewer = Arc::new(viewer);
    let looked = Arc::clone(&viewer);
    let look = move |server: &Server, cancel: &Arc<_>| {
        let mut wanted = wanted;
        let running = Running::begin(server, &asker, cancel, &wanted.asked.question.query)?;
        let speech = settle(&mut wanted.asked, looked.words, &running.snapshot)?;
        let scene = Scene::new(&looked, &speech, &running);
        if wanted.asked.question.is_json {
            let text = text_of(&wanted.asked.question.typed(&speech)?);
            return Ok(Shown::Elsewhere(looked.address.asking(&text).at("/")));
        }
        page(&scene, &running, &wanted).map(Shown::Here)
    };
    match server.ask(Kind::Page, look).await {
        Ok(Shown::Here(page)) => {
            let title = viewer.address.get("q").unwrap_or(viewer.words.title);
            viewer.answer(title, Ok(page))
        }
        Ok(Shown::Elsewhere(address)) => see(&address),
        // A wrong question stays where it can be mended.
        Err(problem) if problem.status == StatusCode::BAD_REQUEST => {
            viewer.sent(problem.status, viewer.words.title, &mended(&viewer, &problem))
        }
        Err(problem) => viewer.problem(&problem),
    }
}

/// A question that is wrong, in its box.
fn mended(viewer: &Viewer, problem: &Problem) -> Markup {
    let (words, address) = (viewer.words, &viewer.address);
    let is_query = problem.code == "query";
    html! {
        (bar::search_box(words, address, is_query))
        @if is_query { (bar::wrong(words, address, problem)) }
        @else { p class="problem" role="alert" { (words.problem(problem, address)) } }
        div class="tools" { (bar::help(words, address)) }
        // Columns that were kept may be none any more.
        @if address.get("columns").is_some() { (columns::usual(words, address)) }
    }
}

/// A page, or where it is.
enum Shown {
    Here(Markup),
    Elsewhere(String),
}

fn page(scene: &Scene<'_>, running: &Running<'_>, wanted: &Wanted) -> Answer<Markup> {
    let (asked, speech, begun) = (&wanted.asked, scene.speech, Instant::now());
    // All that a page shows is one question, with one time for it.
    let left = || QUESTION_LASTS.saturating_sub(begun.elapsed());
    let parts = Parts::of(&asked.question.typed(speech)?)?;
    let select = |query: Query| -> Answer<Search<'_>> {
        let question = crate::interface::Question {
            query: text_of(&query),
            is_json: false,
            ..asked.question.clone()
        };
        let asked = Asked { question, ..asked.clone() };
        let selection = asked.selection(&running.asker.caller, speech)?;
        Ok(running.limited(speech, selection).deadline(left()))
    };
    let whole = asked.question.query(speech)?;
    let search = select(parts.joined())?;
    let found = find(wanted.page.apply(search.clone()), wanted.page.is_folded)?;
    let count = counted(search.clone())?;
    let columns = table::columns_of(scene, wanted.page.columns.as_deref())?;
    // What repeats the address in many links is left out where that is long, and counts where the
    // search alone has taken most of the time.
    let (drawn, filters) = match scene.is_long() || left() < QUESTION_LASTS / 2 {
        true => (None, Vec::new()),
        false => (histogram::histogram(&search)?, filters::filters(scene, &parts, select)?),
    };
    let selection = asked.selection(&running.asker.caller, speech)?;
    let place = running.snapshot.end_of(&selection)?;
    let words = scene.words;
    Ok(html! {
        (bar::search_box(words, scene.address, false))
        @if !scene.is_long() { (chips::chips(scene, &parts, &asked.question)) }
        (tools(scene))
        div class="columns-of-page" {
            (filters::column(scene, &filters, &parts, &asked.question))
            section class="results" aria-label=(words.results)
                data-question=(scene.question().without(&["order", "fold"]).to_query())
                data-place=(place) {
                div class="bar" {
                    p class="count" role="status" {
                        @match count {
                            Some(count) => (words.events(count)),
                            None => (words.uncounted),
                        }
                    }
                    div class="live" hidden[wanted.page.after.is_some()] {}
                    @if !scene.is_long() { (columns::menu(scene, &columns)) }
                    (menus::view(scene, wanted.page.order))
                    (menus::save(scene, &columns, &whole, wanted.page.order))
                    (menus::export(scene, &columns, count))
                }
                @if let Some(drawn) = &drawn {
                    (histogram::drawing(scene, drawn, &asked.question))
                }
                @if !found.complete { p class="problem" role="status" { (words.incomplete) } }
                @if found.events.is_empty() { (empty(scene, &parts, search, found.complete)?) }
                @else { (table::table(scene, &columns, &found.events, wanted.page.order)) }
                (pages(scene, wanted, &found))
            }
        }
    })
}

/// What helps to ask: the builder of conditions, and examples.
fn tools(scene: &Scene<'_>) -> Markup {
    let query = scene.address.only(&["q", "profile", "lang"]);
    html! {
        div class="tools" {
            details class="menu builder" {
                summary { (scene.words.builder) }
                div class="sheet" data-builder=(query.to_query()) {
                    (filters::condition_form(scene))
                }
            }
            (bar::help(scene.words, scene.address))
        }
    }
}

/// How many events match; `None` where they cannot be counted in time.
fn counted(search: Search<'_>) -> Answer<Option<u64>> {
    match search.count() {
        Ok(count) => Ok(Some(count)),
        Err(Error::Budget { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Why there are no events.
fn empty(
    scene: &Scene<'_>,
    parts: &Parts,
    search: Search<'_>,
    is_complete: bool,
) -> Answer<Markup> {
    let (words, zone) = (scene.words, scene.speech.zone);
    let accesses = Query::parse(ACCESSES)?;
    let notes = if is_complete { search.notes()? } else { Vec::new() };
    Ok(html! {
        div class="empty" role="status" {
            p { (words.nothing) }
            @if parts.iter().any(|part| *part == accesses) { p { (words.accesses_how) } }
            @if !notes.is_empty() {
                ul { @for note in &notes { li { bdi { (words.note(&note.reason, zone)) } } } }
            }
        }
    })
}

/// Links to other pages.
fn pages(scene: &Scene<'_>, wanted: &Wanted, found: &FoundPage) -> Markup {
    let words = scene.words;
    let is_newest = wanted.page.order == crate::query::Order::Newest;
    let (first, next) = match is_newest {
        true => (words.newest, words.older),
        false => (words.first_page, words.next_page),
    };
    // A cursor goes with its language and zone, whoever follows the link.
    let behind = |cursor: &str| {
        let language = scene.speech.language.as_deref().unwrap_or_default();
        let address = scene.address.with("after", cursor).with("tz", scene.speech.zone.name());
        address.with("lang", if language.is_empty() { scene.words.code } else { language }).at("/")
    };
    html! {
        nav class="pager" aria-label=(words.pager) {
            @if wanted.page.after.is_some() {
                a href=(scene.address.without(&["after"]).at("/")) { (first) }
            }
            @if let Some(next_place) = found.next {
                a rel="next" href=(behind(&next_place.to_string())) { (next) }
            }
        }
    }
}

/// `POST /columns`: keeps columns for a person, or forgets them.
pub(in crate::serve::page) async fn keep_columns(
    State(server): State<Arc<Server>>,
    form: SentForm,
) -> Response {
    if form.text("columns").len() > 2048 {
        let problem = Problem::parameter("columns", "are too many to be kept");
        return form.viewer.problem(&problem);
    }
    let response = form.back("/");
    keep(&server, response, COLUMNS_COOKIE, form.text("columns"), Some(COLUMNS_KEPT_SECONDS))
}
