//! `/searches`: searches that somebody keeps: own ones, those that others share, and the ones that
//! were opened last.

use super::form::{SentForm, keep, see};
use super::shell::{AskingViewer, Viewer};
use super::view::shown_instant;
use super::words::Words;
use crate::event::Timestamp;
use crate::export::instant_in;
use crate::query::Order;
use crate::serve::api::{change_search, copy_search, create_search};
use crate::serve::auth::role::Caller;
use crate::serve::door::asker::Asker;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::searches::{SavedSearch, SearchContent};
use crate::serve::state::server::Server;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;

/// The cookie with the searches that were opened last.
const RECENT_COOKIE: &str = "annals_recent";
const RECENT_MAX: usize = 5;
const RECENT_KEPT_SECONDS: u64 = 365 * 86_400;
/// What the names of tick boxes begin with.
const TICK: &str = "tick.";

/// `GET /searches`.
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
) -> Response {
    listed(&server, viewer, asker.caller, Vec::new()).await
}

/// The list; above it the names of those that could not be deleted.
async fn listed(
    server: &Arc<Server>,
    viewer: Viewer,
    caller: Caller,
    left: Vec<String>,
) -> Response {
    let asking = caller.clone();
    let find = move |server: &Server, _: &Arc<_>| Ok(server.searches.list(&asking)?);
    let page = server.ask(Kind::Settings, find).await.map(|found| {
        let recent = viewer.cookie(RECENT_COOKIE).unwrap_or_default();
        let recent: Vec<&SavedSearch> = recent
            .split(' ')
            .filter_map(|id| found.iter().find(|search| search.id == id))
            .collect();
        let list = List { viewer: &viewer, caller: &caller, server };
        list.page(&found, &recent, &left)
    });
    viewer.answer(viewer.words.searches, page)
}

/// What the list is shown by.
struct List<'l> {
    viewer: &'l Viewer,
    caller: &'l Caller,
    server: &'l Server,
}

impl List<'_> {
    fn page(&self, found: &[SavedSearch], recent: &[&SavedSearch], left: &[String]) -> Markup {
        let words = self.viewer.words;
        let (own, others): (Vec<&SavedSearch>, Vec<&SavedSearch>) =
            found.iter().partition(|search| search.is_of(self.caller));
        html! {
            h2 { (words.searches) }
            @if !left.is_empty() {
                p class="problem" role="alert" {
                    (words.not_deleted) ": " bdi { (left.join(", ")) }
                }
            }
            @if !recent.is_empty() {
                nav class="quick" aria-label=(words.quick_access) {
                    h3 { (words.quick_access) }
                    ul { @for search in recent { li { (self.link(search)) } } }
                }
            }
            @if found.is_empty() { p { (words.no_searches) } }
            @else {
                form id="ticked" method="post" action="/searches/delete" {}
                @if !own.is_empty() { section { h3 { (words.own_searches) } (self.table(&own)) } }
                @if !others.is_empty() {
                    section { h3 { (words.other_searches) } (self.table(&others)) }
                }
                @if found.iter().any(|search| search.is_changed_by(self.caller)) {
                    p { button form="ticked" { (words.delete_ticked) } }
                }
            }
        }
    }

    fn link(&self, search: &SavedSearch) -> Markup {
        let place = self.viewer.address.speech().at(&format!("/searches/{}", search.id));
        html! { a href=(place) { bdi { (search.content.name) } } }
    }

    fn table(&self, searches: &[&SavedSearch]) -> Markup {
        let words = self.viewer.words;
        html! {
            div class="scroll" tabindex="0" role="region" aria-label=(words.searches) { table {
                thead { tr {
                    th scope="col" { span class="hidden" { (words.choose) } }
                    th scope="col" { (words.name) }
                    th scope="col" { (words.query_text) }
                    th scope="col" { (words.owner) }
                    th scope="col" { (words.changed_at) }
                    th scope="col" { span class="hidden" { (words.edit) } }
                } }
                tbody { @for search in searches { (self.row(search)) } }
            } }
        }
    }

    fn row(&self, search: &SavedSearch) -> Markup {
        let (words, content) = (self.viewer.words, &search.content);
        let zone = self.server.options.zone;
        let changed = search.changed_at.parse().map(|at: Timestamp| instant_in(at, zone));
        let is_own = search.is_changed_by(self.caller);
        html! {
            tr {
                td {
                    @if is_own {
                        input type="checkbox" form="ticked" value="1"
                            name=(format!("{TICK}{}", search.id))
                            aria-label=(format!("{}: {}", words.choose, content.name));
                    }
                }
                td {
                    (self.link(search))
                    @if content.shared { " " span class="mark" { (words.shared_mark) } }
                    @if !content.description.is_empty() {
                        div class="quiet" { bdi { (content.description) } }
                    }
                }
                td { code { bdi { (content.query) } } }
                td { bdi { (search.owner) } }
                td class="time" { (shown_instant(&changed.unwrap_or_default())) }
                td class="acts" {
                    form method="post" action=(format!("/searches/{}/copy", search.id)) {
                        button class="plain"
                            aria-label=(format!("{}: {}", words.copy, content.name))
                            { (words.copy) }
                    }
                    @if is_own { (edit(words, search)) }
                }
            }
        }
    }
}

