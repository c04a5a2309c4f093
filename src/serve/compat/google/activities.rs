//! The activities whose inner events match, each once.
//!
//! An import stores the inner events of an activity as one batch: they have one instant, adjacent
//! sequences, and ids that end with their places. So they are adjacent in a page, and the activity
//! is told by its first event.

use super::asked::ReportAsked;
use crate::event::{Event, StoredEvent};
use crate::import::Google;
use crate::json::Value;
use crate::query::Query;
use crate::serve::compat::seen::{Seen, too_costly, walk};
use crate::serve::compat::token::Place;
use crate::serve::http::problem::Answer;
use std::ops::ControlFlow;

/// A page of activities.
pub(super) struct FoundActivities {
    pub(super) activities: Vec<Value>,
    /// The place behind the last of them, if others may follow.
    pub(super) next: Option<Place>,
}

/// Finds a page, behind a place if there is one.
///
/// # Errors
/// As the searches; 503 where a limit of cost was met before anything was found.
pub(super) fn find(
    seen: &Seen<'_>,
    asked: &ReportAsked,
    place: Option<&Place>,
) -> Answer<FoundActivities> {
    let mut search = seen.search(match place {
        Some(place) => asked.query().and(place.behind()),
        None => asked.query(),
    })?;
    search = asked.within_times(search);
    if let Some(place) = place {
        search = search.between(..=place.time());
    }
    let mut page = PageInMaking::new(seen);
    let mut has_more = false;
    let is_whole = walk(search, |event| {
        if !page.goes_on(&event) {
            page.close()?;
            if page.activities.len() == asked.limit && page.begins_another(&event)? {
                has_more = true;
                return Ok(ControlFlow::Break(()));
            }
        }
        page.lowest = Some(event);
        Ok(ControlFlow::Continue(()))
    })?;
    page.close()?;
    match (is_whole, page.activities.is_empty()) {
        (false, true) => Err(too_costly()),
        _ => Ok(FoundActivities {
            activities: page.activities,
            next: page.last.filter(|_| has_more || !is_whole),
        }),
    }
}

/// Activities that are put into a page while their inner events are read, the last of each first.
struct PageInMaking<'s, 'r> {
    families: Families<'s, 'r>,
    activities: Vec<Value>,
    /// The inner event that was read last, while its activity is not in the page yet.
    lowest: Option<StoredEvent>,
    /// The place of the first event of the last activity in the page.
    last: Option<Place>,
}

impl<'s, 'r> PageInMaking<'s, 'r> {
    fn new(seen: &'s Seen<'r>) -> Self {
        let families = Families { seen, last: None };
        PageInMaking { families, activities: Vec::new(), lowest: None, last: None }
    }

    /// Whether an event surely is of the activity that is being read: sequences and places of a
    /// batch rise together.
    fn goes_on(&self, event: &StoredEvent) -> bool {
        let start = |event: &StoredEvent| {
            let (common, index) = membership(&event.event)?;
            Some((common, event.seq.checked_sub(index)?))
        };
        let lowest = self.lowest.as_ref().and_then(start);
        lowest.is_some() && lowest == start(event)
    }

    /// Puts the activity that was read into the page, unless it is there.
    fn close(&mut self) -> Answer<()> {
        let Some(lowest) = self.lowest.take() else {
            return Ok(());
        };
        let time = lowest.event.occurred_at();
        let family = self.families.of(lowest)?;
        let first = Some(Place::at(time, family.first));
        if self.last != first {
            self.last = first;
            self.activities.push(Google.activity(&family.events));
        }
        Ok(())
    }

    /// Whether an event is not of the last activity in the page.
    fn begins_another(&mut self, event: &StoredEvent) -> Answer<bool> {
        let family = self.families.of(event.clone())?;
        Ok(self.last != Some(Place::at(event.event.occurred_at(), family.first)))
    }
}

/// The inner events of one activity.
struct Family {
    /// The sequence of the first of them.
    first: u64,
    events: Vec<Event>,
}

/// The families of events.
struct Families<'s, 'r> {
    seen: &'s Seen<'r>,
    /// All events of the id that activities had last in common.
    last: Option<(String, Vec<StoredEvent>)>,
}

impl Families<'_, '_> {
    /// The family of an event; one by itself where no import made it part of an activity.
    fn of(&mut self, event: StoredEvent) -> Answer<Family> {
        let Some((common, index)) = membership(&event.event) else {
            return Ok(Family { first: event.seq, events: vec![event.event] });
        };
        if index == 0 && event.event.raw().is_some() {
            return Ok(Family { first: event.seq, events: vec![event.event] });
        }
        let known = match self.last.take() {
            Some((id, known)) if id == common => known,
            _ => self.all(&event, &common)?,
        };
        let family = family(&known, event);
        self.last = Some((common, known));
        Ok(family)
    }

    /// All events that have this in common with an event, in the order of the log.
    fn all(&self, event: &StoredEvent, common: &str) -> Answer<Vec<StoredEvent>> {
        let of =
            |field: &str| event.event.text(field).map(|value| Query::field(field).equals(value));
        let query = Query::field("correlation_id").equals(common);
        let query = ["tenant", "data_source"].into_iter().filter_map(of).fold(query, Query::and);
        let time = event.event.occurred_at();
        let search = self.seen.search(query)?.between(time..=time).by_seq();
        let mut known = Vec::new();
        walk(search, |event| {
            known.push(event);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(known)
    }
}

/// What an inner event has in common with others of its activity, and its place among them.
fn membership(event: &Event) -> Option<(String, u64)> {
    let (id, common) = (event.text("id")?, event.text("correlation_id")?);
    let index = id.strip_prefix(common.as_str())?.strip_prefix('/')?.parse().ok()?;
    Some((common, index))
}

/// The family of an event among all that have their common id, which is not unique: places rise
/// within a family, and a place that does not rise begins the next one.
fn family(known: &[StoredEvent], event: StoredEvent) -> Family {
    let mut members: Vec<&StoredEvent> = Vec::new();
    let mut before: Option<u64> = None;
    for other in known {
        let Some((_, index)) = membership(&other.event) else { continue };
        if before.is_some_and(|before| index <= before) {
            if members.iter().any(|member| member.seq == event.seq) {
                break;
            }
            members.clear();
        }
        before = Some(index);
        members.push(other);
    }
    match members.iter().any(|member| member.seq == event.seq) {
        true => Family {
            first: members[0].seq,
            events: members.iter().map(|member| member.event.clone()).collect(),
        },
        // It went meanwhile, and stands for itself.
        false => Family { first: event.seq, events: vec![event.event] },
    }
}
