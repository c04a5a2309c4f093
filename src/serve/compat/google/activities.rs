//! The activities whose inner events match, each once.
//!
//! An import stores the inner events of an activity as one batch: they have one instant, adjacent
//! sequences, and ids that end with their places. So they are adjacent in a page, also where they
//! were exported and imported again, from the last to the first.

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
        page.read(event);
        Ok(ControlFlow::Continue(()))
    })?;
    if !is_whole {
        page.pass_over_the_rest()?;
    }
    page.close()?;
    match (is_whole, page.activities.is_empty()) {
        (false, true) => Err(too_costly()),
        _ => Ok(FoundActivities {
            activities: page.activities,
            next: page.place.filter(|_| has_more || !is_whole),
        }),
    }
}

/// Activities that are put into a page while their inner events are read.
struct PageInMaking<'s, 'r> {
    families: Families<'s, 'r>,
    activities: Vec<Value>,
    /// The inner event that was read last, while its activity is not in the page yet.
    lowest: Option<StoredEvent>,
    /// The last activity in the page, by its first event.
    last: Option<u64>,
    /// The place behind all that was read.
    place: Option<Place>,
}

impl<'s, 'r> PageInMaking<'s, 'r> {
    fn new(seen: &'s Seen<'r>) -> Self {
        let families = Families { seen, last: None };
        let (lowest, last, place) = (None, None, None);
        PageInMaking { families, activities: Vec::new(), lowest, last, place }
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

    fn read(&mut self, event: StoredEvent) {
        self.place = Some(Place::of(&event));
        self.lowest = Some(event);
    }

    /// Puts the activity that was read into the page, unless it is there.
    fn close(&mut self) -> Answer<()> {
        let Some(lowest) = self.lowest.take() else {
            return Ok(());
        };
        let family = self.families.of(lowest)?;
        if self.last != Some(family.first) {
            self.last = Some(family.first);
            self.activities.push(Google.activity(&family.events));
        }
        Ok(())
    }

    /// Whether an event is not of the last activity in the page.
    fn begins_another(&mut self, event: &StoredEvent) -> Answer<bool> {
        Ok(self.last != Some(self.families.of(event.clone())?.first))
    }

    /// Moves the place behind the whole of the activity that is being read, so that the next page
    /// does not begin with the rest of it.
    fn pass_over_the_rest(&mut self) -> Answer<()> {
        let Some(lowest) = &self.lowest else {
            return Ok(());
        };
        let family = self.families.whole(lowest.clone())?;
        self.place = Some(Place::at(lowest.event.occurred_at(), family.lowest.min(lowest.seq)));
        Ok(())
    }
}

/// The inner events of one activity, in their order.
struct Family {
    /// The sequence of the first of them, by which families are told apart.
    first: u64,
    /// The lowest of their sequences.
    lowest: u64,
    events: Vec<Event>,
}

impl Family {
    fn of_one(event: StoredEvent) -> Family {
        Family { first: event.seq, lowest: event.seq, events: vec![event.event] }
    }
}

/// The families of events.
struct Families<'s, 'r> {
    seen: &'s Seen<'r>,
    /// All events of the id that activities had last in common.
    last: Option<(String, Vec<StoredEvent>)>,
}

impl Families<'_, '_> {
    /// The family of an event, or as much of it as tells the activity.
    fn of(&mut self, event: StoredEvent) -> Answer<Family> {
        match membership(&event.event) {
            Some((_, 0)) if event.event.raw().is_some() => Ok(Family::of_one(event)),
            _ => self.whole(event),
        }
    }

    /// The family of an event; one by itself where no import made it part of an activity.
    fn whole(&mut self, event: StoredEvent) -> Answer<Family> {
        let Some((common, _)) = membership(&event.event) else {
            return Ok(Family::of_one(event));
        };
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

/// The family of an event among all that have their common id, which is not unique.
fn family(known: &[StoredEvent], event: StoredEvent) -> Family {
    let place = |known: &StoredEvent| membership(&known.event).map(|(_, index)| index);
    let placed: Vec<(u64, &StoredEvent)> =
        known.iter().filter_map(|known| Some((place(known)?, known))).collect();
    let has_event = |run: &&[(u64, &StoredEvent)]| run.iter().any(|(_, one)| one.seq == event.seq);
    let Some(run) = runs(&placed).into_iter().find(has_event) else {
        // It went meanwhile, and stands for itself.
        return Family::of_one(event);
    };
    let mut members = run.to_vec();
    members.sort_by_key(|(index, _)| *index);
    Family {
        first: members.first().map_or(event.seq, |(_, first)| first.seq),
        lowest: members.iter().map(|(_, one)| one.seq).min().unwrap_or(event.seq),
        events: members.iter().map(|(_, member)| member.event.clone()).collect(),
    }
}

/// The families of events with their places, in the order of the log: all of them where no place
/// stands twice; else the runs in which places rise, or where these do not begin with the first
/// place, those in which they fall.
fn runs<'p, 'k>(placed: &'p [(u64, &'k StoredEvent)]) -> Vec<&'p [(u64, &'k StoredEvent)]> {
    let mut places: Vec<u64> = placed.iter().map(|(index, _)| *index).collect();
    places.sort_unstable();
    if places.windows(2).all(|pair| pair[0] != pair[1]) {
        return vec![placed];
    }
    let rising: Vec<_> = placed.chunk_by(|(one, _), (next, _)| one < next).collect();
    match rising.iter().all(|run| run.first().is_some_and(|(index, _)| *index == 0)) {
        true => rising,
        false => placed.chunk_by(|(one, _), (next, _)| one > next).collect(),
    }
}
