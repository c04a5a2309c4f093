//! What is asked for: the parameters of a report.

use super::filters::{of_field, read_filters, with_all};
use super::selection::Given;
use crate::event::Timestamp;
use crate::profile::Profile;
use crate::query::{Literal, Query, Search};
use crate::serve::compat::seen;
use crate::serve::compat::seen::{Seen, take_instant};
use crate::serve::compat::token::QuestionMark;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use std::net::IpAddr;

/// Activities of a page, at most and where nobody says how many.
const ACTIVITIES_MAX: usize = 1000;
/// Everybody.
const ALL_USERS: &str = "all";
/// The customer of who asks.
const OWN_CUSTOMER: &str = "my_customer";
/// The application whose codes a profile has.
const CALENDAR: &str = "calendar";

/// The applications that Google's interface lists.
const APPLICATIONS: [&str; 42] = [
    "access_evaluation",
    "access_transparency",
    "admin",
    "admin_data_action",
    "assignments",
    "calendar",
    "chat",
    "chrome",
    "chrome_sync",
    "classroom",
    "cloud_search",
    "contacts",
    "context_aware_access",
    "data_migration",
    "data_studio",
    "directory_sync",
    "drive",
    "gcp",
    "gemini_in_workspace_apps",
    "gemini_notebook",
    "gmail",
    "gplus",
    "graduation",
    "groups",
    "groups_enterprise",
    "jamboard",
    "keep",
    "ldap",
    "login",
    "meet",
    "meet_hardware",
    "mobile",
    "profile",
    "rules",
    "saml",
    "takeout",
    "tasks",
    "token",
    "user_accounts",
    "vault",
    "voice",
    "workspace_studio",
];

/// Parameters that every interface of Google takes, and that change nothing here.
const WITHOUT_EFFECT: [&str; 7] =
    ["key", "quotaUser", "userIp", "uploadType", "upload_protocol", "$.xgafv", "prettyPrint"];

/// A report that is asked for.
#[derive(Debug, Clone)]
pub(super) struct ReportAsked {
    application: String,
    conditions: Vec<Query>,
    /// Only this customer.
    pub(super) customer: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// Activities of a page.
    pub(super) limit: usize,
    /// The page that is asked for.
    pub(super) token: Option<String>,
    /// What of the answer is given.
    pub(super) given: Given,
}

impl ReportAsked {
    /// Reads the path and takes the parameters.
    ///
    /// # Errors
    /// 400 for values that they do not have.
    pub(super) fn take(user: &str, application: &str, params: &mut Params) -> Answer<ReportAsked> {
        for name in WITHOUT_EFFECT {
            params.text(name);
        }
        if params.text("alt").is_some_and(|form| form != "json") {
            return Err(Problem::parameter("alt", "is json"));
        }
        // Whether sensitive content is there was decided when it was imported.
        params.flag("includeSensitiveData")?;
        let mut conditions = vec![Query::field("data_source").equals(application)];
        conditions.extend(user_condition(user));
        let event = params.text("eventName");
        conditions.extend(event.map(|name| event_condition(application, &name)));
        if let Some(address) = params.text("actorIpAddress") {
            conditions.push(address_condition(&address)?);
        }
        if let Some(unit) = params.text("orgUnitID") {
            conditions.push(id_condition("actor.org_unit", std::iter::once(unit.as_str())));
        }
        if let Some(groups) = params.text("groupIdFilter") {
            conditions.push(id_condition("actor.groups", groups.split(',')));
        }
        if let Some(filters) = params.text("filters") {
            conditions.extend(read_filters(&filters)?);
        }
        for (name, fields) in with_all() {
            let text = params.text(name);
            conditions.extend(text.map(|text| of_field(name, fields, &text)).transpose()?);
        }
        let given = params.text("fields").map(|fields| Given::read(&fields)).transpose()?;
        let customer = params.text("customerId").filter(|customer| customer != OWN_CUSTOMER);
        Ok(ReportAsked {
            application: application.to_owned(),
            conditions,
            customer,
            from: take_instant(params, "startTime")?,
            to: take_instant(params, "endTime")?,
            limit: params.number("maxResults", 1..=ACTIVITIES_MAX)?.unwrap_or(ACTIVITIES_MAX),
            token: params.text("pageToken"),
            given: given.unwrap_or(Given::Whole),
        })
    }

