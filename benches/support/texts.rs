//! Words and phrases to ask for.

use super::parameters::{Parameters, VARIANTS};
use annals::Result;
use annals::event::Timestamp;
use annals::query::Query;
use annals::store::Snapshot;

/// Words that many of the generated events have.
const COMMON: [&str; 8] =
    ["chrome", "mozilla", "meeting", "windows", "team", "safari", "iphone", "customer"];
/// Pairs of words that some of them have, in whatever values.
const PAIRS: [[&str; 2]; 8] = [
    ["ticket", "chrome"],
    ["customer", "windows"],
    ["meeting", "iphone"],
    ["rechnung", "safari"],
    ["facturation", "mozilla"],
    ["vaccination", "android"],
    ["budget", "linux"],
    ["yoga", "firefox"],
];
/// Phrases in values that come again and again: names of things and programs.
const NAME_PHRASES: [&str; 8] = [
    "30 minute meeting",
    "like gecko",
    "intel mac",
    "windows nt 10",
    "support hotline",
    "question de facturation",
    "cpu iphone",
    "site visit",
];
/// Phrases in remarks, each of which is written once.
const NOTE_PHRASES: [&str; 8] = [
    "auf wunsch",
    "approved by the team lead",
    "customer prefers",
    "in ticket",
    "erreur de saisie",
    "of the audit",
    "siehe rechnung",
    "follow up of",
];
const PREFIXES: [&str; 8] =
    ["rech*", "conf*", "meet*", "schm*", "fact*", "fire*", "vacc*", "appr*"];

/// Texts of ASCII in lower case. No list is empty, and all are cycled through.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Words that many events have.
    pub(crate) common: Vec<String>,
    /// Several words that some events have, in whatever values.
    pub(crate) pairs: Vec<Vec<String>>,
    /// Phrases in values that come again and again.
    pub(crate) name_phrases: Vec<String>,
    /// Phrases in values that hardly come again.
    pub(crate) remark_phrases: Vec<String>,
    /// Beginnings of words, with a `*` each.
    pub(crate) prefixes: Vec<String>,
    /// Words that few events have.
    pub(crate) rare_words: Vec<String>,
    /// Words that one event has.
    pub(crate) unique_words: Vec<String>,
}

impl Texts {
    /// Those of the generated events, which `snapshot` holds.
    pub(crate) fn generated(snapshot: &Snapshot, parameters: &Parameters) -> Result<Texts> {
        let owned = |texts: [&str; 8]| texts.map(str::to_owned).to_vec();
        Ok(Texts {
            common: owned(COMMON),
            pairs: PAIRS.map(|pair| pair.map(str::to_owned).to_vec()).to_vec(),
            name_phrases: owned(NAME_PHRASES),
            remark_phrases: owned(NOTE_PHRASES),
            prefixes: owned(PREFIXES),
            rare_words: parameters.rare_actors.iter().map(|email| surname(email)).collect(),
            unique_words: unique_words(snapshot, parameters)?,
        })
    }
}

/// The last word before the `@`: surname and number, which one person has.
fn surname(email: &str) -> String {
    let local = email.split('@').next().unwrap_or(email);
    local.rsplit('.').next().unwrap_or(local).to_owned()
}

/// Ids of requests from all over the time range.
fn unique_words(snapshot: &Snapshot, parameters: &Parameters) -> Result<Vec<String>> {
    let (first, last) = parameters.range();
    let step = (last.0 - first.0) / VARIANTS as i64;
    let mut words = Vec::new();
    for variant in 1..=VARIANTS as i64 {
        let before = Timestamp(first.0 + step * variant);
        let page = snapshot.query(&Query::all()).between(..before).limit(1).page()?;
        let value = page.events[0].event.to_value();
        let id = value.get("context").and_then(|it| it.get("request_id"));
        words.extend(id.and_then(|id| id.as_str()).map(str::to_owned));
    }
    Ok(words)
}
