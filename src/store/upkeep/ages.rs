//! Ages: how many events of a segment or a tail are past which of their times.
//!
//! The footer of a segment lists combinations of tenant, source and category with their newest
//! time. Where that decides, nothing else is read; where all rows are of one class, a binary search
//! does; only a segment whose rows are of several classes is read row by row.

use crate::event::{StoredEvent, Timestamp};
use crate::segment::{Footer, Read, RetentionKey, Segment};
use crate::store::folder::days::{DAY_MICROS, Day};
use crate::store::retention::policy::{Class, Retention, RuleFields};
use crate::store::write::runs::slack_micros;
use crate::tail::TailView;
use std::ops::{AddAssign, ControlFlow};

/// How many events are past which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ages {
    /// Past `kept_for`.
    pub(crate) expired: u64,
    /// Of `expired`, those that are past it by more than a run spans.
    pub(crate) stale: u64,
    /// Past `visible_for` only.
    pub(crate) hidden: u64,
}

/// The instants before which events of one class are past their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cutoffs {
    kept: Timestamp,
    stale: Timestamp,
    visible: Timestamp,
}

/// The rules and the time by which ages are told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar<'r> {
    pub(crate) retention: &'r Retention,
    pub(crate) now: Timestamp,
}

impl AddAssign for Ages {
    fn add_assign(&mut self, other: Ages) {
        self.expired += other.expired;
        self.stale += other.stale;
        self.hidden += other.hidden;
    }
}

impl Cutoffs {
    fn of(class: &Class, now: Timestamp) -> Cutoffs {
        let never = Timestamp(i64::MIN);
        let kept = class.kept_cutoff(now).unwrap_or(never);
        Cutoffs {
            kept,
            stale: Timestamp(kept.0.saturating_sub(slack_micros(class.kept_for))),
            visible: class.visible_cutoff(now).unwrap_or(never),
        }
    }

    /// The ages of so many events of one instant.
    fn ages(&self, dated: Timestamp, events: u64) -> Ages {
        let counted = |is_counted: bool| if is_counted { events } else { 0 };
        Ages {
            expired: counted(dated < self.kept),
            stale: counted(dated < self.stale),
            hidden: counted(dated >= self.kept && dated < self.visible),
        }
    }

    /// The ages of events of which only the bounds of their times are known, if that decides.
    fn ages_within(&self, oldest: Timestamp, newest: Timestamp, events: u64) -> Option<Ages> {
        let ages = self.ages(newest, events);
        (self.ages(oldest, events) == ages).then_some(ages)
    }
}

impl Calendar<'_> {
    /// The ages of the events of a tail. Cost: nothing where all are young, else a look at each.
    pub(crate) fn of_tail(&self, tail: &TailView) -> Ages {
        let mut ages = Ages::default();
        let Some(first) = tail.event(0) else {
            return ages;
        };
        // Events are recorded in order: no other is dated before these two.
        if self.is_young(tail.times().min.min(first.recorded_at)) {
            return ages;
        }
        tail.all().for_each(|stored| ages += self.of_event(stored));
        ages
    }

    /// The ages of the rows of a segment.
    pub(crate) fn of_segment(&self, segment: &Segment, first_day: Day) -> Read<Ages> {
        let oldest = Timestamp(i64::from(first_day.0).saturating_mul(DAY_MICROS));
        if self.is_young(oldest) {
            return Ok(Ages::default());
        }
        let Some(keys) = segment.meta().retention_keys() else {
            return self.of_rows(segment);
        };
        let cutoffs = self.cutoffs(keys);
        let sum = keys.iter().zip(&cutoffs).try_fold(Ages::default(), |mut sum, (key, cutoffs)| {
            sum += (*cutoffs)?.ages_within(oldest, key.newest, key.rows.into())?;
            Some(sum)
        });
        match (sum, cutoffs.first()) {
            (Some(sum), _) => Ok(sum),
            (None, Some(Some(first))) if cutoffs.iter().all(|it| it.as_ref() == Some(first)) => {
                of_rows_of_one_class(segment, *first)
            }
            _ => self.of_rows(segment),
        }
    }

    /// Whether rows of a segment may have to go at different times, whatever their age.
    pub(crate) fn is_mixed(&self, meta: &Footer) -> bool {
        let Some(keys) = meta.retention_keys() else {
            return true;
        };
        let cutoffs = self.cutoffs(keys);
        let kept = |cutoffs: &Option<Cutoffs>| cutoffs.map(|cutoffs| cutoffs.kept);
        let first = cutoffs.first().and_then(kept);
        cutoffs.iter().any(|one| kept(one) != first || one.is_none())
    }

    /// The cutoffs of each combination; `None` where they depend on the activity.
    fn cutoffs(&self, keys: &[RetentionKey]) -> Vec<Option<Cutoffs>> {
        let of_key = |key: &RetentionKey| {
            let classes = self.retention.classes_of_key(RuleFields::of_key(key));
            let mut cutoffs = classes.into_iter().map(|class| Cutoffs::of(class, self.now));
            let first = cutoffs.next()?;
            cutoffs.all(|other| other == first).then_some(first)
        };
        keys.iter().map(of_key).collect()
    }

    /// Whether nothing from an instant on is past any time.
    fn is_young(&self, oldest: Timestamp) -> bool {
        let mut classes = self.retention.classes.iter();
        classes.all(|class| class.visible_cutoff(self.now).is_none_or(|cutoff| oldest >= cutoff))
    }

    fn of_event(&self, stored: &StoredEvent) -> Ages {
        let dated = stored.event.occurred_at().min(stored.recorded_at);
        let cutoffs =
            |fields: RuleFields<'_>| Cutoffs::of(self.retention.class_of(fields), self.now);
        RuleFields::of_event(&stored.event, cutoffs).ages(dated, 1)
    }

    fn of_rows(&self, segment: &Segment) -> Read<Ages> {
        let mut ages = Ages::default();
        for_each_row(segment, |stored| ages += self.of_event(stored))?;
        Ok(ages)
    }
}

/// Decodes all rows of a segment, in order, some at a time.
pub(crate) fn for_each_row(segment: &Segment, mut each: impl FnMut(&StoredEvent)) -> Read<()> {
    segment.for_each_stored(|stored| {
        each(&stored);
        ControlFlow::Continue(())
    })
}

fn of_rows_of_one_class(segment: &Segment, cutoffs: Cutoffs) -> Read<Ages> {
    let expired = rows_before(segment, cutoffs.kept)?;
    Ok(Ages {
        expired,
        stale: rows_before(segment, cutoffs.stale)?,
        // What is gone is hidden too, so this one is never the smaller.
        hidden: rows_before(segment, cutoffs.visible)?.saturating_sub(expired),
    })
}

/// Rows whose `min(occurred_at, recorded_at)` is before an instant: those that occurred before it,
/// and those that were recorded before it and have a date in their future.
fn rows_before(segment: &Segment, instant: Timestamp) -> Read<u64> {
    let first = segment.first_row_from(instant)?;
    let mut count = u64::from(first);
    let future = segment.future_rows()?;
    if future.cardinality() > 0 {
        for row in future.within(segment.blocks(), first..segment.rows())? {
            let recorded_at = segment.recorded_at(segment.seq_at(row)?)?;
            count += u64::from(recorded_at < instant);
        }
    }
    Ok(count)
}
