//! Calendly: `GET /activity_log_entries`.

mod asked;
mod sort;
mod term;
mod wording;

use super::origin::origin;
use super::refusal::worded;
use super::seen::Seen;
use super::token::Place;
use crate::Error;
use crate::event::{Timestamp, format_instant};
use crate::import::Calendly;
use crate::json::Value;
use crate::query::{Query, Search};
use crate::serve::api::question::Running;
use crate::serve::api::reply;
use crate::serve::door::asker::Asker;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use asked::{EntryListAsked, LISTS, TOKEN};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use sort::Stretch;
use std::sync::Arc;
use wording::wording;

/// The path of the list.
pub(super) const PATH: &str = "/activity_log_entries";
/// The language of the columns that are searched.
const LANGUAGE: &str = "en";

/// What else is done to the log: nothing.
pub(super) async fn elsewhere(method: Method) -> Response {
    worded(Err(Problem::wrong_method(&method)), wording)
}

/// The entries of an organization.
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    asker: Answer<Asker>,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
) -> Response {
    let answer = async {
        let asker = asker?;
        let mut params = Params::with_lists(address.as_deref(), &LISTS)?;
        let base = origin(&server.options, &headers);
        let address = format!("{base}{PATH}?{}", params.without(TOKEN));
        let asked = EntryListAsked::take(&mut params)?;
        params.finish()?;
        let list = move |server: &Server, cancel: &Arc<_>| {
            let running = Running::begin(server, &asker, cancel, &asked.query.to_string())?;
            let page = EntryPage { asked: &asked, address: &address, base: &base };
            Ok(reply::value(&page.find(&running)?))
        };
        server.ask(Kind::Compatible, list).await
    };
    worded(answer.await, wording)
}

/// A page that is asked for.
struct EntryPage<'a> {
    asked: &'a EntryListAsked,
    /// The address of the list without the page.
    address: &'a str,
    /// What addresses begin with.
    base: &'a str,
}

impl EntryPage<'_> {
    fn find(&self, running: &Running<'_>) -> Answer<Value> {
        let asked = self.asked;
        let seen = Seen::new(running, Some(asked.tenant.clone()))?;
        if running.asker.caller.tenant.is_none()
            && seen.search(Query::all())?.limit(1).page()?.events.is_empty()
        {
            return Err(Problem::forbidden("there is no such organization here"));
        }
        let question = asked.question();
        let place = asked.token.as_deref();
        let place = place.map(|token| Place::read(TOKEN, token, question)).transpose()?;
        let search = self.search(running, &seen)?;
        let total = match search.clone().count() {
            Ok(count) => Some(count),
            Err(Error::Budget { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let found = asked.order.stretch(search, place.as_ref(), asked.count, self.base)?;
        Ok(self.page(&found, place, total))
    }

    fn search<'r>(&self, running: &Running<'r>, seen: &Seen<'r>) -> Answer<Search<'r>> {
        let search = self.asked.within_times(seen.search(self.asked.query.clone())?);
        if !self.asked.has_term {
            return Ok(search);
        }
        let profile = crate::profile::Profile::built_in("calendly")?;
        let profiles = running.snapshot.profiles();
        let profile = profiles.shared(profile.name()).unwrap_or(profile);
        Ok(search.with_profiles(profiles.led_by(profile)).language(LANGUAGE))
    }

    fn page(&self, found: &Stretch, place: Option<Place>, total: Option<u64>) -> Value {
        let entry = |event| Calendly.entry(event, self.base, &self.asked.organization);
        let collection = found.entries.iter().map(|(_, event)| entry(event)).collect();
        let times = found.entries.iter().map(|(_, event)| event.event.occurred_at());
        let newest = times.max().map(|time: Timestamp| format_instant(time, 0));
        let count = found.entries.len() as u64;
        Value::object([
            ("collection", Value::List(collection)),
            ("pagination", self.pagination(found, place)),
            ("last_event_time", Value::from(newest)),
            ("total_count", total.unwrap_or(count).into()),
            ("exceeds_max_total_count", total.is_none().into()),
        ])
    }

    /// Where the pages before and behind are. Who came from one of them finds it again.
    fn pagination(&self, found: &Stretch, place: Option<Place>) -> Value {
        let is_back = place.as_ref().is_some_and(Place::is_back);
        let first = found.entries.first().map(|(place, _)| place.clone()).or(place.clone());
        let last = found.entries.last().map(|(place, _)| place.clone()).or(place.clone());
        let (has_previous, has_next) = match is_back {
            true => (found.has_more, true),
            false => (place.is_some(), found.has_more),
        };
        let question = self.asked.question();
        let token = |place: Option<Place>, is_back: bool| {
            place.map(|place| place.facing(is_back).token(question))
        };
        let next = token(last.filter(|_| has_next), false);
        let previous = token(first.filter(|_| has_previous), true);
        let link = |token: &Option<String>| {
            Value::from(token.as_ref().map(|token| format!("{}&{TOKEN}={token}", self.address)))
        };
        Value::object([
            ("count", Value::from(self.asked.count as u64)),
            ("next_page", link(&next)),
            ("previous_page", link(&previous)),
            ("next_page_token", next.into()),
            ("previous_page_token", previous.into()),
        ])
    }
}
