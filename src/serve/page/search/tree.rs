//! What the builder of conditions works with: a query as a tree, and the fields there are.

use super::super::view::{settle, text_of};
use super::super::words::PageLanguage;
use crate::interface::Speech;
use crate::json::Value;
use crate::profile::{Attribute, Operator, Profile};
use crate::query::{FieldKind, Query};
use crate::serve::api::question::{Asked, Running};
use crate::serve::api::reply;
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::problem::Answer;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use std::sync::Arc;

/// The newest events, whose fields are listed beside the known ones: those of all would take long.
const EVENTS_LOOKED_AT: u64 = 5_000;
const TEXT: [&str; 11] =
    ["eq", "ne", "in", "not_in", "text", "prefix", "contains", "suffix", "under", "regex", "has"];
const NUMBER: [&str; 9] = ["eq", "ne", "in", "gt", "gte", "lt", "lte", "range", "has"];
const FLAG: [&str; 3] = ["eq", "ne", "has"];
const TIME: [&str; 7] = ["eq", "gt", "gte", "lt", "lte", "range", "has"];

/// `GET /query/tree?q=` or `?filter=`: `{"query":JSON,"text":TEXT}`, the same query in both forms.
///
/// # Errors
/// 400 for a query that is wrong, with the place.
pub(in crate::serve::page) async fn tree(mut call: Call) -> Answer {
    let mut asked = Asked::take(&mut call.params)?;
    let print = move |server: &Server, _: &Asker, _: &Arc<_>| {
        let speech = settle(&mut asked, PageLanguage::English.words(), &server.store.snapshot())?;
        let query = asked.question.typed(&speech)?;
        let tree = Value::parse(query.to_json().as_bytes())?;
        let text = text_of(&query);
        Ok(reply::value(&Value::object([("query", tree), ("text", text.into())])))
    };
    call.ask(Kind::Page, print).await
}

/// `GET /query/fields`: `{"fields":[..]}`, each with `name`, `label`, `operators` and `values`, the
/// codes with their labels.
///
/// # Errors
/// As every question.
pub(in crate::serve::page) async fn fields(mut call: Call) -> Answer {
    let mut asked = Asked::take(&mut call.params)?;
    let list = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, "")?;
        let language = asked.speech.language.clone().unwrap_or_default();
        let words = PageLanguage::of(&language).words();
        let speech = settle(&mut asked, words, &running.snapshot)?;
        let mut found: Vec<Value> = Vec::new();
        let attributes = speech.names.profiles().flat_map(Profile::attributes);
        found.extend(attributes.map(|one| of_attribute(one, words.code, &speech)));
        let known = words.fields.iter().filter(|(path, _)| !path.ends_with("_label"));
        found.extend(known.map(|(path, label)| field(path, label, operators_of(path), Vec::new())));
        let last = running.snapshot.last_seq().unwrap_or(0);
        let newest = Query::field("seq").above(last.saturating_sub(EVENTS_LOOKED_AT).to_string());
        let newest = asked.select(newest, &asker.caller, &speech)?;
        let others = running.limited(&speech, newest).fields()?;
        let is_known = |path: &str| words.fields.iter().any(|(known, _)| *known == path);
        for other in others {
            let path = other.path.to_string();
            if !is_known(&path) && path != "raw" {
                let operators = other.kinds.first().map_or(&TEXT[..], |kind| of_kind(*kind));
                found.push(field(&path, &path, operators.to_vec(), Vec::new()));
            }
        }
        Ok(reply::value(&Value::object([("fields", Value::List(found))])))
    };
    call.ask(Kind::Fields, list).await
}

fn field(name: &str, label: &str, operators: Vec<&'static str>, values: Vec<Value>) -> Value {
    let operators = operators.into_iter().map(Value::from).collect();
    Value::object([
        ("name", Value::from(name)),
        ("label", label.into()),
        ("operators", Value::List(operators)),
        ("values", Value::List(values)),
    ])
}

/// An attribute with the values that its source documents, or with the codes of the profiles.
fn of_attribute(attribute: &Attribute, language: &str, speech: &Speech) -> Value {
    let value = |code: &str, label: Option<&str>| {
        Value::object([("code", Value::from(code)), ("label", label.unwrap_or(code).into())])
    };
    let profiles = || speech.names.profiles();
    let values: Vec<Value> = match attribute.path.to_string().as_str() {
        "category" => {
            let categories = profiles().flat_map(Profile::categories);
            categories.map(|one| value(&one.code, one.labels.shown_in(language))).collect()
        }
        "activity" => {
            let activities = profiles().flat_map(Profile::activities);
            activities.map(|one| value(&one.code, one.labels.shown_in(language))).collect()
        }
        _ => {
            let values = attribute.values.iter();
            values.map(|one| value(&one.code, one.labels.shown_in(language))).collect()
        }
    };
    let mut operators: Vec<&'static str> = Vec::new();
    for name in attribute.operators.iter().flat_map(|operator| names_of(*operator)) {
        if !operators.contains(name) {
            operators.push(name);
        }
    }
    let label = attribute.labels.shown_in(language).unwrap_or(attribute.code());
    field(attribute.code(), label, operators, values)
}

/// What an operator of a profile is called in the query as JSON.
fn names_of(operator: Operator) -> &'static [&'static str] {
    match operator {
        Operator::Is | Operator::InCidr => &["eq"],
        Operator::IsNot => &["ne"],
        Operator::In => &["in", "not_in"],
        Operator::Contains | Operator::Phrase => &["text"],
        Operator::StartsWith => &["prefix"],
        Operator::Under => &["under"],
        Operator::Before | Operator::Below => &["lt"],
        Operator::After | Operator::Above => &["gt"],
        Operator::Between => &["range"],
        Operator::Exists => &["has"],
    }
}

fn operators_of(path: &str) -> Vec<&'static str> {
    match path {
        "occurred_at" | "recorded_at" => TIME.to_vec(),
        "seq" => NUMBER.to_vec(),
        _ => TEXT.to_vec(),
    }
}

fn of_kind(kind: FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Number => &NUMBER,
        FieldKind::Boolean => &FLAG,
        _ => &TEXT,
    }
}
