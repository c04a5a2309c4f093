//! `/retention`: how long events are kept and shown, and what would go by other rules.

use super::super::form::{SentForm, see};
use super::super::shell::AskingViewer;
use super::super::words::Words;
use crate::serve::api::settings::{retention_of, set_retention};
use crate::serve::http::problem::Answer;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use crate::store::{ChangeReport, Class, DEFAULT_CLASS, Keep, Retention, Rule};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;

/// Lines that a form has at most.
const LINES_MAX: usize = 500;

/// `GET /retention`.
pub(in crate::serve::page) async fn retention(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
) -> Response {
    let is_admin = viewer.is_admin();
    let look = move |server: &Server, _: &Arc<_>| {
        asker.record(server, "")?;
        let rules = retention_of(server, &asker.caller);
        let report = match is_admin {
            true => Some(server.store.retain_dry_run(None)?),
            false => None,
        };
        Ok((rules, report))
    };
    let words = viewer.words;
    let found = server.ask(Kind::Settings, look).await.map(|(rules, report)| {
        let told = report.map(|report| told(words, words.would_go_now, &report));
        let saved = viewer.address.get("saved").map(|_| words.saved_mark.to_owned());
        page(words, &rules, saved.or(told).as_deref(), is_admin)
    });
    viewer.answer(words.retention, found)
}

/// What goes, in a sentence.
fn told(words: &Words, sentence: &str, report: &ChangeReport) -> String {
    let left = report.left.unwrap_or_default();
    let gone = words.events(report.events_removed + left.events_in_slack);
    sentence.replacen("{}", &gone, 1).replacen("{}", &words.events(left.events_hidden), 1)
}

fn page(words: &Words, rules: &Retention, told: Option<&str>, is_admin: bool) -> Markup {
    html! {
        h2 { (words.retention) }
        @if let Some(told) = told { p class="notice" role="status" { (told) } }
        form method="post" action="/retention" class="stacked" {
            fieldset disabled[!is_admin] {
                div class="scroll" tabindex="0" role="region" aria-label=(words.retention) {
                    (classes(words, rules, is_admin))
                }
                h3 { (words.rules) }
                div class="scroll" tabindex="0" role="region" aria-label=(words.rules) {
                    (lines(words, rules, is_admin))
                }
                @if is_admin {
                    p class="quiet" { (words.lengths_hint) }
                    p class="bar" {
                        button name="do" value="try" { (words.try_out) }
                        button class="first" name="do" value="save" { (words.save) }
                    }
                }
            }
        }
    }
}

fn input(name: &str, index: usize, label: &str, value: &str) -> Markup {
    html! {
        td { input name=(format!("{name}.{index}")) value=(value)
            aria-label=(format!("{label} {}", index + 1)); }
    }
}

fn classes(words: &Words, rules: &Retention, is_admin: bool) -> Markup {
    let line = |index: usize, class: Option<&Class>| {
        let name = class.map_or("", |class| &class.name);
        let kept = class.map(|class| words.kept(&class.kept_for.to_string()));
        let visible = class.map(|class| words.kept(&class.visible_for.to_string()));
        let (kept, visible) = (kept.unwrap_or_default(), visible.unwrap_or_default());
        html! {
            tr {
                @if name == DEFAULT_CLASS {
                    td { (name) input type="hidden" name=(format!("class.{index}")) value=(name); }
                } @else {
                    @let label = if class.is_some() { words.class } else { words.new_class };
                    (input("class", index, label, name))
                }
                (input("kept", index, words.kept_for, &kept))
                (input("visible", index, words.visible_for, &visible))
            }
        }
    };
    html! {
        table {
            thead { tr {
                th scope="col" { (words.class) }
                th scope="col" { (words.kept_for) }
                th scope="col" { (words.visible_for) }
            } }
            tbody {
                @for (index, class) in rules.classes.iter().enumerate() {
                    (line(index, Some(class)))
                }
                @if is_admin { (line(rules.classes.len(), None)) }
            }
        }
    }
}

fn lines(words: &Words, rules: &Retention, is_admin: bool) -> Markup {
    let heads = [words.class, words.tenant, words.source, words.category, words.activity];
    let line = |index: usize, rule: &Rule, label: &str| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        html! {
            tr {
                (input("rule", index, label, &rule.class))
                (input("tenant", index, words.tenant, &text(&rule.tenant)))
                (input("source", index, words.source, &text(&rule.data_source)))
                (input("category", index, words.category, &text(&rule.category)))
                (input("activity", index, words.activity, &text(&rule.activity)))
            }
        }
    };
    html! {
        table {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for (index, rule) in rules.rules.iter().enumerate() {
                    (line(index, rule, words.class))
                }
                @if is_admin { (line(rules.rules.len(), &Rule::default(), words.new_rule)) }
            }
        }
    }
}

/// `POST /retention`: replaces the rules, or says what would go by them.
pub(in crate::serve::page) async fn change_retention(
    State(server): State<Arc<Server>>,
    form: SentForm,
) -> Response {
    let words = form.viewer.words;
    let wanted = form.admin().and_then(|caller| Ok((caller, read(&form)?)));
    let (caller, rules) = match wanted {
        Ok(wanted) => wanted,
        Err(problem) => return form.viewer.problem(&problem),
    };
    if form.text("do") == "try" {
        let wanted = rules.clone();
        let look =
            move |server: &Server, _: &Arc<_>| Ok(server.store.retain_dry_run(Some(wanted))?);
        let report = server.ask(Kind::Settings, look).await;
        let page = report
            .map(|report| page(words, &rules, Some(&told(words, words.would_go, &report)), true));
        return form.viewer.answer(words.retention, page);
    }
    let change = move |server: &Server| set_retention(server, &caller, rules);
    match server.append(change).await {
        Ok(()) => see("/retention?saved=1"),
        Err(problem) => form.viewer.problem(&problem),
    }
}

/// The rules that a form holds; lines without a name are left out.
fn read(form: &SentForm) -> Answer<Retention> {
    let mut rules = Retention { classes: Vec::new(), rules: Vec::new() };
    for index in 0..LINES_MAX {
        let text = |name: &str| form.text(&format!("{name}.{index}")).trim().to_owned();
        let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
        if let Some(name) = some("class") {
            let length = |text: String| form.viewer.words.read_kept(&text).parse::<Keep>();
            let visible_for = some("visible").map_or(Ok(Keep::Forever), length)?;
            rules.classes.push(Class { name, kept_for: length(text("kept"))?, visible_for });
        }
        if let Some(class) = some("rule") {
            rules.rules.push(Rule {
                class,
                tenant: some("tenant"),
                data_source: some("source"),
                category: some("category"),
                activity: some("activity"),
            });
        }
    }
    Ok(rules)
}
