//! Counts, facets, values, fields, histograms and explanations.

use super::events::PageAsked;
use super::question::{Asked, Running};
use super::reply;
use crate::export::Column;
use crate::interface::{Speech, counts_value, facets_value, histogram_value};
use crate::json::Value;
use crate::query::Search;
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::response::Response;
use std::sync::Arc;

/// Values of a facet where nobody says how many.
const TOP_DEFAULT: usize = 10;
/// Values of a completion where nobody says how many.
const VALUES_DEFAULT: usize = 20;
/// The most values that are given.
const VALUES_MAX: usize = 10_000;

/// Runs a question that is a search and nothing more.
async fn ask(
    call: Call,
    kind: Kind,
    asked: Asked,
    answer: impl FnOnce(Search<'_>, &Speech) -> Answer<Response> + Send + 'static,
) -> Answer {
    let run = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, &asked.question.query)?;
        let (search, speech) = running.search(&asked)?;
        answer(search, &speech)
    };
    call.ask(kind, run).await
}

/// `GET count`: `{"count":n}`.
///
/// # Errors
/// As every question.
pub(crate) async fn count(mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let answer = |search: Search<'_>, _: &Speech| {
        Ok(reply::value(&Value::object([("count", Value::from(search.count()?))])))
    };
    ask(call, Kind::Count, asked, answer).await
}

/// `GET facets?by=`: `{"PATH":[{"value":..,"count":..}]}`.
///
/// # Errors
/// As every question.
pub(crate) async fn facets(mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let by = call.params.required("by")?;
    let top = call.params.number("top", 1..=VALUES_MAX)?.unwrap_or(TOP_DEFAULT);
    let answer = move |search: Search<'_>, speech: &Speech| {
        let columns = Column::parse_list_named(&by, &speech.names);
        let columns = columns.map_err(|error| Problem::parameter("by", error.to_string()))?;
        let paths: Vec<&str> = columns.iter().map(Column::header).collect();
        let facets = search.facets(&paths, top)?;
        Ok(reply::value(&facets_value(paths.into_iter().zip(facets), speech)))
    };
    ask(call, Kind::Facets, asked, answer).await
}

/// `GET values?field=&prefix=`: the values of a field that begin so, the most frequent first.
///
/// # Errors
/// As every question.
pub(crate) async fn values(mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let field = call.params.required("field")?;
    let prefix = call.params.text("prefix").unwrap_or_default();
    let limit = call.params.number("limit", 1..=VALUES_MAX)?.unwrap_or(VALUES_DEFAULT);
    let answer = move |search: Search<'_>, speech: &Speech| {
        let values = search.values(&field, &prefix, limit)?;
        let values = counts_value(&field, values, speech);
        Ok(reply::value(&Value::object([("values", values)])))
    };
    ask(call, Kind::Values, asked, answer).await
}

/// `GET fields`: the fields that events have.
///
/// # Errors
/// As every question.
pub(crate) async fn fields(mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let answer = |search: Search<'_>, _: &Speech| {
        Ok(reply::serialized(&serde_json::json!({ "fields": search.fields()? })))
    };
    ask(call, Kind::Fields, asked, answer).await
}

/// `GET histogram?every=`: events by time.
///
/// # Errors
/// As every question.
pub(crate) async fn histogram(mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let every = call.params.required("every")?;
    let answer = move |search: Search<'_>, speech: &Speech| {
        let buckets = histogram_value(&search.histogram(&every)?, speech.zone);
        Ok(reply::value(&Value::object([("buckets", buckets)])))
    };
    ask(call, Kind::Histogram, asked, answer).await
}

/// `GET explain`: how the page, or with `count=true` the count, is found.
///
/// # Errors
/// As every question.
pub(crate) async fn explain(mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let (page, is_count) = (PageAsked::take(&mut call.params)?, call.params.flag("count")?);
    let answer = move |search: Search<'_>, _: &Speech| {
        let explanation = match is_count {
            true => search.explain_count()?,
            false => page.apply(search).explain()?,
        };
        Ok(reply::serialized(&explanation))
    };
    ask(call, Kind::Explain, asked, answer).await
}
