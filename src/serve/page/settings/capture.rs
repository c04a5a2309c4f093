//! `/capture`: which categories are captured, in general and for single tenants.

use super::super::form::{SentForm, see};
use super::super::shell::AskingViewer;
use super::super::words::Words;
use super::speech::{category, speech_of};
use crate::interface::{CodeNames, Speech};
use crate::json::Value;
use crate::serve::api::settings::{capture_of, set_capture};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;

/// What the names of switches begin with.
const SWITCH: &str = "switch.";

/// `GET /capture`.
pub(in crate::serve::page) async fn capture(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
) -> Response {
    let (words, is_admin) = (viewer.words, viewer.is_admin());
    let look = move |server: &Server, _: &Arc<_>| {
        asker.record(server, "")?;
        let speech = speech_of(server, words)?;
        Ok(page(words, &speech, &capture_of(server, &asker.caller), is_admin))
    };
    let found = server.ask(Kind::Settings, look).await;
    viewer.answer(words.capture, found)
}

fn page(words: &Words, speech: &Speech, policy: &Value, is_admin: bool) -> Markup {
    let members = |key: &str| policy.get(key).and_then(Value::as_object).unwrap_or_default();
    let (general, tenants) = (members("capture"), members("tenants"));
    let names = CodeNames::at("category", speech);
    html! {
        h2 { (words.capture) }
        p class="quiet" { (words.capture_how) }
        @if general.is_empty() { p { (words.no_categories) } }
        @else {
            form method="post" action="/capture" {
                fieldset disabled[!is_admin] {
                    table {
                        thead { tr {
                            th scope="col" { (words.category) }
                            th scope="col" { (words.state) }
                        } }
                        tbody { @for (code, word) in general { tr {
                            th scope="row" { (category(&names, code)) }
                            td { (switch(words, &names, code, word.as_str().unwrap_or_default())) }
                        } } }
                    }
                    @if is_admin { p { button { (words.save) } } }
                }
            }
        }
        @for (tenant, switches) in tenants {
            section {
                h3 { (words.tenant) ": " bdi { (tenant) } }
                ul { @for (code, word) in switches.as_object().unwrap_or_default() {
                    li { (category(&names, code)) ": "
                        (state(words, word.as_str().unwrap_or_default())) }
                } }
            }
        }
        @if is_admin { (for_tenant(words)) }
    }
}

fn state(words: &Words, word: &str) -> &'static str {
    match word {
        "on" => words.on,
        "off" => words.off,
        _ => words.always,
    }
}

fn switch(words: &Words, names: &CodeNames, code: &str, word: &str) -> Markup {
    let label = names.of(&Value::from(code));
    html! {
        @if word == "always" { (words.always) }
        @else {
            select name=(format!("{SWITCH}{code}")) aria-label=(label.as_deref().unwrap_or(code)) {
                @for known in ["on", "off"] {
                    option value=(known) selected[known == word] { (state(words, known)) }
                }
            }
        }
    }
}

/// A switch of one tenant.
fn for_tenant(words: &Words) -> Markup {
    html! {
        form method="post" action="/capture" class="inline" {
            label { span { (words.tenant) } input name="tenant" required; }
            label { span { (words.category) } input name="category" required; }
            label { span { (words.state) }
                select name="word" {
                    @for known in ["on", "off"] { option value=(known) { (state(words, known)) } }
                }
            }
            button { (words.save) }
        }
    }
}

/// `POST /capture`: switches what is not so already; the store records it.
pub(in crate::serve::page) async fn change_capture(
    State(server): State<Arc<Server>>,
    form: SentForm,
) -> Response {
    let caller = match form.admin() {
        Ok(caller) => caller,
        Err(problem) => return form.viewer.problem(&problem),
    };
    let tenant = form.fields().get("tenant").map(str::to_owned);
    let mut switches: Vec<(String, Value)> = form
        .fields()
        .pairs()
        .filter_map(|(name, word)| Some((name.strip_prefix(SWITCH)?.to_owned(), word.into())))
        .collect();
    if let Some(category) = form.fields().get("category") {
        switches.push((category.to_owned(), form.text("word").into()));
    }
    let change = move |server: &Server| {
        let now = capture_of(server, &caller);
        let is_so = |code: &str| now.get("capture").and_then(|general| general.get(code)).cloned();
        if tenant.is_none() {
            switches.retain(|(code, word)| is_so(code).as_ref() != Some(word));
        }
        match switches.is_empty() {
            true => Ok(()),
            false => set_capture(server, tenant.as_deref(), &Value::object(switches)),
        }
    };
    match server.append(change).await {
        Ok(()) => see("/capture"),
        Err(problem) => form.viewer.problem(&problem),
    }
}
