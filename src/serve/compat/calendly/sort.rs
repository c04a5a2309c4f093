//! `sort`: by which members entries are sorted, and the walk that finds the next ones.
//!
//! By time the engine gives them in their order. By anything else every entry is looked at, and the
//! first ones are kept.

use crate::event::StoredEvent;
use crate::import::Calendly;
use crate::query::{Order, Search};
use crate::serve::compat::seen::{too_costly, walk};
use crate::serve::compat::token::Place;
use crate::serve::http::problem::{Answer, Problem};
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// A member that entries are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Time,
    /// The place among what [`Calendly::sort_texts`] gives.
    Text(usize),
}

const MEMBERS: [(&str, Member); 5] = [
    ("occurred_at", Member::Time),
    ("namespace", Member::Text(0)),
    ("action", Member::Text(1)),
    ("actor.display_name", Member::Text(2)),
    ("actor.uri", Member::Text(3)),
];

/// Bytes of a text that count for the order, so that a place fits into an address.
const TEXT_BYTES_MAX: usize = 256;

/// The order of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryOrder {
    /// Members, and whether the highest comes first.
    keys: Vec<(Member, bool)>,
}

/// The entries of a page, and whether more lie behind it in the direction of the walk.
pub(super) struct Stretch {
    pub(super) entries: Vec<(Place, StoredEvent)>,
    pub(super) has_more: bool,
}

impl EntryOrder {
    /// Reads `member:asc` and `member:desc`; none are newest first.
    ///
    /// # Errors
    /// 400 for what is no member, or stands twice.
    pub(super) fn read(texts: &[String]) -> Answer<EntryOrder> {
        let wrong = |problem: String| Problem::parameter("sort", problem);
        let mut keys: Vec<(Member, bool)> = Vec::new();
        for text in texts {
            let (name, direction) = text.split_once(':').unwrap_or((text, ""));
            let member = MEMBERS.iter().find(|(known, _)| *known == name).map(|(_, it)| *it);
            let is_falling = match direction {
                "asc" => Some(false),
                "desc" => Some(true),
                _ => None,
            };
            let (Some(member), Some(is_falling)) = (member, is_falling) else {
                let names = MEMBERS.map(|(name, _)| name).join(", ");
                return Err(wrong(format!("`{text}` is none of {names} with :asc or :desc")));
            };
            if keys.iter().any(|(known, _)| *known == member) {
                return Err(wrong(format!("`{name}` stands twice")));
            }
            keys.push((member, is_falling));
        }
        if keys.is_empty() {
            keys.push((Member::Time, true));
        }
        Ok(EntryOrder { keys })
    }

    /// The order as a text.
    pub(super) fn name(&self) -> String {
        format!("{:?}", self.keys)
    }

    /// The place of an entry.
    fn place(&self, event: &StoredEvent, base: &str) -> Place {
        let has_texts = self.keys.iter().any(|(member, _)| *member != Member::Time);
        let texts = match has_texts {
            true => Calendly.sort_texts(&event.event, base),
            false => Default::default(),
        };
        let text = |(member, _): &(Member, bool)| match member {
            Member::Time => None,
            Member::Text(at) => Some(texts[*at].as_deref().map(cut)),
        };
        let keys = self.keys.iter().filter_map(text).collect();
        Place::of(event).with_keys(keys)
    }

    /// Which of two entries comes first. One without a member comes behind those that have it; of
    /// equal ones the newest comes first, or the one that the direction of time says.
    fn compare(&self, one: &Place, other: &Place) -> Ordering {
        let directed = |ordering: Ordering, is_falling: bool| match is_falling {
            true => ordering.reverse(),
            false => ordering,
        };
        let mut texts = one.keys().iter().zip(other.keys());
        let mut of_equal = None;
        for (member, is_falling) in &self.keys {
            let ordering = match member {
                Member::Time => {
                    of_equal = Some(*is_falling);
                    directed(one.time().cmp(&other.time()), *is_falling)
                }
                Member::Text(_) => match texts.next() {
                    Some((Some(one), Some(other))) => directed(one.cmp(other), *is_falling),
                    Some((one, other)) => one.is_none().cmp(&other.is_none()),
                    None => Ordering::Equal,
                },
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        let of_time = match of_equal {
            Some(_) => Ordering::Equal,
            None => one.time().cmp(&other.time()).reverse(),
        };
        of_time.then(directed(one.seq.cmp(&other.seq), of_equal.unwrap_or(true)))
    }

    /// The first `count` entries behind a place, or the last ones before it.
    ///
    /// # Errors
    /// As the search; 503 where a limit of cost was met before it was known which they are.
    pub(super) fn stretch(
        &self,
        search: Search<'_>,
        place: Option<&Place>,
        count: usize,
        base: &str,
    ) -> Answer<Stretch> {
        let is_back = place.is_some_and(Place::is_back);
        let by_time = match self.keys[0] {
            (Member::Time, is_falling) => Some(is_falling != is_back),
            _ => None,
        };
        let is_newest = by_time.unwrap_or(true);
        let search = search.order(if is_newest { Order::Newest } else { Order::Oldest });
        let search = match place.filter(|_| by_time.is_some()) {
            Some(place) if is_newest => search.between(..=place.time()),
            Some(place) => search.between(place.time()..),
            None => search,
        };
        let compare = |one: &Place, other: &Place| match is_back {
            true => self.compare(other, one),
            false => self.compare(one, other),
        };
        let mut entries: Vec<(Place, StoredEvent)> = Vec::new();
        let is_whole = walk(search, |event| {
            let at = self.place(&event, base);
            if place.is_some_and(|place| compare(&at, place) != Ordering::Greater) {
                return Ok(ControlFlow::Continue(()));
            }
            let is_full = entries.len() > count;
            if let Some((last, _)) = entries.last().filter(|_| is_full) {
                if by_time.is_some() && at.time() != last.time() {
                    return Ok(ControlFlow::Break(()));
                }
                if compare(&at, last) == Ordering::Greater {
                    return Ok(ControlFlow::Continue(()));
                }
            }
            let behind = entries.partition_point(|(known, _)| compare(known, &at).is_lt());
            entries.insert(behind, (at, event));
            entries.truncate(count + 1);
            Ok(ControlFlow::Continue(()))
        })?;
        if !is_whole && (by_time.is_none() || entries.is_empty()) {
            return Err(too_costly());
        }
        let has_more = entries.len() > count || !is_whole;
        entries.truncate(count);
        if is_back {
            entries.reverse();
        }
        Ok(Stretch { entries, has_more })
    }
}

/// The part of a text that counts for the order.
fn cut(text: &str) -> String {
    let ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let end = ends.take_while(|end| *end <= TEXT_BYTES_MAX).last().unwrap_or(0);
    text[..end].to_owned()
}
