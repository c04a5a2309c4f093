//! Chips for what is set: each can be taken out, turned round and edited.

use super::super::links::{act, hidden};
use super::super::view::Scene;
use super::parts::Parts;
use crate::interface::Question;
use crate::json::Value;
use crate::query::{Expr, FieldTest, Literal, Query, Term};
use maud::{Markup, html};

/// What a chip says: a field, if it is about one, and what of it.
struct Said {
    is_not: bool,
    field: Option<String>,
    text: String,
}

/// The chips of a question.
pub(super) fn chips(scene: &Scene<'_>, parts: &Parts, question: &Question) -> Markup {
    let words = scene.words;
    let times = [
        ("from", words.from, &question.from),
        ("to", words.before_time, &question.to),
        ("since", words.last, &question.since),
    ];
    let has_times = times.iter().any(|(_, _, value)| value.is_some());
    if parts.iter().next().is_none() && !has_times {
        return html! {};
    }
    let nothing = scene.address.asking("").without(&["from", "to", "since"]).at("/");
    html! {
        ul class="chips" aria-label=(words.set_conditions) {
            @for (index, part) in parts.iter().enumerate() { (chip(scene, parts, index, part)) }
            @for (name, label, value) in times {
                @if let Some(value) = value {
                    li class="chip time" {
                        span { (label) " " bdi { (words.length(value)) } }
                        @let rest = scene.address.without(&[name, "after"]);
                        (act(&rest.at("/"), words.remove, value, "×"))
                    }
                }
            }
            li { a class="quiet" href=(nothing) { (words.clear_all) } }
        }
    }
}

fn chip(scene: &Scene<'_>, parts: &Parts, index: usize, part: &Query) -> Markup {
    let words = scene.words;
    let text = part.to_string();
    let said = said(scene, part.root());
    let (turn, sign) = if said.is_not { (words.include, "+") } else { (words.exclude, "−") };
    html! {
        li class="chip" data-part=(text) {
            details class="edit" {
                summary title=(text) {
                    span class="hidden" { (words.edit) ": " }
                    @if said.is_not { em { (words.not_word) } " " }
                    @if let Some(field) = said.field { span class="field" { (field) ": " } }
                    bdi { (said.text) }
                }
                form method="get" action="/query" {
                    (hidden(&scene.address.without(&["after"])))
                    input type="hidden" name="part" value=(index);
                    label { span { (words.condition) }
                        input name="text" value=(text) autocomplete="off" spellcheck="false"
                            data-suggest; }
                    button { (words.apply) }
                }
            }
            (act(&scene.asking(&parts.negated(index)), turn, &text, sign))
            (act(&scene.asking(&parts.without(index)), words.remove, &text, "×"))
        }
    }
}

fn said(scene: &Scene<'_>, part: &Expr) -> Said {
    match part {
        Expr::Not(inner) => {
            let inner = said(scene, inner);
            Said { is_not: !inner.is_not, ..inner }
        }
        Expr::Term(Term::Field { path, test }) => {
            let name = path.to_string();
            let field = Some(scene.label(&name));
            let values = |values: &[Literal]| {
                let names = scene.names_at(&name);
                let shown = values.iter().map(|value| names.shown(&Value::from(value.text())));
                shown.collect::<Vec<_>>().join(", ")
            };
            match test {
                FieldTest::Equals(literals) => {
                    Said { is_not: false, field, text: values(literals) }
                }
                FieldTest::Differs(literals) => {
                    Said { is_not: true, field, text: values(literals) }
                }
                FieldTest::Has => Said { is_not: false, field, text: "*".to_owned() },
                _ => {
                    let whole = part.to_string();
                    let test = whole.strip_prefix(&name).unwrap_or(&whole).trim_start_matches(':');
                    Said { is_not: false, field, text: test.to_owned() }
                }
            }
        }
        other => Said { is_not: false, field: None, text: other.to_string() },
    }
}
