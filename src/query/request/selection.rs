//! Which events are asked for: what a search and a follower have in common.

use crate::Result;
use crate::profile::Registry;
use crate::query::ast::Query;
use crate::query::predicate::labels::CodeLabels;
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
    pub(crate) tenant: Option<String>,
    pub(crate) include_hidden: bool,
    pub(crate) language: Option<String>,
}

impl Selection {
    /// Every event that matches and is visible; dates are those of UTC.
    pub fn new(query: Query) -> Selection {
        Selection { query, zone: Tz::UTC, tenant: None, include_hidden: false, language: None }
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

    /// Also events that are past `visible_for` but not past `kept_for`.
    #[must_use]
    pub fn include_hidden(self) -> Self {
        Selection { include_hidden: true, ..self }
    }

    /// With labels in this language; see [`Search::language`](super::search::Search::language).
    #[must_use]
    pub fn language(self, language: &str) -> Self {
        Selection { language: Some(language.to_owned()), ..self }
    }

    /// The labels of the language, if there is one.
    pub(super) fn labels(&self, profiles: &Registry) -> Option<Result<Arc<CodeLabels>>> {
        let language = self.language.as_ref()?;
        Some(CodeLabels::new(profiles, language).map(Arc::new))
    }
}
