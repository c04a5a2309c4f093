//! What went wrong, in the language of the page.

use super::phrases::Words;
use super::sentences::filled;
use crate::serve::http::problem::Problem;
use crate::serve::page::address::Address;
use maud::{Markup, html};

impl Words {
    /// What went wrong; what has no words in this language is said in English, and marked so.
    pub(in crate::serve::page) fn problem(&self, problem: &Problem, address: &Address) -> Markup {
        let about = problem.about();
        let of = |about: &str| self.problems.iter().find(|known| known.about == about);
        let found = about.and_then(of).or_else(|| of(problem.code));
        let value = about.and_then(|name| address.get(name)).unwrap_or_default();
        let foreign = (self.code != PROBLEMS_LANGUAGE).then_some(PROBLEMS_LANGUAGE);
        html! {
            @if let Some(found) = found { bdi { (filled(found.sentence, &[value])) } }
            @if found.is_none_or(|found| found.is_part) {
                @if found.is_some() { " " }
                bdi lang=[foreign] class=[found.map(|_| "quiet")] { (problem.detail) }
            }
        }
    }
}

/// The language in which the server says what is wrong.
const PROBLEMS_LANGUAGE: &str = "en";
