//! The table of questions: one row for each thing that a reader of an activity log does.

use super::parameters::{PAGE, Parameters, VARIANTS};
use super::question::{ActorIs, Ask, Filter, Question};
use super::texts::Texts;

/// A row: its name, and the same question with different parameters.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) questions: Vec<Question>,
}

/// All rows, for the events that `parameters` and `texts` were taken from.
pub(crate) fn rows(parameters: &Parameters, texts: &Texts) -> Vec<Row> {
    let mut rows = browsing(parameters);
    rows.extend(searching(parameters, texts));
    rows.extend(counting(parameters, texts));
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

fn of_actor(parameters: &Parameters, value: String) -> Filter {
    let actor = ActorIs { path: parameters.actor_path, value };
    Filter { actor: Some(actor), ..Filter::default() }
}

/// A filter by one text of a list.
fn one_of(texts: &[String], variant: usize) -> Filter {
    Filter { texts: vec![turn(texts, variant)], ..Filter::default() }
}

fn browsing(parameters: &Parameters) -> Vec<Row> {
    let half_depths = parameters
        .half_depths
        .iter()
        .map(|depth| Question { filter: Filter::default(), ask: Ask::NewestAfter(50, *depth) });
    vec![
        row("newest 50", PAGE, |_| Filter::default()),
        row("newest 50 of a frequent actor", PAGE, |variant| {
            of_actor(parameters, turn(&parameters.frequent_actors, variant))
        }),
        row("newest 50 of a rare actor", PAGE, |variant| {
            of_actor(parameters, turn(&parameters.rare_actors, variant))
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

fn searching(parameters: &Parameters, texts: &Texts) -> Vec<Row> {
    let page = |name, list| row(name, PAGE, move |variant| one_of(list, variant));
    vec![
        page("rare word, newest 50", &texts.rare_words),
        page("unique id as a word", &texts.unique_words),
        page("common word, newest 50", &texts.common),
        row("two words, newest 50", PAGE, |variant| Filter {
            texts: turn(&texts.pairs, variant),
            ..Filter::default()
        }),
        page("phrase in names, newest 50", &texts.name_phrases),
        page("phrase in remarks, newest 50", &texts.remark_phrases),
        page("prefix, newest 50", &texts.prefixes),
        row("word AND category AND actor, newest 50", PAGE, |variant| {
            let (category, _) = turn(&parameters.activities, variant / texts.common.len());
            let actor = turn(&parameters.frequent_actors, variant);
            Filter {
                categories: vec![category],
                actor: of_actor(parameters, actor).actor,
                ..one_of(&texts.common, variant)
            }
        }),
    ]
}

fn counting(parameters: &Parameters, texts: &Texts) -> Vec<Row> {
    let category = |place: usize| turn(&parameters.activities, place).0;
    let count = |name, list| row(name, Ask::Count, move |variant| one_of(list, variant));
    vec![
        count("count of a common word", &texts.common),
        count("count of a phrase in names", &texts.name_phrases),
        count("count of a phrase in remarks", &texts.remark_phrases),
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
