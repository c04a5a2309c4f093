//! From primaries to all events of their actions.

use super::link::{Link, LinkKey, has_cause, lists};
use super::primaries::{CAUSES_MAX, Primaries, each};
use crate::Result;
use crate::query::request::search::Search;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The sequences of the other events of each action, by that of its primary.
///
/// Cost: a query for every 256 events of the actions that have an id, and the look-ups of
/// [`Primaries::of`]; memory for what ties them.
///
/// # Errors
/// As [`Search::page`], and [`crate::Error::Budget`].
pub(super) fn effects_of(
    search: &Search<'_>,
    primaries: &mut Primaries<'_, '_>,
    actions: &[Link],
) -> Result<HashMap<u64, Vec<u64>>> {
    let mut newest: Vec<Link> = actions.to_vec();
    let mut found: BTreeMap<u64, Link> =
        newest.iter().map(|link| (link.seq, link.clone())).collect();
    for _ in 0..CAUSES_MAX {
        if newest.is_empty() {
            break;
        }
        newest = neighbours(search, &newest, &found)?;
        found.extend(newest.iter().map(|link| (link.seq, link.clone())));
    }
    let links: Vec<Link> = found.into_values().collect();
    let seqs: Vec<u64> = links.iter().map(|link| link.seq).collect();
    let mut effects: HashMap<u64, Vec<u64>> =
        actions.iter().map(|action| (action.seq, Vec::new())).collect();
    for (seq, primary) in seqs.into_iter().zip(primaries.of(links)?) {
        // An event that is tied to the action and belongs to another one counts there.
        if let Some(effects) = effects.get_mut(&primary.seq).filter(|_| primary.seq != seq) {
            effects.push(seq);
        }
    }
    Ok(effects)
}

/// The events that one of `links` has caused, or that are in its group, without those found.
fn neighbours(
    search: &Search<'_>,
    links: &[Link],
    found: &BTreeMap<u64, Link>,
) -> Result<Vec<Link>> {
    let ids: BTreeSet<LinkKey> = links.iter().filter_map(Link::id_key).collect();
    let groups: BTreeSet<LinkKey> = links.iter().filter_map(Link::group_key).collect();
    let mut newest: BTreeMap<u64, Link> = BTreeMap::new();
    let mut take = |link: Link, key: Option<LinkKey>, wanted: &BTreeSet<LinkKey>| {
        if key.is_some_and(|key| wanted.contains(&key)) && !found.contains_key(&link.seq) {
            newest.insert(link.seq, link);
        }
    };
    for query in lists("caused_by.id", ids.iter().map(|(_, id)| id.as_str())) {
        each(search, query, &mut |stored| {
            let link = Link::of(stored);
            let key = link.cause_key();
            take(link, key, &ids);
        })?;
    }
    for query in lists("correlation_id", groups.iter().map(|(_, id)| id.as_str())) {
        each(search, query.and(!has_cause()), &mut |stored| {
            let link = Link::of(stored);
            let key = link.group_key();
            take(link, key, &groups);
        })?;
    }
    Ok(newest.into_values().collect())
}