/// Changing or deleting one.
fn edit(words: &Words, search: &SavedSearch) -> Markup {
    let content = &search.content;
    html! {
        details class="menu" {
            summary aria-label=(format!("{}: {}", words.edit, content.name)) { (words.edit) }
            form class="sheet stacked" method="post" action=(format!("/searches/{}", search.id)) {
                label { span { (words.name) }
                    input name="name" required maxlength="200" value=(content.name); }
                label { span { (words.description) }
                    input name="description" maxlength="2000" value=(content.description); }
                label { span { (words.query_text) } input name="query" value=(content.query); }
                label { span { (words.columns) } input name="columns" value=(columns_of(content)); }
                label { span { (words.zone) }
                    input name="zone" value=(content.zone.as_deref().unwrap_or_default()); }
                label { span { (words.order) }
                    select name="order" {
                        @for (order, name, label) in words.orders() {
                            @let is_usual = order == Order::Newest;
                            @let is_kept = content.order.as_deref() == Some(name);
                            option value=(if is_usual { "" } else { name }) selected[is_kept]
                                { (label) }
                        }
                    }
                }
                label class="check" {
                    input type="checkbox" name="shared" value="true" checked[content.shared];
                    span { (words.shared) }
                }
                button { (words.save) }
                button class="plain" formnovalidate
                    formaction=(format!("/searches/{}/delete", search.id)) { (words.delete) }
            }
        }
    }
}

/// Its columns as a list.
fn columns_of(content: &SearchContent) -> String {
    match &content.columns {
        serde_json::Value::String(list) => list.clone(),
        serde_json::Value::Array(columns) => {
            let columns: Vec<&str> = columns.iter().filter_map(|one| one.as_str()).collect();
            columns.join(",")
        }
        _ => String::new(),
    }
}

/// `GET /searches/{id}`: opens one, which heads the quick access from then on.
pub(super) async fn open(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
    Path(id): Path<String>,
) -> Response {
    let wanted = id.clone();
    let find = move |server: &Server, _: &Arc<_>| {
        let found = server.searches.get(&wanted, &asker.caller)?;
        found.ok_or_else(|| Problem::missing(format!("there is no search {wanted}")))
    };
    match server.ask(Kind::Settings, find).await {
        Ok(search) => {
            let content = &search.content;
            let zone = content.zone.as_deref().unwrap_or_default();
            let address = viewer.address.speech().with("q", &content.query);
            let address = match zone {
                "" => address,
                zone => address.with("tz", zone),
            };
            let address = address.with("columns", &columns_of(content));
            let address = address.with("order", content.order.as_deref().unwrap_or_default());
            let known = viewer.cookie(RECENT_COOKIE).unwrap_or_default();
            let others = known.split(' ').filter(|other| *other != id && !other.is_empty());
            let recent: Vec<&str> = std::iter::once(id.as_str()).chain(others).collect();
            let recent = recent[..recent.len().min(RECENT_MAX)].join(" ");
            let response = see(&address.at("/"));
            keep(&server, response, RECENT_COOKIE, &recent, Some(RECENT_KEPT_SECONDS))
        }
        Err(problem) => viewer.problem(&problem),
    }
}

