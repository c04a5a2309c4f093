//! `GET events`: a page of events, as JSON, NDJSON or CSV.

use super::export::FileForm;
use super::question::{Asked, Running, take_cursor, take_fold, take_order, take_raw};
use super::reply::{self, CSV, NDJSON};
use crate::event::{Raw, StoredEvent};
use crate::export::{ExportFormat, ExportedEvent};
use crate::json::Value;
use crate::query::{Cursor, Order, Search};
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::params::Params;
use crate::serve::http::problem::Answer;
use crate::serve::limits::PAGE_EVENTS_MAX;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
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
        Ok(PageAsked {
            order: take_order(params)?,
            limit: params.number("limit", 1..=PAGE_EVENTS_MAX)?.unwrap_or(LIMIT_DEFAULT),
            after: take_cursor(params)?,
            columns: params.text("columns"),
            is_folded: take_fold(params)?,
            is_point_in_time: params.flag("point_in_time")?,
            raw: take_raw(params)?,
        })
    }

    /// How its events are written in a form; whole events, where JSON is.
    fn file(&self, form: Form) -> FileForm {
        let format = match form {
            Form::Csv => ExportFormat::Csv,
            Form::Json | Form::Ndjson => ExportFormat::Ndjson,
        };
        let (columns, is_folded, raw) = (self.columns.clone(), self.is_folded, self.raw);
        FileForm { format, columns, is_folded, raw }
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
pub(crate) async fn list(headers: HeaderMap, mut call: Call) -> Answer {
    let (asked, page) = (Asked::take(&mut call.params)?, PageAsked::take(&mut call.params)?);
    let form = Form::of(&headers);
    let answer = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, &asked.question.query)?;
        let (search, speech) = running.search(&asked)?;
        let (search, file) = (page.apply(search), page.file(form).export(&speech)?);
        let (kind, body, next) = match form {
            Form::Json => {
                let found = find(search.clone(), page.is_folded)?;
                let body = json(&found, &page, &search, speech.zone.name())?;
                (reply::JSON, body, found.next)
            }
            Form::Csv | Form::Ndjson => {
                let mut body = Vec::new();
                let manifest = file.limit(page.limit).write(&search, &mut body)?;
                (if form == Form::Csv { CSV } else { NDJSON }, body, manifest.cursor)
            }
        };
        Ok(with_next(reply::text(kind, body), next, &asker.address))
    };
    call.ask(Kind::Page, answer).await
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

/// Tells where the next page is, for forms that cannot say it themselves (RFC 8288).
fn with_next(mut response: Response, next: Option<Cursor>, address: &str) -> Response {
    let Some(cursor) = next else {
        return response;
    };
    let (place, query) = address.split_once('?').unwrap_or((address, ""));
    let mut next = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "after" {
            next.append_pair(&name, &value);
        }
    }
    let next = next.append_pair("after", &cursor.to_string()).finish();
    let link = HeaderValue::from_str(&format!("<{place}?{next}>; rel=\"next\""));
    if let Ok(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}
