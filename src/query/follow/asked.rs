//! What a follower wants to see.

use crate::query::ast::Query;
use crate::query::request::search::Search;
use crate::store::Snapshot;
use chrono_tz::Tz;

/// The options that a follower shares with a search.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) query: Query,
    pub(super) zone: Tz,
    pub(super) tenant: Option<String>,
    pub(super) include_hidden: bool,
}

impl Asked {
    /// Every event that is visible.
    pub(super) fn all() -> Asked {
        Asked { query: Query::all(), zone: Tz::UTC, tenant: None, include_hidden: false }
    }

    /// The same question to a snapshot.
    pub(super) fn search<'s>(&self, snapshot: &'s Snapshot) -> Search<'s> {
        let mut search = snapshot.query(&self.query).zone(self.zone).by_seq();
        if let Some(tenant) = &self.tenant {
            search = search.tenant(tenant);
        }
        if self.include_hidden { search.include_hidden() } else { search }
    }
}
