//! `GET events`: a page of events, as JSON, NDJSON or CSV.

use super::question::{Asked, Running};
use super::reply::{self, CSV, NDJSON};
use crate::event::{Raw, StoredEvent};
use crate::export::{Column, CsvOptions, ExportedEvent};
use crate::interface::Speech;
use crate::json::Value;
use crate::query::{Cursor, Order, Search};
use crate::serve::door::asker::Asker;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::limits::PAGE_EVENTS_MAX;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use std::sync::Arc;

/// Events of a page where nobody says how many.
const LIMIT_DEFAULT: usize = 50;

/// The form of an answer with events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Ndjson,
    Csv,
}

impl Form {
    /// The first of the forms that a request takes.
    pub(crate) fn of(headers: &HeaderMap) -> Form {
        let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        let kinds = accepted.unwrap_or_default().split(',');
        let kinds = kinds.map(|kind| kind.split(';').next().unwrap_or_default().trim());
        let known = kinds.filter_map(|kind| match kind {
            "application/json" => Some(Form::Json),
            "application/x-ndjson" | "application/ndjson" => Some(Form::Ndjson),
            "text/csv" => Some(Form::Csv),
            _ => None,
        });
        known.into_iter().next().unwrap_or(Form::Json)
    }
}

/// Which page, and what of its events.
#[derive(Debug, Clone)]
pub(crate) struct PageAsked {
    pub(crate) order: Order,
    pub(crate) limit: usize,
    pub(crate) after: Option<Cursor>,
    pub(crate) columns: Option<String>,
    pub(crate) is_folded: bool,
    is_point_in_time: bool,
    pub(crate) raw: Raw,
}

impl PageAsked {
    /// Takes `order limit after columns fold point_in_time raw`.
    ///
    /// # Errors
    /// 400 for values that they do not have.
    pub(crate) fn take(params: &mut Params) -> Answer<PageAsked> {
        let after = params.text("after");
        let after = after.map(|after| {
            after
                .parse()
                .map_err(|error: crate::Error| Problem::parameter("after", error.to_string()))
        });
        Ok(PageAsked {
            order: take_order(params)?,
            limit: params.number("limit", 1..=PAGE_EVENTS_MAX)?.unwrap_or(LIMIT_DEFAULT),
            after: after.transpose()?,
            columns: params.text("columns"),
            is_folded: take_fold(params)?,
            is_point_in_time: params.flag("point_in_time")?,
            raw: take_raw(params)?,
        })
    }

    /// Asks for this page.
    pub(crate) fn apply<'a>(&self, search: Search<'a>) -> Search<'a> {
        let mut search = search.order(self.order).limit(self.limit);
        if self.is_point_in_time {
            search = search.point_in_time();
        }
        match self.after {
            Some(cursor) => search.after(cursor),
            None => search,
        }
    }
}

/// Takes `order`.
pub(crate) fn take_order(params: &mut Params) -> Answer<Order> {
    match params.text("order").as_deref() {
        None | Some("newest") => Ok(Order::Newest),
        Some("oldest") => Ok(Order::Oldest),
        Some("seq") => Ok(Order::Seq),
        Some(other) => {
            Err(Problem::parameter("order", format!("`{other}` is not newest, oldest or seq")))
        }
    }
}

/// Takes `fold`.
pub(crate) fn take_fold(params: &mut Params) -> Answer<bool> {
    match params.text("fold").as_deref() {
        None => Ok(false),
        Some("linked") => Ok(true),
        Some(other) => Err(Problem::parameter("fold", format!("`{other}` is not linked"))),
    }
}

/// Takes `raw`.
pub(crate) fn take_raw(params: &mut Params) -> Answer<Raw> {
    Ok(if params.flag("raw")? { Raw::With } else { Raw::Without })
}

/// A page that was found.
#[derive(Debug)]
pub(crate) struct FoundPage {
    /// The events; where they are folded, each with the number of its effects.
    pub(crate) events: Vec<(StoredEvent, Option<u64>)>,
    pub(crate) next: Option<Cursor>,
    pub(crate) complete: bool,
}

/// Finds a page.
///
/// # Errors
/// As the search.
pub(crate) fn find(search: Search<'_>, is_folded: bool) -> Answer<FoundPage> {
    if is_folded {
        let page = search.fold().page()?;
        let actions = page.actions.into_iter().map(|one| (one.event, Some(one.effects)));
        return Ok(FoundPage { events: actions.collect(), next: page.next, complete: true });
    }
    let page = search.page()?;
    let events = page.events.into_iter().map(|event| (event, None)).collect();
    Ok(FoundPage { events, next: page.next, complete: page.complete })
}

