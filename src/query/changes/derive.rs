//! Derived changes: what was recorded last of a field, found by a query.

use crate::Result;
use crate::event::changes::{ChangedTarget, changes_of, field_of};
use crate::query::ast::Query;
use crate::store::{RecordedAfter, RecordedChanges, Snapshot, StoreBuilder, TargetField};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Finds changes by their target and field.
#[derive(Debug)]
struct ChangesByQuery;

impl RecordedChanges for ChangesByQuery {
    /// Cost: a look at each change of the field that is stored.
    fn last(&self, snapshot: &Snapshot, wanted: &TargetField) -> Result<Option<RecordedAfter>> {
        let mut last = None;
        let search = snapshot.query(&query_of(wanted)).without_aliases().by_seq();
        search.for_each(|stored| {
            let event = stored.event.to_value();
            if ChangedTarget::of(&event).as_ref() == Some(&wanted.target) {
                let is_wanted = |change: &&_| field_of(change) == Some(wanted.field.as_str());
                let change = changes_of(&event).iter().rfind(is_wanted);
                last =
                    change.map(|change| RecordedAfter::of(stored, &event, change)).or(last.take());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(last)
    }
}

/// A query that finds all changes of a field, and perhaps others of the same names.
fn query_of(wanted: &TargetField) -> Query {
    let TargetField { target, field } = wanted;
    let mut one = Query::member("id").equals(&target.id);
    if let Some(kind) = &target.kind {
        one = one.and(Query::member("type").equals(kind));
    }
    let mut query = Query::field("changes.field").equals(field);
    query = query.and(Query::field("targets").element(one));
    match &target.tenant {
        Some(tenant) => query.and(Query::field("tenant").equals(tenant)),
        None => query.and(!Query::field("tenant").exists()),
    }
}

impl StoreBuilder {
    /// Whether the `before` of a change that the source could not tell is filled in from the last
    /// recorded `after` of the same field of the same target, with `before_state` `derived`.
    /// Default: no.
    ///
    /// The target is the primary one of an event, or its first; it is the same when tenant, type
    /// and id are. The last change is that with the highest `seq` that readers see; where its value
    /// after is not known, nothing is filled in. A change lacks its `before` when it says
    /// `unknown`, or has neither `before` nor `before_state`. It is filled in after duplicates are
    /// decided, and an event that was filled in and comes again is still a duplicate.
    ///
    /// Cost: nothing for events without changes; 16 MB of memory at most for what was recorded
    /// last; a query for a field that was neither written nor asked for of late.
    ///
    /// # Examples
    /// ```
    /// use annals::{Change, Event, Query, Store, Target};
    ///
    /// let folder = tempfile::tempdir().expect("a folder");
    /// let store = Store::builder().derive_before(true).open(folder.path())?;
    /// for title in ["Budget", "Budget 2027"] {
    ///     let event = Event::builder("2026-05-04T13:05:00Z", "event", "renamed")
    ///         .target(Target::new("event", "e-1"))
    ///         .change(Change::new("title").after(title));
    ///     store.append(event.build()?)?;
    /// }
    /// let page = store.snapshot().query(&Query::parse("seq=2")?).page()?;
    /// let change = &page.events[0].event.to_value()["changes"][0];
    /// assert_eq!(change["before"].as_str(), Some("Budget"));
    /// assert_eq!(change["before_state"].as_str(), Some("derived"));
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn derive_before(self, derive: bool) -> Self {
        let recorded = || Arc::new(ChangesByQuery) as Arc<dyn RecordedChanges>;
        self.recorded_changes(derive.then(recorded))
    }
}
