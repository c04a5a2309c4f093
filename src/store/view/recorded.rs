//! What was recorded last of the fields of targets, and who finds it.

use super::snapshot::Snapshot;
use crate::Result;
use crate::event::changes::{After, ChangedTarget};
use crate::event::{StoredEvent, Timestamp};
use crate::json::Value;
use crate::store::retention::policy::{Retention, RuleFields};
use std::fmt::Debug;

/// By which rules, and at which time, events are visible.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Age<'r> {
    pub(crate) retention: &'r Retention,
    pub(crate) now: Timestamp,
}

/// A field of a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TargetField {
    pub(crate) target: ChangedTarget,
    pub(crate) field: String,
}

/// What a change that was recorded says of the value after it.
#[derive(Debug, Clone)]
pub(crate) struct RecordedAfter {
    /// `None`: not known.
    pub(crate) after: Option<KnownAfter>,
    data_source: Option<String>,
    category: String,
    activity: String,
    /// What retention takes for its age.
    at: Timestamp,
}

/// A value after a change.
#[derive(Debug, Clone)]
pub(crate) enum KnownAfter {
    /// As JSON.
    Value(String),
    Absent,
}

/// Finds the last change that is stored and visible.
pub(crate) trait RecordedChanges: Debug + Send + Sync {
    /// The last change of a field that `snapshot` shows.
    ///
    /// # Errors
    /// Damage in what has to be read.
    fn last(&self, snapshot: &Snapshot, wanted: &TargetField) -> Result<Option<RecordedAfter>>;
}

impl RecordedAfter {
    /// What one of the changes of an event says.
    pub(crate) fn of(stored: &StoredEvent, event: &Value, change: &Value) -> RecordedAfter {
        let text = |key| event.get(key).and_then(Value::as_str).map(str::to_owned);
        RecordedAfter {
            after: match After::of(change) {
                After::Value(value) => Some(KnownAfter::Value(value.to_json())),
                After::Absent => Some(KnownAfter::Absent),
                After::Unknown => None,
            },
            data_source: text("data_source"),
            category: text("category").unwrap_or_default(),
            activity: text("activity").unwrap_or_default(),
            at: stored.event.occurred_at().min(stored.recorded_at),
        }
    }

    /// Whether readers see the event that it is of.
    pub(crate) fn is_visible(&self, tenant: Option<&str>, age: Age<'_>) -> bool {
        if age.retention.is_forever() {
            return true;
        }
        let class = age.retention.class_of(RuleFields {
            tenant,
            data_source: self.data_source.as_deref(),
            category: &self.category,
            activity: &self.activity,
        });
        let cutoffs = [class.kept_cutoff(age.now), class.visible_cutoff(age.now)];
        cutoffs.into_iter().flatten().all(|cutoff| self.at >= cutoff)
    }

    /// Bytes of its texts.
    pub(crate) fn bytes(&self) -> usize {
        let value = match &self.after {
            Some(KnownAfter::Value(value)) => value.len(),
            _ => 0,
        };
        let source = self.data_source.as_ref().map_or(0, String::len);
        value + source + self.category.len() + self.activity.len()
    }
}
