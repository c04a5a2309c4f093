//! `GET /query/suggest`: what may follow where somebody types: fields by name or label, values with
//! their counts, codes by label.

use super::super::view::settle;
use super::super::words::{PageLanguage, Words};
use super::parts::{FilterField, list_of, literal_of};
use super::typed::{Typed, typed};
use crate::Error;
use crate::event::schema::field_paths;
use crate::interface::{CodeNames, Speech};
use crate::json::Value;
use crate::profile::Profile;
use crate::query::{Query, Search};
use crate::serve::api::question::{Asked, Running};
use crate::serve::api::reply;
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use crate::text::fold;
use std::sync::Arc;
use std::time::Duration;

/// The most offers.
const OFFERS_MAX: usize = 10;
/// What an offer of values waits for.
const VALUES_LAST: Duration = Duration::from_millis(700);
/// Values of which the counts are looked up for codes that a label meets.
const CODES_MAX: usize = 1_000;

/// Something that may stand there.
struct Offer {
    text: String,
    label: Option<String>,
    count: Option<u64>,
}

/// `GET /query/suggest?q=&at=`: `{"from":..,"to":..,"offers":[{"text","label","count"}]}`; an offer
/// takes the place from `from` to `to`. Places count UTF-16 code units, as browsers do.
///
/// # Errors
/// As every question.
pub(in crate::serve::page) async fn suggest(mut call: Call) -> Answer {
    let at = call.params.number("at", 0..=usize::MAX)?;
    let text = call.params.text("q").unwrap_or_default();
    let mut asked = Asked::take(&mut call.params)?;
    let offer = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let units: Vec<u16> = text.encode_utf16().take(at.unwrap_or(usize::MAX)).collect();
        let before = String::from_utf16_lossy(&units);
        let typed = typed(&before);
        let begin = before[..typed.start].encode_utf16().count();
        let running = Running::begin(server, asker, cancel, "")?;
        let words = PageLanguage::of(asked.speech.language.as_deref().unwrap_or_default()).words();
        let speech = settle(&mut asked, words, &running.snapshot)?;
        let offers = match &typed.field {
            None if !typed.within.is_empty() => members(&typed, &speech, words),
            Some(field) => {
                let all = asked.select(Query::all(), &asker.caller, &speech)?;
                let search = running.limited(&speech, all).deadline(VALUES_LAST);
                values(search, field, &typed, &speech, words)?
            }
            None => names(&typed.text, &speech, words),
        };
        let offers = offers.into_iter().take(OFFERS_MAX).map(|offer| {
            let Offer { text, label, count } = offer;
            let members = [("text", Some(Value::from(text))), ("label", label.map(Value::from))];
            let members = members.into_iter().chain([("count", count.map(Value::from))]);
            Value::object(members.filter_map(|(key, value)| Some((key, value?))))
        });
        let place = [("from", Value::from(begin as u64)), ("to", (units.len() as u64).into())];
        let offers = [("offers", Value::List(offers.collect()))];
        Ok(reply::value(&Value::object(place.into_iter().chain(offers))))
    };
    call.ask(Kind::Values, offer).await
}

/// Values of a field: those that begin so, the most frequent first, and codes whose label has it.
fn values(
    search: Search<'_>,
    field: &str,
    typed: &Typed,
    speech: &Speech,
    words: &Words,
) -> Answer<Vec<Offer>> {
    let Some(field) = FilterField::read_within(&typed.within, field, speech) else {
        return Ok(Vec::new());
    };
    let counted =
        |prefix: &str, limit: usize| match search.clone().values(&field.name, prefix, limit) {
            Ok(values) => Ok(values),
            Err(Error::Budget { .. } | Error::Invalid { .. }) => Ok(Vec::new()),
            Err(error) => Err(Problem::from(error)),
        };
    let codes = CodeNames::at(&field.name, speech);
    let mut offers: Vec<Offer> = Vec::new();
    for found in counted(&typed.text, OFFERS_MAX)? {
        let (text, label) = (literal_of(&found.value).to_string(), codes.of(&found.value));
        offers.push(Offer { text, label, count: Some(found.count) });
    }
    let wanted = fold(&typed.text);
    let labelled: Vec<(String, String)> = coded(&field.name, speech, words)
        .into_iter()
        .filter(|(_, label)| has(label, &wanted))
        .collect();
    if labelled.is_empty() {
        return Ok(offers);
    }
    let counts = counted("", CODES_MAX)?;
    for (code, label) in labelled {
        let value = Value::from(code.as_str());
        let text = literal_of(&value).to_string();
        if offers.iter().any(|offer| offer.text == text) {
            continue;
        }
        let count = counts.iter().find(|found| found.value == value).map(|found| found.count);
        offers.push(Offer { text, label: Some(label), count: Some(count.unwrap_or(0)) });
    }
    offers.sort_by_key(|offer| std::cmp::Reverse(offer.count));
    Ok(offers)
}

