//! What is asked for: the body of a request.

use crate::event::{Timestamp, format_instant};
use crate::json::Value;
use crate::profile::{Activity, Profile};
use crate::query::{Literal, Query};
use crate::serve::compat::seen::read_instant;
use crate::serve::http::problem::{Answer, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// The source whose events are asked for.
const SOURCE: &str = "audit_log";
/// The author of what the product does by itself.
const SYSTEM: &str = "SYSTEM";
/// Entries of a page.
const SIZES: RangeInclusive<u64> = 1..=50;
/// Entries of a page where nobody says how many.
const SIZE_DEFAULT: u64 = 20;
/// The members of a body.
const MEMBERS: [&str; 6] = ["start", "end", "actions", "authors", "page", "page-size"];
/// The members of `authors`.
const AUTHOR_MEMBERS: [&str; 2] = ["contains", "authorIds"];

/// Entries that are asked for.
#[derive(Debug, Clone)]
pub(super) struct EntriesAsked {
    /// What an event meets, whose action may yet be another one.
    pub(super) query: Query,
    /// Whether its action cannot be another one.
    pub(super) is_exact: bool,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// Entries of a page.
    pub(super) size: usize,
    actions: BTreeSet<String>,
    page: u64,
}

impl EntriesAsked {
    /// Reads a body.
    ///
    /// # Errors
    /// 400 naming the member.
    pub(super) fn read(body: &Value) -> Answer<EntriesAsked> {
        check_members(body, "the body", &MEMBERS)?;
        let start = read_instant("start", text(body, "start")?)?;
        let end = read_instant("end", text(body, "end")?)?;
        if start >= end {
            return Err(Problem::parameter("start", "has to be before end"));
        }
        let actions = read_actions(body)?;
        let profile = Profile::built_in("clockify").map_err(Problem::from)?;
        let (codes, is_exact) = codes(&profile, &actions)?;
        let query = Query::field("data_source").equals(SOURCE).and(codes);
        let query = match author_query(body)? {
            Some(authors) => query.and(authors),
            None => query,
        };
        let page = number(body, "page", 1..=u64::MAX)?.unwrap_or(1);
        let size = number(body, "page-size", SIZES)?.unwrap_or(SIZE_DEFAULT);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        Ok(EntriesAsked { query, is_exact, start, end, size, actions, page })
    }

    /// All of it as one query, for the record.
    pub(super) fn recorded(&self) -> Query {
        let time = || Query::field("occurred_at");
        let (start, end) = (format_instant(self.start, 0), format_instant(self.end, 0));
        self.query.clone().and(time().at_least(start)).and(time().below(end))
    }

    /// How many entries the pages before have.
    pub(super) fn entries_before(&self) -> u64 {
        (self.page - 1).saturating_mul(self.size as u64)
    }

    /// Whether the action of an entry is one of those that are asked for.
    pub(super) fn is_wanted(&self, entry: &Value) -> bool {
        let action = entry.get("action").and_then(Value::as_str);
        self.is_exact || action.is_some_and(|action| self.actions.contains(action))
    }
}

/// An object with no other members than these.
fn check_members(value: &Value, name: &str, known: &[&str]) -> Answer<()> {
    let Some(members) = value.as_object() else {
        return Err(Problem::parameter(name, "is no JSON object"));
    };
    match members.iter().find(|(key, _)| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some((key, _)) => Err(Problem::parameter(key, format!("is none of {}", known.join(", ")))),
    }
}

fn text<'v>(body: &'v Value, key: &str) -> Answer<&'v str> {
    let text = body.get(key).and_then(Value::as_str);
    text.ok_or_else(|| Problem::parameter(key, "is required, a text"))
}

fn number(body: &Value, key: &str, range: RangeInclusive<u64>) -> Answer<Option<u64>> {
    let Some(value) = body.get(key).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let found = value.as_number().and_then(|number| number.as_str().parse().ok());
    let (first, last) = (range.start(), range.end());
    let wrong = || match *last {
        u64::MAX => format!("is a whole number from {first} on"),
        last => format!("is a whole number from {first} to {last}"),
    };
    let found = found.filter(|number| range.contains(number));
    found.map(Some).ok_or_else(|| Problem::parameter(key, wrong()))
}

fn texts(list: &Value, key: &str) -> Answer<Vec<String>> {
    let texts = list.as_list().and_then(|list| {
        list.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()
    });
    texts.ok_or_else(|| Problem::parameter(key, "is a list of texts"))
}

fn read_actions(body: &Value) -> Answer<BTreeSet<String>> {
    let list = body.get("actions").ok_or_else(|| Problem::parameter("actions", "is required"))?;
    let actions = texts(list, "actions")?;
    if actions.is_empty() {
        return Err(Problem::parameter("actions", "has at least one"));
    }
    let count = actions.len();
    let actions: BTreeSet<String> = actions.into_iter().collect();
    match actions.len() == count {
        true => Ok(actions),
        false => Err(Problem::parameter("actions", "has one of them twice")),
    }
}

/// The codes of actions, and whether no other action has one of them.
fn codes(profile: &Profile, actions: &BTreeSet<String>) -> Answer<(Query, bool)> {
    let mut wanted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for action in actions {
        let is_of = |activity: &&Activity| names(activity).any(|name| name == action);
        let activity = profile.activities().iter().find(is_of);
        let unknown = || Problem::parameter("actions", format!("`{action}` is no action"));
        let activity = activity.ok_or_else(unknown)?;
        *wanted.entry((&activity.category, &activity.code)).or_default() += 1;
    }
    let is_exact = wanted.iter().all(|((category, code), count)| {
        profile.activity(category, code).is_some_and(|activity| names(activity).count() == *count)
    });
    let pairs = wanted.keys().map(|(category, code)| {
        Query::field("category").equals(*category).and(Query::field("activity").equals(*code))
    });
    let codes = pairs.reduce(Query::or).unwrap_or_else(|| !Query::all());
    Ok((codes, is_exact))
}

/// The actions of the interface that are this activity.
fn names(activity: &Activity) -> impl Iterator<Item = &str> {
    let spellings = activity.aliases.iter().map(|alias| alias.spelling.as_str());
    spellings.filter(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
}

/// The authors that are asked for, or those that are not; `None`: everybody.
fn author_query(body: &Value) -> Answer<Option<Query>> {
    let authors =
        body.get("authors").ok_or_else(|| Problem::parameter("authors", "is required"))?;
    check_members(authors, "authors", &AUTHOR_MEMBERS)?;
    let contains = authors.get("contains").filter(|contains| !contains.is_null());
    let is_negated = match contains.map(Value::as_str) {
        None | Some(Some("CONTAINS")) => false,
        Some(Some("DOES_NOT_CONTAIN")) => true,
        Some(_) => {
            let problem = "is CONTAINS or DOES_NOT_CONTAIN";
            return Err(Problem::parameter("contains", problem));
        }
    };
    let Some(ids) = authors.get("authorIds").filter(|ids| !ids.is_null()) else {
        return Ok(None);
    };
    let ids = texts(ids, "authorIds")?;
    let has_system = ids.iter().any(|id| id == SYSTEM);
    let mut query = Query::field("actor.id").one_of(ids.into_iter().map(Literal::quoted));
    if has_system {
        let nameless = Query::field("actor.type").equals("system");
        query = query.or(nameless.and(!Query::field("actor.id").exists()));
    }
    Ok(Some(if is_negated { !query } else { query }))
}
