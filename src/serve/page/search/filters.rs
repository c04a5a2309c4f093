//! Filters: the values of some fields with their counts, several of each to choose.

use super::super::address::Address;
use super::super::links::hidden;
use super::super::view::{Scene, plain};
use super::parts::{FilterField, Parts, literal_of};
use crate::interface::Question;
use crate::json::Value;
use crate::profile::Kind;
use crate::query::{FacetCount, Literal, Query, Search};
use crate::serve::http::problem::{Answer, Problem};
use crate::{Error, Limit};
use maud::{Markup, html};
use std::time::{Duration, Instant};

/// Fields where no profile says which.
const USUAL: [&str; 5] = ["category", "activity", "actor.email", "operation", "outcome"];
/// The most fields.
const FIELDS_MAX: usize = 8;
/// Values of a field, and how many of them are seen at once.
const VALUES_MAX: usize = 30;
const VALUES_SHOWN: usize = 7;
/// What an investigation asks for first: who, from where, on what; and the operator by which a
/// value that is typed is meant. Shown where the profile lists no such field and the data has it.
const INVESTIGATED: [(&str, &str); 4] = [
    ("actor.email", "text"),
    ("context.ip", "eq"),
    ("targets.name", "text"),
    ("targets.email", "text"),
];
/// Fields that say who acted: one of them is enough.
const ACTORS: [&str; 3] = ["actor.email", "actor.display_name", "actor.id"];
/// What the page waits for the counts of these, which have as many values as there are people and
/// things; it can be typed without them.
const INVESTIGATED_LASTS: Duration = Duration::from_millis(40);
/// What the page waits for the counts of all fields at once, then for those of one.
const COUNTS_LAST: Duration = Duration::from_secs(1);
const COUNT_LASTS: Duration = Duration::from_millis(300);
/// Lengths of time up to now.
const LENGTHS: [&str; 5] = ["1h", "24h", "7d", "30d", "1y"];

/// A field with its values; `None` where they are too many to count in time.
pub(super) struct Filter {
    field: FilterField,
    label: String,
    values: Option<Vec<FacetCount>>,
    /// The operator by which a value can be typed, where many are not listed.
    typed_by: Option<&'static str>,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.values.as_ref().is_some_and(Vec::is_empty)
    }
}

