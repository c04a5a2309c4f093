//! Which events are asked for: what a search and a follower have in common.

use super::renamed::{may_name, renamed};
use super::scope::{ReaderScope, is_one_of};
use crate::error::Reading;
use crate::profile::Registry;
use crate::query::ast::Query;
use crate::query::predicate::labels::CodeLabels;
use crate::query::predicate::tree::Predicate;
use crate::store::Snapshot;
use crate::{Error, Result};
use chrono_tz::Tz;
use std::sync::Arc;

/// Which events are asked for, once for [`Search`](super::search::Search) and
/// [`Follow`](crate::query::Follow).
///
/// # Examples
/// ```no_run
/// use annals::query::{FollowCursor, Query, Selection};
/// use annals::Store;
///
/// let store = Store::open("activity")?;
/// let logins = Selection::new(Query::parse("category=login")?).tenant("acme");
/// println!("{} so far", store.snapshot().select(logins.clone()).count()?);
/// for event in store.follow(FollowCursor::START).select(logins) {
///     println!("{}", event?.seq);
/// }
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Selection {
    pub(crate) query: Query,
    pub(crate) zone: Tz,
    /// The tenant that is asked for; the scope may name one, too.
    tenant: Option<String>,
    scope: ReaderScope,
    include_hidden: bool,
    pub(crate) language: Option<String>,
    pub(crate) follows_aliases: bool,
}

impl Selection {
    /// Every event that matches and is visible; dates are those of UTC.
    pub fn new(query: Query) -> Selection {
        Selection {
            query,
            zone: Tz::UTC,
            tenant: None,
            scope: ReaderScope::all(),
            include_hidden: false,
            language: None,
            follows_aliases: true,
        }
    }

    /// The zone of dates, calendar lengths and buckets (default UTC).
    #[must_use]
    pub fn zone(self, zone: Tz) -> Self {
        Selection { zone, ..self }
    }

    /// Only events whose `tenant` is this, byte for byte.
    #[must_use]
    pub fn tenant(self, tenant: &str) -> Self {
        Selection { tenant: Some(tenant.to_owned()), ..self }
    }

    /// Only what a scope sees, and with its mask; a second call narrows it, and nothing widens it.
    #[must_use]
    pub fn scope(self, scope: &ReaderScope) -> Self {
        Selection { scope: self.scope.within(scope), ..self }
    }

    /// Also events that are past `visible_for` but not past `kept_for`, where the scope allows it.
    #[must_use]
    pub fn include_hidden(self) -> Self {
        Selection { include_hidden: true, ..self }
    }

    /// With labels in this language; see [`Search::language`](super::search::Search::language).
    #[must_use]
    pub fn language(self, language: &str) -> Self {
        Selection { language: Some(language.to_owned()), ..self }
    }

    /// The same for another query.
    pub(super) fn instead(&self, query: Query) -> Selection {
        Selection { query, ..self.clone() }
    }

    /// The labels of the language, if there is one.
    pub(super) fn labels(&self, profiles: &Registry) -> Option<Result<Arc<CodeLabels>>> {
        let language = self.language.as_ref()?;
        Some(CodeLabels::new(profiles, language).map(Arc::new))
    }

    /// The scope.
    pub(crate) fn reader_scope(&self) -> &ReaderScope {
        &self.scope
    }

    /// Whether hidden events are seen.
    pub(crate) fn sees_hidden(&self) -> bool {
        self.include_hidden && self.scope.shows_hidden()
    }

    /// Whether the answer must tell nothing of other events than those of a tenant or source, or
    /// of masked fields.
    pub fn is_restricted(&self) -> bool {
        self.tenant.is_some() || self.scope.is_restricted()
    }

    /// Whether it has the scope of a reader, to whom no place, file or `seq` of other events is
    /// told either. Who only asks for a tenant may ask for others, too.
    pub(crate) fn is_of_reader(&self) -> bool {
        self.scope.is_restricted()
    }

    /// The only tenant whose events are seen.
    pub(crate) fn only_tenant(&self) -> Option<&str> {
        self.scope.tenant.as_deref().or(self.tenant.as_deref())
    }

    /// The tenant that was asked for.
    pub(crate) fn asked_tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// What the events of tenant and scope meet.
    pub(in crate::query) fn conditions(&self) -> Vec<Predicate> {
        let mut conditions = self.scope.conditions();
        let asked = self.tenant.iter().filter(|tenant| self.scope.tenant.as_ref() != Some(*tenant));
        conditions.extend(asked.map(|tenant| is_one_of("tenant", vec![tenant.clone()])));
        conditions
    }

    /// What a cursor is bound to beside query and zone.
    pub(crate) fn fingerprint(&self) -> String {
        let scope = match self.scope == ReaderScope::all() {
            true => String::new(),
            false => format!("\0{:?}", self.scope),
        };
        format!("\0{}{scope}", self.sees_hidden())
    }

    /// An outcome whose error tells a reader of a scope nothing of other events: no file and no
    /// place.
    pub(crate) fn told<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|error| match error {
            Error::Corrupt { .. } | Error::Unsupported { .. } if self.is_of_reader() => {
                Error::Corrupt {
                    path: "store".into(),
                    offset: 0,
                    reading: Reading::Content("what may hold events in question"),
                    expected: "what was written".into(),
                    got: "damage; who runs the store finds the place with `annals verify`".into(),
                }
            }
            other => other,
        })
    }

    /// A condition on an actor finds what it says and no more: without this, one that names a
    /// person (`actor.id`, `actor.email`, `actor.display_name` and `actor`, by `:`, `=` or `!=`)
    /// stands for all names that [`Aliases`](crate::store::Aliases) have of the person.
    #[must_use]
    pub fn without_aliases(self) -> Self {
        Selection { follows_aliases: false, ..self }
    }

    /// The query with the names of persons spelled out; `None` if it is as it was written.
    pub(super) fn renamed(&self, snapshot: &Snapshot) -> Result<Option<Query>> {
        if !self.follows_aliases || !may_name(&self.query) {
            return Ok(None);
        }
        match snapshot.aliases()? {
            aliases if aliases.list().is_empty() => Ok(None),
            aliases => renamed(&self.query, aliases),
        }
    }
}
