//! What is asked for: the parameters of a list of entries.

use super::sort::EntryOrder;
use super::term;
use crate::event::Timestamp;
use crate::import::Calendly;
use crate::profile::Profile;
use crate::query::{Literal, Query, Search};
use crate::serve::compat::seen;
use crate::serve::compat::seen::take_instant;
use crate::serve::compat::token::QuestionMark;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};

/// The source whose events are entries.
const SOURCE: &str = "activity_log";
/// Entries of a page, at most.
const COUNT_MAX: usize = 100;
/// Entries of a page where nobody says how many.
const COUNT_DEFAULT: usize = 20;
/// Values of a list.
const VALUES_MAX: usize = 100;
/// The name of the parameter that leads to a page.
pub(super) const TOKEN: &str = "page_token";

/// Parameters that may stand several times, their values being one list.
pub(super) const LISTS: [&str; 8] =
    ["actor", "actor[]", "sort", "sort[]", "namespace", "namespace[]", "action", "action[]"];

/// Entries that are asked for.
#[derive(Debug, Clone)]
pub(super) struct EntryListAsked {
    /// The address of the organization, as it came.
    pub(super) organization: String,
    /// Its id.
    pub(super) tenant: String,
    pub(super) query: Query,
    /// Whether labels are searched.
    pub(super) has_term: bool,
    pub(super) order: EntryOrder,
    /// Entries of a page.
    pub(super) count: usize,
    /// The page that is asked for.
    pub(super) token: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl EntryListAsked {
    /// Takes the parameters.
    ///
    /// # Errors
    /// 400 for values that they do not have.
    pub(super) fn take(params: &mut Params) -> Answer<EntryListAsked> {
        let organization = params.required("organization")?;
        let mut conditions = Vec::new();
        let term = params.text("search_term");
        conditions.extend(term.as_deref().map(term::read).transpose()?);
        let actors = list(params, "actor", "actor[]")?;
        let namespaces = list(params, "namespace", "namespace[]")?;
        let actions = list(params, "action", "action[]")?;
        if !actors.is_empty() {
            let ids = actors.iter().map(|uri| Literal::quoted(Calendly.id_of(uri)));
            conditions.push(Query::field("actor.id").one_of(ids));
        }
        if !namespaces.is_empty() {
            conditions.push(any(namespaces.iter().map(|name| of_namespace(name))));
        }
        if !actions.is_empty() {
            conditions.push(any(actions.iter().map(|name| of_action(name))));
        }
        let from = take_instant(params, "min_occurred_at")?;
        let to = take_instant(params, "max_occurred_at")?;
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            let problem = "is later than max_occurred_at";
            return Err(Problem::parameter("min_occurred_at", problem));
        }
        let source = Query::field("data_source").equals(SOURCE);
        Ok(EntryListAsked {
            tenant: Calendly.id_of(&organization).to_owned(),
            organization,
            query: conditions.into_iter().fold(source, Query::and),
            has_term: term.is_some(),
            order: EntryOrder::read(&list(params, "sort", "sort[]")?)?,
            count: params.number("count", 1..=COUNT_MAX)?.unwrap_or(COUNT_DEFAULT),
            token: params.text(TOKEN),
            from,
            to,
        })
    }

    /// A search within the times.
    pub(super) fn within_times<'a>(&self, search: Search<'a>) -> Search<'a> {
        seen::between(search, self.from, self.to)
    }

    /// What is asked for, whatever the page and its size.
    pub(super) fn question(&self) -> QuestionMark {
        let micros = |time: Option<Timestamp>| format!("{:?}", time.map(Timestamp::micros));
        let (query, order) = (self.query.to_string(), self.order.name());
        let (from, to) = (micros(self.from), micros(self.to));
        QuestionMark::of(&["calendly", &self.tenant, &query, &order, &from, &to])
    }
}

/// The values of a list, which clients write in one of two ways.
///
/// # Errors
/// 400 for too many.
fn list(params: &mut Params, name: &'static str, bracketed: &'static str) -> Answer<Vec<String>> {
    let texts = [params.text(name), params.text(bracketed)];
    let texts = texts.iter().flatten().flat_map(|text| text.split(','));
    let texts = texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let texts: Vec<String> = texts.collect();
    match texts.len() > VALUES_MAX {
        true => Err(Problem::parameter(name, format!("has at most {VALUES_MAX} values"))),
        false => Ok(texts),
    }
}

fn any(queries: impl Iterator<Item = Query>) -> Query {
    queries.reduce(Query::or).unwrap_or_else(|| !Query::all())
}

/// Events of a namespace: those of the category that is spelled so, and those of activities that
/// have a spelling in it.
fn of_namespace(name: &str) -> Query {
    let mut categories = vec![Literal::quoted(name)];
    let mut activities = Vec::new();
    if let Ok(profile) = Profile::built_in("calendly") {
        let codes = profile.categories().iter().map(|category| category.code.as_str());
        let same = codes.filter(|code| is_same(&Calendly.spelling(code, "").0, name));
        categories.extend(same.map(Literal::quoted));
        for activity in profile.activities() {
            let mut spellings = activity.aliases.iter().map(|alias| alias.spelling.as_str());
            if spellings.any(|full| full.split('.').next().is_some_and(|part| is_same(part, name)))
            {
                activities.push(pair(&activity.category, &activity.code));
            }
        }
    }
    activities.into_iter().fold(Query::field("category").one_of(categories), Query::or)
}

/// Events of an action, in whatever namespace.
fn of_action(name: &str) -> Query {
    let mut pairs = Vec::new();
    if let Ok(profile) = Profile::built_in("calendly") {
        for activity in profile.activities() {
            let (_, spelled) = Calendly.spelling(&activity.category, &activity.code);
            let mut spellings = activity.aliases.iter().map(|alias| alias.spelling.as_str());
            if is_same(&spelled, name)
                || is_same(&activity.code, name)
                || spellings.any(|full| full.split('.').nth(1).is_some_and(|it| is_same(it, name)))
            {
                pairs.push(pair(&activity.category, &activity.code));
            }
        }
    }
    pairs.into_iter().fold(Query::field("activity").equals(name), Query::or)
}

fn pair(category: &str, activity: &str) -> Query {
    Query::field("category").equals(category).and(Query::field("activity").equals(activity))
}

/// Whether two spellings of a name are the same but for case and what stands between words.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |byte: u8| match byte {
        b'-' | b' ' => b'_',
        byte => byte.to_ascii_lowercase(),
    };
    one.bytes().map(plain).eq(other.bytes().map(plain))
}