/// The filters of a question. A field whose values are set is counted without them, so that others
/// can be added; the others are counted within the whole question.
///
/// # Errors
/// As the search.
pub(super) fn filters<'s>(
    scene: &Scene<'_>,
    parts: &Parts,
    search: impl Fn(Query) -> Answer<Search<'s>>,
) -> Answer<Vec<Filter>> {
    let fields = fields(scene);
    let (set, others): (Vec<_>, Vec<_>) =
        fields.iter().partition(|field| parts.listing(&field.path).is_some());
    let count = |query: Query, fields: &[&FilterField], lasts: Duration| {
        let paths: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        Ok::<_, Problem>(search(query)?.deadline(lasts).facets(&paths, VALUES_MAX))
    };
    let mut counted: Vec<(&FilterField, Option<Vec<FacetCount>>)> = Vec::new();
    let mut alone: Vec<(&FilterField, Query)> = Vec::new();
    match count(parts.joined(), &others, COUNTS_LAST)? {
        Ok(all) => counted.extend(others.iter().copied().zip(all.into_iter().map(Some))),
        Err(_) => alone.extend(others.iter().map(|field| (*field, parts.joined()))),
    }
    for field in set {
        let index = parts.listing(&field.path).map_or(0, |(index, _)| index);
        alone.push((field, parts.without(index)));
    }
    for (field, query) in alone {
        match count(query, &[field], COUNT_LASTS)? {
            Ok(counts) => counted.push((field, Some(counts.into_iter().flatten().collect()))),
            Err(Error::Budget { .. }) => counted.push((field, None)),
            // The values of this field are not for this reader.
            Err(Error::Invalid { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // In the order of the fields, whichever was counted first.
    counted.sort_by_key(|(field, _)| fields.iter().position(|other| other == *field));
    let filter = |(field, values): (&FilterField, _)| Filter {
        field: field.clone(),
        label: scene.label(&field.name),
        values,
        typed_by: None,
    };
    let filters = counted.into_iter().map(filter);
    // What has nothing to choose from stands in nobody's way.
    let (empty, mut filters): (Vec<Filter>, Vec<Filter>) = filters.partition(Filter::is_empty);
    filters.extend(investigated(scene, parts, &fields, search)?);
    filters.extend(empty);
    Ok(filters)
}

/// The filters of an investigation that are not among the others.
fn investigated<'s>(
    scene: &Scene<'_>,
    parts: &Parts,
    listed: &[FilterField],
    search: impl Fn(Query) -> Answer<Search<'s>>,
) -> Answer<Vec<Filter>> {
    let begun = Instant::now();
    let is_listed = |name: &str| listed.iter().any(|field| field.name == name);
    let is_known = |name: &str| match ACTORS.contains(&name) {
        true => ACTORS.iter().any(|actor| is_listed(actor)),
        false => is_listed(name),
    };
    let mut filters = Vec::new();
    for (name, operator) in INVESTIGATED.iter().filter(|(name, _)| !is_known(name)) {
        let Ok(field) = FilterField::read(name, scene.speech) else { continue };
        let listing = parts.listing(&field.path).map(|(index, _)| index);
        let query = listing.map_or_else(|| parts.joined(), |index| parts.without(index));
        let left = INVESTIGATED_LASTS.saturating_sub(begun.elapsed());
        let counts = match left.is_zero() {
            true => Err(Error::from(Limit::Deadline)),
            false => search(query)?.deadline(left).facets(&[*name], VALUES_MAX),
        };
        let values: Option<Vec<FacetCount>> = match counts {
            Ok(counts) => Some(counts.into_iter().flatten().collect()),
            Err(Error::Budget { .. }) => None,
            // The values of this field are not for this reader.
            Err(Error::Invalid { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let (label, typed_by) = (scene.label(name), Some(*operator));
        let filter = Filter { field, label, values, typed_by };
        if listing.is_some() || !filter.is_empty() {
            filters.push(filter);
        }
    }
    Ok(filters)
}

/// The fields of the profile that people choose values of, else the usual ones.
fn fields(scene: &Scene<'_>) -> Vec<FilterField> {
    let mut names: Vec<String> = Vec::new();
    if let Some(profile) = scene.look() {
        let columns = &profile.defaults().columns;
        let is_shown = |code: &str| columns.iter().any(|column| column == code);
        let chosen = profile.attributes().iter().filter(|one| match one.kind {
            Kind::Enum | Kind::Bool => true,
            Kind::Text | Kind::Ip => one.columns || is_shown(one.code()),
            _ => false,
        });
        names.extend(chosen.map(|one| one.code().to_owned()));
    }
    let is_known = |name: &str| names.iter().any(|known| known == name);
    let usual: Vec<String> =
        USUAL.iter().filter(|name| !is_known(name)).map(|name| (*name).to_owned()).collect();
    let usual = if names.is_empty() { usual } else { usual.into_iter().take(2).collect() };
    names.extend(usual);
    if scene.speech.names.profiles().count() > 1 {
        names.push("data_source".to_owned());
    }
    let mut fields: Vec<FilterField> = Vec::new();
    for field in names.iter().filter_map(|name| FilterField::read(name, scene.speech).ok()) {
        if fields.len() < FIELDS_MAX && !fields.iter().any(|known| known.path == field.path) {
            fields.push(field);
        }
    }
    fields
}

/// The column of filters.
pub(super) fn column(
    scene: &Scene<'_>,
    filters: &[Filter],
    parts: &Parts,
    question: &Question,
) -> Markup {
    let words = scene.words;
    html! {
        input type="checkbox" id="filters-shown" class="toggle";
        label for="filters-shown" class="button toggle-label" { (words.show_filters) }
        section class="filters" aria-label=(words.filters) {
            (times(scene, question))
            @for filter in filters { (group(scene, filter, parts)) }
        }
    }
}

fn times(scene: &Scene<'_>, question: &Question) -> Markup {
    let words = scene.words;
    let none = scene.address.without(&["from", "to", "since", "after"]);
    let day =
        |time: &Option<String>| time.as_deref().and_then(|time| time.get(..10)).map(str::to_owned);
    let is_any = question.from.is_none() && question.to.is_none() && question.since.is_none();
    let link = |name: &str, address: Address, is_set: bool| {
        html! {
            li { a href=(address.at("/")) aria-current=[is_set.then_some("true")] { (name) } }
        }
    };
    html! {
        details open {
            summary { (words.time_range) }
            ul class="lengths" {
                @for length in LENGTHS {
                    @let is_set = question.since.as_deref() == Some(length);
                    (link(&words.length(length), none.with("since", length), is_set))
                }
                (link(words.any_time, none.clone(), is_any))
            }
            form method="get" action="/" class="dates" {
                (hidden(&none))
                label { span { (words.from) }
                    input type="date" name="from" value=[day(&question.from)]; }
                label { span { (words.before_time) }
                    input type="date" name="to" value=[day(&question.to)]; }
                button { (words.apply) }
            }
        }
    }
}

fn group(scene: &Scene<'_>, filter: &Filter, parts: &Parts) -> Markup {
    let words = scene.words;
    let chosen = parts.listing(&filter.field.path).map(|(_, values)| values).unwrap_or_default();
    let Some(values) = &filter.values else {
        return html! {
            details open {
                summary { (filter.label) }
                p class="quiet" { (words.uncounted) }
                (typing(scene, filter))
            }
        };
    };
    let has = |literal: &Literal, value: &Value| literal.text() == plain(value);
    let missing: Vec<FacetCount> = chosen
        .iter()
        .filter(|literal| !values.iter().any(|found| has(literal, &found.value)))
        .map(|literal| FacetCount { value: Value::from(literal.text()), count: 0 })
        .collect();
    let names = scene.names_at(&filter.field.name);
    let line = |found: &FacetCount| {
        let is_set = chosen.iter().any(|literal| has(literal, &found.value));
        let link = scene.asking(&parts.toggled(&filter.field, literal_of(&found.value)));
        html! {
            li { a href=(link) aria-current=[is_set.then_some("true")] {
                span class="mark" aria-hidden="true" {}
                bdi class="name" { (names.shown(&found.value)) }
                " " span class="count" { (words.number(found.count)) }
            } }
        }
    };
    // What is chosen comes first, so that it is always seen.
    let is_chosen = |found: &&FacetCount| chosen.iter().any(|literal| has(literal, &found.value));
    let (set, others): (Vec<_>, Vec<_>) = missing.iter().chain(values).partition(is_chosen);
    let all = [set, others].concat();
    let (first, rest) = all.split_at(all.len().min(VALUES_SHOWN));
    html! {
        details open {
            summary { (filter.label) }
            @if all.is_empty() { p class="quiet" { (words.no_values) } }
            ul { @for found in first { (line(found)) } }
            @if !rest.is_empty() {
                details class="more" {
                    summary { (words.more) }
                    ul { @for found in rest { (line(found)) } }
                }
            }
            (typing(scene, filter))
        }
    }
}

/// A value to type, where there are more than can be listed.
fn typing(scene: &Scene<'_>, filter: &Filter) -> Markup {
    let words = scene.words;
    html! {
        @if let Some(operator) = filter.typed_by {
            form method="get" action="/query" class="typed" {
                (hidden(&scene.address.without(&["after"])))
                input type="hidden" name="join" value="and";
                input type="hidden" name="field" value=(filter.field.name);
                input type="hidden" name="operator" value=(operator);
                input name="value" required autocomplete="off" placeholder=(words.other_value)
                    aria-label=(format!("{}: {}", filter.label, words.other_value));
                button { (words.apply) }
            }
        }
    }
}

/// A plain form for one more condition; with scripts it becomes the builder.
pub(super) fn condition_form(scene: &Scene<'_>) -> Markup {
    let words = scene.words;
    let attributes = scene.speech.names.profiles().flat_map(|profile| profile.attributes());
    let mut fields: Vec<(String, String)> =
        attributes.map(|one| (one.code().to_owned(), scene.label(one.code()))).collect();
    let known = words.fields.iter().filter(|(path, _)| !path.ends_with("_label"));
    fields.extend(known.map(|(path, label)| ((*path).to_owned(), format!("{label} ({path})"))));
    html! {
        form method="get" action="/query" class="inline" {
            (hidden(&scene.address.without(&["after"])))
            label { span { (words.joined_by) }
                select name="join" {
                    option value="and" { (words.and_word) }
                    option value="or" { (words.or_word) }
                    option value="not" { (words.and_word) " " (words.not_word) }
                }
            }
            label { span { (words.field) }
                select name="field" {
                    @for (path, label) in fields { option value=(path) { (label) } }
                }
            }
            label { span { (words.operator) }
                select name="operator" {
                    @for (name, label) in words.operators {
                        @if SIMPLE.contains(name) { option value=(name) { (label) } }
                    }
                }
            }
            label { span { (words.value) } input name="value" autocomplete="off"; }
            button { (words.add_condition) }
        }
    }
}

/// Operators that take one value or none, whatever the field.
pub(super) const SIMPLE: [&str; 8] = ["eq", "ne", "text", "prefix", "contains", "gt", "lt", "has"];