    /// What one inner event of an activity meets.
    pub(super) fn query(&self) -> Query {
        let mut conditions = self.conditions.iter().cloned();
        let first = conditions.next().unwrap_or_else(Query::all);
        conditions.fold(first, Query::and)
    }

    /// A search within the times.
    pub(super) fn within_times<'a>(&self, search: Search<'a>) -> Search<'a> {
        seen::between(search, self.from, self.to)
    }

    /// Times that no report has.
    ///
    /// # Errors
    /// 400 for a beginning that is not before the end, or not before now.
    pub(super) fn check_times(&self, now: Timestamp) -> Answer<()> {
        let Some(from) = self.from else {
            return Ok(());
        };
        if self.to.is_some_and(|to| from >= to) {
            return Err(Problem::parameter("startTime", "is not before endTime"));
        }
        if from > now {
            return Err(Problem::parameter("startTime", "is not before now"));
        }
        Ok(())
    }

    /// What the report is about, whatever the page.
    pub(super) fn question(&self) -> QuestionMark {
        let micros = |time: Option<Timestamp>| format!("{:?}", time.map(Timestamp::micros));
        let customer = self.customer.as_deref().unwrap_or_default();
        let (from, to) = (micros(self.from), micros(self.to));
        QuestionMark::of(&["google", &self.query().to_string(), customer, &from, &to])
    }

    /// An application that Google does not list may be newer than this list: it is one if there
    /// are events of it.
    ///
    /// # Errors
    /// 400 where there are none.
    pub(super) fn check_application(&self, seen: &Seen<'_>) -> Answer<()> {
        let application = self.application.as_str();
        if APPLICATIONS.contains(&application) {
            return Ok(());
        }
        let query = Query::field("data_source").equals(application);
        match seen.search(query)?.limit(1).page()?.events.is_empty() {
            true => Err(Problem::parameter("applicationName", "there is no such application")),
            false => Ok(()),
        }
    }
}

/// Who acted: an address, or an id.
fn user_condition(user: &str) -> Option<Query> {
    match user {
        ALL_USERS => None,
        user if user.contains('@') => {
            let spellings = [user.to_owned(), user.to_lowercase()].map(Literal::quoted);
            Some(Query::field("actor.email").one_of(spellings))
        }
        id => Some(Query::field("actor.id").equals(id)),
    }
}

/// An event by its name, which an import may have stored in the spelling of the profile.
fn event_condition(application: &str, name: &str) -> Query {
    let mut names = vec![Literal::quoted(name)];
    if application == CALENDAR
        && let Ok(profile) = Profile::built_in("google")
    {
        let codes = profile.activities().iter().map(|activity| &activity.code);
        let same = codes.filter(|code| code.eq_ignore_ascii_case(name) && *code != name);
        names.extend(same.map(Literal::quoted));
    }
    Query::field("activity").one_of(names)
}

fn address_condition(address: &str) -> Answer<Query> {
    match address.parse::<IpAddr>() {
        Ok(address) => Ok(Query::field("context.ip").is(address.to_string())),
        Err(_) => Err(Problem::parameter("actorIpAddress", format!("`{address}` is no address"))),
    }
}

/// A field that is one of these ids, with or without the `id:` before them.
fn id_condition<'i>(field: &str, ids: impl Iterator<Item = &'i str>) -> Query {
    let spellings = ids.flat_map(|id| [Some(id), id.strip_prefix("id:")]);
    Query::field(field).one_of(spellings.flatten().map(Literal::quoted))
}