/// `GET events`.
///
/// # Errors
/// As every question.
pub(crate) async fn list(
    State(server): State<Arc<Server>>,
    asker: Asker,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
) -> Answer {
    let mut params = Params::of_address(address.as_deref())?;
    let (asked, page) = (Asked::take(&mut params)?, PageAsked::take(&mut params)?);
    params.finish()?;
    let form = Form::of(&headers);
    let answer = move |server: &Server, cancel: &Arc<_>| {
        let running = Running::begin(server, &asker, cancel, &asked.question.query)?;
        let (search, speech) = running.search(&asked)?;
        let columns = columns_of(&page, form, &speech)?;
        let search = page.apply(search);
        let found = find(search.clone(), page.is_folded)?;
        let mut response = match (form, columns) {
            (Form::Csv, Some(columns)) => reply::text(CSV, csv(&found, &page, columns, &speech)?),
            (Form::Ndjson, _) => reply::text(NDJSON, lines(&found, page.raw)),
            _ => reply::text(reply::JSON, json(&found, &page, &search, speech.zone.name())?),
        };
        add_next(&mut response, &found, address.as_deref());
        Ok(response)
    };
    server.ask(Kind::Page, answer).await
}

/// The columns of CSV; those of the other forms are looked at all the same.
fn columns_of(page: &PageAsked, form: Form, speech: &Speech) -> Answer<Option<Vec<Column>>> {
    let named = page.columns.as_deref().map(|list| match page.is_folded {
        true => speech.columns_with_effects(list),
        false => speech.columns(list),
    });
    let named = named.transpose()?;
    if form != Form::Csv {
        return Ok(None);
    }
    let mut columns = match named {
        Some(columns) => columns,
        None => speech.file_columns()?,
    };
    if page.is_folded && !columns.contains(&Column::effects()) {
        columns.push(Column::effects());
    }
    if page.raw == Raw::With && !columns.iter().any(Column::is_raw) {
        columns.push(Column::raw());
    }
    Ok(Some(columns))
}

fn csv(
    found: &FoundPage,
    page: &PageAsked,
    columns: Vec<Column>,
    speech: &Speech,
) -> Answer<Vec<u8>> {
    let mut writer = CsvOptions::new(columns).zone(speech.zone).write_to(Vec::new())?;
    for (event, effects) in &found.events {
        let event = ExportedEvent::new(event, page.raw).effects(*effects);
        writer.write(&event.labels(&speech.names, speech.language.as_deref()).to_value())?;
    }
    Ok(writer.finish()?)
}

fn lines(found: &FoundPage, raw: Raw) -> Vec<u8> {
    let mut lines = Vec::new();
    for (event, effects) in &found.events {
        ExportedEvent::new(event, raw).effects(*effects).append_json(&mut lines);
        lines.push(b'\n');
    }
    lines
}

/// `{"events":[..],"next":..,"complete":..,"zone":..}`, and why where there are none.
fn json(found: &FoundPage, page: &PageAsked, search: &Search<'_>, zone: &str) -> Answer<Vec<u8>> {
    let mut out = b"{\"events\":[".to_vec();
    for (place, (event, effects)) in found.events.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        ExportedEvent::new(event, page.raw).effects(*effects).append_json(&mut out);
    }
    let next = found.next.map(|cursor| cursor.to_string());
    let (next, zone) = (Value::from(next).to_json(), Value::from(zone).to_json());
    let complete = found.complete;
    let mut end = format!("],\"next\":{next},\"complete\":{complete},\"zone\":{zone}");
    if found.events.is_empty() && found.complete {
        let notes = search.clone().notes()?;
        let notes: Vec<Value> = notes.iter().map(|note| Value::String(note.to_string())).collect();
        end.push_str(&format!(",\"notes\":{}", Value::List(notes).to_json()));
    }
    end.push('}');
    out.extend_from_slice(end.as_bytes());
    Ok(out)
}

/// Where the next page is, for forms that cannot say it themselves (RFC 8288).
fn add_next(response: &mut Response, found: &FoundPage, address: Option<&str>) {
    let Some(cursor) = found.next else {
        return;
    };
    let mut next = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(address.unwrap_or_default().as_bytes()) {
        if name != "after" {
            next.append_pair(&name, &value);
        }
    }
    let next = next.append_pair("after", &cursor.to_string()).finish();
    let link = HeaderValue::from_str(&format!("</api/v1/events?{next}>; rel=\"next\""));
    if let Ok(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
}
