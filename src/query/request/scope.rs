//! What a reader may see: a tenant, some sources, and no masked field.

use crate::profile::Registry;
use crate::query::ast::mask::Mask;
use crate::query::ast::path_pattern::PathPattern;
use crate::query::predicate::equals::Equals;
use crate::query::predicate::paths::check_shown;
use crate::query::predicate::tree::{FieldPredicate, Predicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::query::syntax::parse::value_path::ValuePath;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a reader may see. Every call narrows it: two of them see what both do.
///
/// Of a masked field an event has `"…"` in the place of whatever stands there, and of `raw`, which
/// may hold it once more. No condition, facet or completion may be about a masked path or one above
/// it, and text without a field does not find words that stand in masked values only.
///
/// # Examples
/// ```no_run
/// use annals::{Query, Scope, Store};
///
/// let store = Store::open("activity")?;
/// let scope = Scope::tenant("acme").sources(["calendar"]).mask(["details.note", "actor.email"])?;
/// let reader = store.reader(scope);
/// let seen = reader.snapshot().query(&Query::parse("category=login")?).count()?;
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderScope {
    pub(crate) tenant: Option<String>,
    /// `None`: all of them; an empty set: no event.
    sources: Option<BTreeSet<String>>,
    mask: Mask,
    masks_sensitive: bool,
    hides_hidden: bool,
}

impl ReaderScope {
    /// Everything, hidden events included for who asks for them.
    pub fn all() -> ReaderScope {
        ReaderScope {
            tenant: None,
            sources: None,
            mask: Mask::default(),
            masks_sensitive: false,
            hides_hidden: false,
        }
    }

    /// The events whose `tenant` is this, byte for byte, and that are not hidden. An event without
    /// a tenant is of no tenant.
    pub fn tenant(tenant: impl Into<String>) -> ReaderScope {
        ReaderScope { tenant: Some(tenant.into()), hides_hidden: true, ..ReaderScope::all() }
    }

    /// Of these only the events whose `data_source` is one of `sources`, byte for byte.
    #[must_use]
    pub fn sources<S: Into<String>>(self, sources: impl IntoIterator<Item = S>) -> ReaderScope {
        let wanted = Some(sources.into_iter().map(Into::into).collect());
        ReaderScope { sources: both(self.sources, wanted), ..self }
    }

    /// Masks these fields: paths as in queries, such as `details.note`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no field, for `action`, which is two of them, and for `seq`,
    /// `occurred_at` and `recorded_at`, which pages, cursors and histograms show.
    pub fn mask<P: AsRef<str>>(
        mut self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<ReaderScope> {
        for path in paths {
            let refuse =
                |problem: &str| Error::invalid("mask", format!("`{}` {problem}", path.as_ref()));
            let Some(path) = ValuePath::read(path.as_ref(), &Registry::default())?.plain() else {
                return Err(refuse("has a condition; mask the field in every object"));
            };
            check_shown(&path, &[]).map_err(|error| match error {
                Error::Invalid { problem, .. } => Error::invalid("mask", problem),
                other => other,
            })?;
            match path.segments() {
                [key] if key == "action" => {
                    return Err(refuse("is `category` and `activity`; mask these"));
                }
                [key] if ["seq", "occurred_at", "recorded_at"].contains(&key.as_str()) => {
                    return Err(refuse("is shown by every page and cannot be masked"));
                }
                segments => self.mask.add(segments),
            }
        }
        Ok(self)
    }

    /// Masks the attributes that the profiles of the store mark as `sensitive`.
    #[must_use]
    pub fn mask_sensitive(self) -> ReaderScope {
        ReaderScope { masks_sensitive: true, ..self }
    }

    /// Events that are past `visible_for` are not seen, whoever asks for them; so it is in the
    /// scope of a tenant.
    #[must_use]
    pub fn without_hidden(self) -> ReaderScope {
        ReaderScope { hides_hidden: true, ..self }
    }

    /// Lets the reader ask for events that are past `visible_for`; the last call that narrows a
    /// scope by another one keeps the narrower of both.
    #[must_use]
    pub fn with_hidden(self) -> ReaderScope {
        ReaderScope { hides_hidden: false, ..self }
    }

    /// What both scopes see.
    #[must_use]
    pub fn within(self, outer: &ReaderScope) -> ReaderScope {
        let is_foreign = |tenant: &String| outer.tenant.as_ref().is_some_and(|of| of != tenant);
        let is_empty = self.tenant.as_ref().is_some_and(is_foreign);
        let mut mask = self.mask;
        mask.extend(&outer.mask);
        ReaderScope {
            sources: match is_empty {
                true => Some(BTreeSet::new()),
                false => both(self.sources, outer.sources.clone()),
            },
            tenant: outer.tenant.clone().or(self.tenant),
            mask,
            masks_sensitive: self.masks_sensitive || outer.masks_sensitive,
            hides_hidden: self.hides_hidden || outer.hides_hidden,
        }
    }

    /// Whether something is left out or masked.
    pub(crate) fn is_restricted(&self) -> bool {
        self.tenant.is_some()
            || self.sources.is_some()
            || self.masks_sensitive
            || !self.mask.is_empty()
    }

    /// Whether who asks for hidden events gets them.
    pub(in crate::query) fn shows_hidden(&self) -> bool {
        !self.hides_hidden
    }

    /// The mask, with the attributes that are `sensitive` where they are masked, too.
    pub(in crate::query) fn mask_of(&self, profiles: &Registry) -> Mask {
        let mut mask = self.mask.clone();
        if self.masks_sensitive {
            let attributes = profiles.profiles().flat_map(|profile| profile.attributes());
            for attribute in attributes.filter(|attribute| attribute.sensitive) {
                mask.add(attribute.path.keys());
            }
        }
        mask
    }

    /// The condition that an event of the scope meets: for an index, one list of rows of a tenant
    /// and one of each source.
    pub(in crate::query) fn conditions(&self) -> Vec<Predicate> {
        let tenant = self.tenant.iter().map(|tenant| is_one_of("tenant", vec![tenant.clone()]));
        let sources = self.sources.iter().map(|sources| match sources.is_empty() {
            true => Predicate::Not(Box::new(Predicate::All)),
            false => is_one_of("data_source", sources.iter().cloned().collect()),
        });
        tenant.chain(sources).collect()
    }
}

/// What is in both sets; `None` is everything.
fn both(
    one: Option<BTreeSet<String>>,
    other: Option<BTreeSet<String>>,
) -> Option<BTreeSet<String>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
        (one, other) => one.or(other),
    }
}

