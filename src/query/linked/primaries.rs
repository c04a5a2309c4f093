//! From events to the primaries of their actions.

use super::link::{Link, LinkKey, has_cause, lists};
use crate::Result;
use crate::event::StoredEvent;
use crate::query::ast::Query;
use crate::query::request::search::Search;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

/// Causes of causes that are followed; the one at the end stands for the action then.
pub(super) const CAUSES_MAX: usize = 64;
/// Keys that are remembered.
const KNOWN_MAX: usize = 100_000;

/// Finds primaries, and remembers what it has found of late.
pub(super) struct Primaries<'s, 'a> {
    search: &'s Search<'a>,
    by_id: HashMap<LinkKey, Vec<Link>>,
    /// The oldest event without a cause of each correlation id.
    first_of_group: HashMap<LinkKey, Link>,
}

/// The way from an event to its primary, as far as it was gone.
struct CausePath {
    /// The events on it, from the effect to the cause.
    links: Vec<Link>,
    is_at_end: bool,
}

impl<'s, 'a> Primaries<'s, 'a> {
    /// Those that `search` may see.
    pub(super) fn new(search: &'s Search<'a>) -> Self {
        Primaries { search, by_id: HashMap::new(), first_of_group: HashMap::new() }
    }

    /// The primary of each event, in their order.
    ///
    /// Cost: a query for every 256 ids and correlation ids that are not known yet, and that for
    /// each step from effects to causes.
    ///
    /// # Errors
    /// As [`Search::page`], and [`crate::Error::Budget`].
    pub(super) fn of(&mut self, links: Vec<Link>) -> Result<Vec<Link>> {
        if self.by_id.len() + self.first_of_group.len() > KNOWN_MAX {
            self.by_id.clear();
            self.first_of_group.clear();
        }
        let path =
            |link: Link| CausePath { is_at_end: link.caused_by.is_none(), links: vec![link] };
        let mut paths: Vec<CausePath> = links.into_iter().map(path).collect();
        for _ in 0..CAUSES_MAX {
            let open = || paths.iter().filter(|path| !path.is_at_end);
            let keys = open().filter_map(|path| path.links.last()?.cause_key()).collect();
            if open().next().is_none() {
                break;
            }
            self.look_up_ids(keys)?;
            for path in paths.iter_mut().filter(|path| !path.is_at_end) {
                self.step(path);
            }
        }
        let ends: Vec<Link> = paths.into_iter().filter_map(|mut path| path.links.pop()).collect();
        self.look_up_groups(ends.iter().filter_map(Link::group_key).collect())?;
        let first = |end: Link| {
            let key = end.group_key();
            key.and_then(|key| self.first_of_group.get(&key)).cloned().unwrap_or(end)
        };
        Ok(ends.into_iter().map(first).collect())
    }

    /// Goes to the cause of the event at the end of a path.
    fn step(&self, path: &mut CausePath) {
        let cause = path.links.last().and_then(|link| self.cause_of(link));
        let Some(cause) = cause else {
            path.is_at_end = true;
            return;
        };
        match path.links.iter().position(|link| link.seq == cause.seq) {
            // Events that cause each other: the first of them stands for all.
            Some(place) => {
                let circle = path.links.split_off(place);
                path.links.extend(circle.into_iter().min_by_key(|link| link.seq));
                path.is_at_end = true;
            }
            None => {
                path.is_at_end = cause.caused_by.is_none();
                path.links.push(cause.clone());
            }
        }
    }

    fn cause_of(&self, link: &Link) -> Option<&Link> {
        let causes = self.by_id.get(&link.cause_key()?)?;
        let is_apart =
            |cause: &Link| link.correlation.is_none() || cause.correlation != link.correlation;
        causes.iter().min_by_key(|cause| (is_apart(cause), cause.seq))
    }

    fn look_up_ids(&mut self, mut keys: BTreeSet<LinkKey>) -> Result<()> {
        keys.retain(|key| !self.by_id.contains_key(key));
        self.by_id.extend(keys.iter().map(|key| (key.clone(), Vec::new())));
        for query in lists("id", keys.iter().map(|(_, id)| id.as_str())) {
            each(self.search, query, &mut |stored| {
                let link = Link::of(stored);
                let key = link.id_key().filter(|key| keys.contains(key));
                if let Some(links) = key.and_then(|key| self.by_id.get_mut(&key))
                    && links.iter().all(|known| known.seq != link.seq)
                {
                    links.push(link);
                }
            })?;
        }
        Ok(())
    }

    fn look_up_groups(&mut self, mut keys: BTreeSet<LinkKey>) -> Result<()> {
        keys.retain(|key| !self.first_of_group.contains_key(key));
        for query in lists("correlation_id", keys.iter().map(|(_, id)| id.as_str())) {
            each(self.search, query.and(!has_cause()), &mut |stored| {
                let link = Link::of(stored);
                let Some(key) = link.group_key().filter(|key| keys.contains(key)) else { return };
                let place = |link: &Link| (link.time, link.seq);
                let first = self.first_of_group.entry(key).or_insert_with(|| link.clone());
                if place(&link) < place(first) {
                    *first = link;
                }
            })?;
        }
        Ok(())
    }
}

/// Calls `look` with every event that meets a query, at any time, of those that `search` may see.
pub(super) fn each(
    search: &Search<'_>,
    query: Query,
    look: &mut dyn FnMut(&StoredEvent),
) -> Result<()> {
    search.beside(query).for_each(|stored| {
        look(stored);
        Ok(ControlFlow::Continue(()))
    })
}
