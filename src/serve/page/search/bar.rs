//! The search box, and what is wrong with what stands in it.

use super::super::address::Address;
use super::super::links::hidden;
use super::super::words::Words;
use crate::json::Value;
use crate::serve::http::problem::Problem;
use maud::{Markup, html};

/// The search box.
pub(super) fn search_box(words: &Words, address: &Address, is_wrong: bool) -> Markup {
    let text = address.get("q").unwrap_or_default();
    html! {
        form class="search" role="search" method="get" action="/" {
            label for="q" class="hidden" { (words.query) }
            input type="search" id="q" name="q" value=(text) placeholder=(words.query_hint)
                autocomplete="off" autocapitalize="off" spellcheck="false" data-suggest
                aria-invalid=[is_wrong.then_some("true")]
                aria-describedby=[is_wrong.then_some("wrong")];
            (hidden(&address.without(&["q", "after", "filter"])))
            button { (words.search) }
        }
    }
}

/// Queries to learn from, each a link to what it finds.
pub(super) fn help(words: &Words, address: &Address) -> Markup {
    let address = address.speech();
    html! {
        details class="menu help" {
            summary { (words.how_to_ask) }
            dl class="sheet" {
                @for (query, finds) in words.examples {
                    dt { a href=(address.asking(query).at("/")) { code { (query) } } }
                    dd { (finds) }
                }
            }
        }
    }
}

/// What is wrong with a query: the place is marked, and what is nearest is a link to the query with
/// it in that place.
pub(super) fn wrong(words: &Words, address: &Address, problem: &Problem) -> Markup {
    let text: Vec<char> = address.get("q").unwrap_or_default().chars().collect();
    let member = |key: &str| {
        let mut members = problem.members.iter();
        members.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let end = |key: &str| {
        let number = member("position").and_then(|place| place.get(key)?.as_number());
        number.and_then(|number| number.as_str().parse().ok()).unwrap_or(0).min(text.len())
    };
    let (from, to) = (end("start"), end("end").max(end("start")));
    let part = |range: std::ops::Range<usize>| text[range].iter().collect::<String>();
    let (before, wrong, after) = (part(0..from), part(from..to), part(to..text.len()));
    let nearest = member("nearest").and_then(Value::as_list).unwrap_or_default();
    // The nearest names are of the path, which ends with the operator.
    let rest = wrong.find([':', '=', '!', '<', '>', '^', '*', '$', '~', '/', '[']);
    let rest = rest.map_or("", |at| &wrong[at..]);
    html! {
        div class="problem" id="wrong" role="alert" {
            pre { (before) mark { (wrong) } (after) }
            p { (words.problem(problem, address)) }
            @if !nearest.is_empty() {
                p { (words.nearest) ": "
                    @for name in nearest.iter().filter_map(Value::as_str) {
                        a href=(address.asking(&format!("{before}{name}{rest}{after}")).at("/"))
                            { (name) }
                        " "
                    }
                }
            }
        }
    }
}