fn content_of(form: &SentForm) -> SearchContent {
    let text = |name: &str| form.text(name).to_owned();
    SearchContent {
        name: text("name"),
        description: text("description"),
        query: text("query"),
        columns: serde_json::Value::String(text("columns")),
        zone: Some(text("zone")).filter(|zone| !zone.is_empty()),
        order: Some(text("order")).filter(|order| !order.is_empty()),
        shared: form.text("shared") == "true",
    }
}

/// Runs a change that a form asks for, then goes to the list.
async fn changed(
    server: &Arc<Server>,
    form: SentForm,
    change: impl FnOnce(&Server, &Asker, SearchContent) -> Answer<()> + Send + 'static,
) -> Response {
    let (asker, content) = (form.asker(), content_of(&form));
    let done = async {
        let asker = asker?;
        server.append(move |server| change(server, &asker, content)).await
    };
    match done.await {
        Ok(()) => see("/searches"),
        Err(problem) => form.viewer.problem(&problem),
    }
}

/// `POST /searches`: keeps a new one.
pub(super) async fn create(State(server): State<Arc<Server>>, form: SentForm) -> Response {
    let create = |server: &Server, asker: &Asker, content| {
        create_search(server, content, &asker.caller).map(drop)
    };
    changed(&server, form, create).await
}

/// `POST /searches/{id}`: changes one.
pub(super) async fn change(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    form: SentForm,
) -> Response {
    let change = move |server: &Server, asker: &Asker, content| {
        change_search(server, &id, Some(content), &asker.caller).map(drop)
    };
    changed(&server, form, change).await
}

/// `POST /searches/{id}/copy`.
pub(super) async fn copy(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    form: SentForm,
) -> Response {
    let copy =
        move |server: &Server, asker: &Asker, _| copy_search(server, &id, &asker.caller).map(drop);
    changed(&server, form, copy).await
}

/// `POST /searches/{id}/delete`.
pub(super) async fn delete_one(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    form: SentForm,
) -> Response {
    let delete = move |server: &Server, asker: &Asker, _| {
        change_search(server, &id, None, &asker.caller).map(drop)
    };
    changed(&server, form, delete).await
}

/// `POST /searches/delete`: deletes the ticked ones that are the caller's own, and names the rest.
pub(super) async fn delete(State(server): State<Arc<Server>>, form: SentForm) -> Response {
    let ticked = form.fields().pairs().filter_map(|(name, _)| name.strip_prefix(TICK));
    let ticked: Vec<String> = ticked.map(str::to_owned).collect();
    let caller = match form.asker() {
        Ok(asker) => asker.caller,
        Err(problem) => return form.viewer.problem(&problem),
    };
    let deleting = caller.clone();
    match server.append(move |server| delete_own(server, &ticked, &deleting)).await {
        Ok(left) if left.is_empty() => see("/searches"),
        Ok(left) => listed(&server, form.viewer, caller, left).await,
        Err(problem) => form.viewer.problem(&problem),
    }
}

/// Deletes what may be deleted; gives the names of the rest.
fn delete_own(server: &Server, ids: &[String], caller: &Caller) -> Answer<Vec<String>> {
    let mut left = Vec::new();
    for id in ids {
        let Some(found) = server.searches.get(id, caller)? else { continue };
        match found.is_of(caller) {
            true => drop(change_search(server, id, None, caller)?),
            false => left.push(found.content.name),
        }
    }
    Ok(left)
}
