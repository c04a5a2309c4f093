//! `/coverage`: since when, and with which gaps, events of a category are there.

use super::super::address::Address;
use super::super::links::hidden;
use super::super::shell::AskingViewer;
use super::super::view::shown_instant;
use super::super::words::Words;
use super::speech::{category, speech_of};
use crate::event::Timestamp;
use crate::export::instant_in;
use crate::interface::{CodeNames, Speech};
use crate::query::Coverage;
use crate::serve::api::settings::{capture_of, coverage_of};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use std::sync::Arc;

/// Gaps and sources that are listed.
const LINES_MAX: usize = 100;

/// `GET /coverage?category=`; without one, that of the first.
pub(in crate::serve::page) async fn coverage(
    State(server): State<Arc<Server>>,
    AskingViewer { viewer, asker }: AskingViewer,
) -> Response {
    let (words, address) = (viewer.words, viewer.address.clone());
    let look = move |server: &Server, _: &Arc<_>| {
        asker.record(server, "")?;
        let speech = speech_of(server, words)?;
        let policy = capture_of(server, &asker.caller);
        let known = policy.get("capture").and_then(|general| general.as_object());
        let codes: Vec<&str> =
            known.unwrap_or_default().iter().map(|(code, _)| code.as_str()).collect();
        let wanted = address.get("category").or(codes.first().copied());
        let tenant = address.get("tenant");
        let coverage = wanted.map(|code| coverage_of(server, &asker.caller, code, tenant));
        Ok(page(words, &speech, &address, &codes, coverage.transpose()?.as_ref()))
    };
    let found = server.ask(Kind::Coverage, look).await;
    viewer.answer(words.coverage, found)
}

fn page(
    words: &Words,
    speech: &Speech,
    address: &Address,
    codes: &[&str],
    coverage: Option<&Coverage>,
) -> Markup {
    let names = CodeNames::at("category", speech);
    let wanted = coverage.map_or("", |coverage| coverage.category.as_str());
    html! {
        h2 { (words.coverage) }
        form method="get" action="/coverage" class="inline" {
            (hidden(&address.speech()))
            label { span { (words.category) }
                input name="category" list="categories" value=(wanted) required; }
            datalist id="categories" { @for code in codes { option value=(code) {} } }
            label { span { (words.tenant) }
                input name="tenant" value=(address.get("tenant").unwrap_or_default()); }
            button { (words.apply) }
        }
        @if let Some(coverage) = coverage {
            section {
                h3 { (category(&names, &coverage.category)) ": "
                    (if coverage.captured { words.on } else { words.off }) }
                (intervals(words, speech, coverage))
            }
            section { h3 { (words.gaps) } (gaps(words, coverage)) }
            section { h3 { (words.last_of_sources) } (sources(words, speech, coverage)) }
        }
    }
}

fn at(speech: &Speech, instant: Timestamp) -> String {
    shown_instant(&instant_in(instant, speech.zone))
}

fn intervals(words: &Words, speech: &Speech, coverage: &Coverage) -> Markup {
    html! {
        ul { @for interval in &coverage.intervals { li {
            (words.captured_since) " "
            @match interval.from {
                Some(from) => (at(speech, from)),
                None => (words.since_begin),
            }
            " – "
            @if interval.ongoing { (words.goes_on) } @else { (at(speech, interval.to)) }
        } } }
    }
}

fn gaps(words: &Words, coverage: &Coverage) -> Markup {
    html! {
        @if coverage.gaps.is_empty() { p { (words.no_gaps) } }
        @else {
            ul { @for gap in coverage.gaps.iter().take(LINES_MAX) {
                li { (words.number(gap.first)) " – "
                    @if let Some(last) = gap.last { (words.number(last)) } }
            } }
        }
    }
}

fn sources(words: &Words, speech: &Speech, coverage: &Coverage) -> Markup {
    html! {
        ul { @for last in coverage.sources.iter().take(LINES_MAX) { li {
            @match &last.data_source {
                Some(source) => bdi { (source) },
                None => (words.no_source),
            }
            ": " a href=(format!("/events/{}", last.seq)) { (at(speech, last.occurred_at)) }
        } } }
    }
}
