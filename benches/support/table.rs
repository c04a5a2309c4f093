//! The table of questions: one row for each thing that a reader of an activity log does.

use super::parameters::{PAGE, Parameters, VARIANTS, texts};
use super::question::{Ask, Filter, Question};

/// Words that many events have.
const COMMON: [&str; 8] =
    ["chrome", "mozilla", "meeting", "windows", "team", "safari", "iphone", "customer"];
/// Pairs of words that some events have, in whatever values.
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

/// A row: its name, and the same question with different parameters.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) questions: Vec<Question>,
}

/// All rows, for the events that `parameters` were taken from.
pub(crate) fn rows(parameters: &Parameters) -> Vec<Row> {
    let mut rows = browsing(parameters);
    rows.extend(searching(parameters));
    rows.extend(counting(parameters));
    rows
}

/// A row of [`VARIANTS`] questions, all with the same `ask`.
fn row(name: &'static str, ask: Ask, filter: impl Fn(usize) -> Filter) -> Row {
    let question = |variant| Question { filter: filter(variant), ask };
    Row { name, questions: (0..VARIANTS).map(question).collect() }
}

/// Turns through a list for ever.
fn turn<T: Clone>(list: &[T], variant: usize) -> T {
    list[variant % list.len()].clone()
}

fn of_actor(email: String) -> Filter {
    Filter { actor: Some(email), ..Filter::default() }
}

fn browsing(parameters: &Parameters) -> Vec<Row> {
    let half_depths = parameters
        .half_depths
        .iter()
        .map(|depth| Question { filter: Filter::default(), ask: Ask::NewestAfter(50, *depth) });
    vec![
        row("newest 50", PAGE, |_| Filter::default()),
        row("newest 50 of a frequent actor", PAGE, |variant| {
            of_actor(turn(&parameters.frequent_actors, variant))
        }),
        row("newest 50 of a rare actor", PAGE, |variant| {
            of_actor(turn(&parameters.rare_actors, variant))
        }),
        row("newest 50, category AND activity, 7 days", PAGE, |variant| {
            let (category, activity) = turn(&parameters.activities, variant);
            Filter {
                categories: vec![category],
                activity: Some(activity),
                window: Some(parameters.window(7, variant)),
                ..Filter::default()
            }
        }),
        Row { name: "page at half depth", questions: half_depths.collect() },
        row("10,000 full records", Ask::Stream(10_000), |variant| Filter {
            window: Some(parameters.window(30, variant)),
            ..Filter::default()
        }),
    ]
}

fn searching(parameters: &Parameters) -> Vec<Row> {
    vec![
        row("rare word, newest 50", PAGE, |variant| {
            texts([&turn(&parameters.rare_words, variant)])
        }),
        row("unique id as a word", PAGE, |variant| {
            texts([&turn(&parameters.unique_words, variant)])
        }),
        row("common word, newest 50", PAGE, |variant| texts([turn(&COMMON, variant)])),
        row("two words, newest 50", PAGE, |variant| texts(turn(&PAIRS, variant))),
        row("phrase in names, newest 50", PAGE, |variant| texts([turn(&NAME_PHRASES, variant)])),
        row("phrase in remarks, newest 50", PAGE, |variant| texts([turn(&NOTE_PHRASES, variant)])),
        row("prefix, newest 50", PAGE, |variant| texts([turn(&PREFIXES, variant)])),
        row("word AND category AND actor, newest 50", PAGE, |variant| {
            let (category, _) = turn(&parameters.activities, variant / COMMON.len());
            Filter {
                categories: vec![category],
                actor: Some(turn(&parameters.frequent_actors, variant)),
                ..texts([turn(&COMMON, variant)])
            }
        }),
    ]
}

fn counting(parameters: &Parameters) -> Vec<Row> {
    let category = |place: usize| turn(&parameters.activities, place).0;
    vec![
        row("count of a common word", Ask::Count, |variant| texts([turn(&COMMON, variant)])),
        row("count of a phrase in names", Ask::Count, |variant| {
            texts([turn(&NAME_PHRASES, variant)])
        }),
        row("count of a phrase in remarks", Ask::Count, |variant| {
            texts([turn(&NOTE_PHRASES, variant)])
        }),
        row("count, 2 to 4 categories, 30 days", Ask::Count, |variant| Filter {
            categories: (0..2 + variant % 3).map(|more| category(variant + more)).collect(),
            window: Some(parameters.window(30, variant)),
            ..Filter::default()
        }),
        row("facets of category and activity, 30 days", Ask::Facets, |variant| Filter {
            window: Some(parameters.window(30, variant)),
            ..Filter::default()
        }),
    ]
}