/// The codes of a field with their labels.
fn coded(path: &str, speech: &Speech, words: &Words) -> Vec<(String, String)> {
    let profiles = || speech.names.profiles();
    let shown = |code: &str, label: Option<&str>| Some((code.to_owned(), label?.to_owned()));
    match path {
        "category" => profiles()
            .flat_map(Profile::categories)
            .filter_map(|one| shown(&one.code, one.labels.shown_in(words.code)))
            .collect(),
        "activity" => profiles()
            .flat_map(Profile::activities)
            .filter_map(|one| shown(&one.code, one.labels.shown_in(words.code)))
            .collect(),
        _ => profiles()
            .flat_map(Profile::attributes)
            .filter(|one| one.path.to_string() == path)
            .flat_map(|one| &one.values)
            .filter_map(|one| shown(&one.code, one.labels.shown_in(words.code)))
            .collect(),
    }
}

/// Fields whose name or label has the text, those that begin with it first; then codes.
fn names(text: &str, speech: &Speech, words: &Words) -> Vec<Offer> {
    let wanted = fold(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let attributes = speech.names.profiles().flat_map(Profile::attributes);
    let mut fields: Vec<(String, String)> = attributes
        .map(|one| (one.code(), one.labels.shown_in(words.code).unwrap_or(one.code())))
        .chain(words.fields.iter().copied())
        .map(|(name, label)| (name.to_owned(), label.to_owned()))
        .collect();
    fields.retain(|(name, label)| has(name, &wanted) || has(label, &wanted));
    fields.sort_by_key(|(name, label)| {
        !(fold(name).starts_with(&*wanted) || fold(label).starts_with(&*wanted))
    });
    let mut seen = Vec::new();
    fields.retain(|(name, _)| {
        !seen.contains(name) && {
            seen.push(name.clone());
            true
        }
    });
    let offer = |(name, label): (String, String)| Offer {
        text: format!("{name}="),
        label: Some(label),
        count: None,
    };
    let mut offers: Vec<Offer> = fields.into_iter().map(offer).take(OFFERS_MAX - 4).collect();
    for path in ["category", "activity"] {
        let met = coded(path, speech, words).into_iter().filter(|(_, label)| has(label, &wanted));
        for (code, label) in met {
            let text = format!("{path}={}", literal_of(&Value::from(code)));
            offers.push(Offer { text, label: Some(label), count: None });
        }
    }
    offers
}

/// The members of the objects of the brackets around whose name or label has the text.
fn members(typed: &Typed, speech: &Speech, words: &Words) -> Vec<Offer> {
    let Some(list) = list_of(&typed.within, speech) else {
        return Vec::new();
    };
    let attributes = || speech.names.profiles().flat_map(Profile::attributes);
    let own = attributes().map(|one| one.path.to_string());
    let mut paths: Vec<String> = Vec::new();
    for path in field_paths().into_iter().chain(own) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let is_object = |path: &str| paths.iter().any(|other| is_below(other, path));
    let wanted = fold(&typed.text);
    let offer = |path: &String| {
        let name = path.strip_prefix(&list)?.strip_prefix('.')?;
        let known = words.fields.iter().find(|(known, _)| known == path);
        let label = || attributes().find(|one| one.path.to_string() == *path);
        let label = match known {
            Some((_, label)) => *label,
            None => label().and_then(|one| one.labels.shown_in(words.code)).unwrap_or(name),
        };
        let is_met = wanted.is_empty() || has(name, &wanted) || has(label, &wanted);
        (is_met && !is_object(path)).then(|| Offer {
            text: format!("{name}="),
            label: Some(label.to_owned()),
            count: None,
        })
    };
    let mut offers: Vec<Offer> = paths.iter().filter_map(offer).collect();
    offers.sort_by_key(|offer| !offer.text.starts_with(&*wanted));
    offers
}

/// Whether a path leads on from another.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether a word of a text begins so.
fn has(text: &str, wanted: &str) -> bool {
    let folded = fold(text);
    folded.starts_with(wanted)
        || folded.match_indices(wanted).any(|(at, _)| {
            folded[..at].chars().next_back().is_some_and(|before| !before.is_alphanumeric())
        })
}