/// Events with one of these strings at a top-level field.
pub(super) fn is_one_of(field: &str, strings: Vec<String>) -> Predicate {
    let scope = Scope::Path(PathPattern::new(&[field.to_owned()]));
    let test = ValuePredicate::Equals(Equals::of_strings(strings));
    Predicate::Field(Arc::new(FieldPredicate { scope, test }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_within_another_sees_what_both_see() {
        let outer = ReaderScope::tenant("a").sources(["x", "y"]);
        let same = ReaderScope::all().sources(["y", "z"]).within(&outer);
        assert_eq!(same, ReaderScope::tenant("a").sources(["y"]));
        assert_eq!(ReaderScope::all().within(&outer), outer);
        let foreign = ReaderScope::tenant("b").within(&outer);
        assert_eq!(foreign.sources, Some(BTreeSet::new()));
        assert!(!ReaderScope::all().with_hidden().within(&outer).shows_hidden());
    }

    #[test]
    fn what_is_no_field_and_what_every_page_shows_is_not_masked() {
        for (path, hint) in [
            ("actr.email", "actor.email"),
            ("action", "`category`"),
            ("time", "cannot be masked"),
            ("seq", "cannot be masked"),
            ("targets[type=user].id", "condition"),
            ("", "path"),
        ] {
            let refused = ReaderScope::tenant("a").mask([path]).unwrap_err().to_string();
            assert!(refused.contains(hint), "{path}: {refused}");
        }
        let scope = ReaderScope::all().mask(["ip", "who.email", "raw"]).unwrap();
        assert!(scope.mask.covers(&["context".into(), "ip".into()]));
        assert!(scope.mask.covers(&["actor".into(), "email".into()]));
    }
}
