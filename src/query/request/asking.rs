//! Asking as a product does: the default range, the longest range and the filter that its profile
//! demands. The engine by itself has none of them.

use crate::event::{Length, Timestamp};
use crate::profile::{Profile, Registry, length_text};
use crate::query::ast::time::{TimeRange, since};
use crate::query::ast::{Expr, Query};
use crate::query::predicate::tree::Predicate;
use crate::{Error, Result};
use chrono_tz::Tz;
use std::sync::Arc;

/// The profile by which a search asks.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    profile: Result<Arc<Profile>>,
    /// Whether the default range is left out.
    is_any_time: bool,
}

impl Asking {
    /// Asks by the profile of this name: of the store, else of the built-in ones.
    pub(super) fn by(name: &str, profiles: &Registry) -> Asking {
        let profile = match profiles.shared(name) {
            Some(profile) => Ok(profile),
            None => Profile::built_in(name),
        };
        Asking { profile, is_any_time: false }
    }

    /// The same without the default range.
    pub(super) fn at_any_time(self) -> Asking {
        Asking { is_any_time: true, ..self }
    }

    /// The name of the profile, if there is such a one.
    pub(super) fn name(&self) -> Option<&str> {
        self.profile.as_ref().ok().map(|profile| profile.name())
    }

    /// The times that the profile adds to a question: its default range, without another one.
    ///
    /// # Errors
    /// What the profile refuses.
    pub(super) fn times_of(
        &self,
        query: &Query,
        condition: &Predicate,
        now: Timestamp,
        zone: Tz,
    ) -> Result<TimeRange> {
        let profile = self.profile.as_ref().map_err(Error::clone)?;
        let (defaults, times) = (profile.defaults(), condition.occurrence());
        if defaults.require_filter && *query.root() == Expr::All && times == TimeRange::default() {
            return Err(Error::FilterRequired { profile: profile.name().to_owned() });
        }
        let before = |length: Option<Length>, end| since(&length_text(length?), end, zone);
        let default = match times == TimeRange::default() && !self.is_any_time {
            true => before(defaults.range, now),
            false => None,
        };
        let (from, to) = (times.from.or(default), times.to.unwrap_or(now));
        // The last instant of a range counts: one that is included is one microsecond more.
        let is_within = |first: Timestamp| from.is_some_and(|from| from.0 + 1 >= first.0);
        match before(defaults.range_max, to).is_none_or(is_within) {
            true => Ok(TimeRange { from: default, to: None }),
            false => Err(Error::RangeTooLong {
                profile: profile.name().to_owned(),
                from: from.map(|from| from.to_string()),
                to: to.to_string(),
                most: defaults.range_max.map(length_text).unwrap_or_default(),
            }),
        }
    }
}
