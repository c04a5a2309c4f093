//! Sweeps of retention: expired events (past their `kept_for`) are removed from the disk, sealed or
//! not.
//!
//! A segment in which all events are expired is dropped by an edit of the manifest. If a tail has
//! expired events, all tails are sealed without them and their logs removed. A segment with events
//! that are late by more than a run spans is rewritten without the expired ones, if it is small or
//! mixes classes ([`super::rewrite`]).

use super::ages::{Ages, Calendar};
use crate::event::Timestamp;
use crate::limits::CLOCK_JUMP_MICROS_MAX;
use crate::segment::Footer;
use crate::store::folder::files;
use crate::store::lake::{self, state::LakeState};
use crate::store::manifest::state::ManifestEdit;
use crate::store::report::{ChangeReport, LeftBehind};
use crate::store::retention::policy::{Class, Retention, RuleFields};
use crate::store::settings::content::Settings;
use crate::store::threads::lock;
use crate::store::view::live::LiveSegment;
use crate::store::view::snapshot::View;
use crate::store::write::engine::{Core, Engine, Maintenance};
use crate::{Error, Result};
use std::sync::Arc;

/// Rows from which a segment of a single class is not written anew.
const SMALL_ROWS_MAX: u32 = 65_536;

/// Canonical bytes from which it is not.
const SMALL_BYTES_MAX: u64 = 32 << 20;

/// Segments that one edit drops; far fewer than fit into the room that the manifest keeps ahead.
const DROPPED_AT_ONCE: usize = 512;

/// What a sweep has to do, and what it will leave.
#[derive(Debug, Default)]
pub(crate) struct SweepPlan {
    /// Segments with expired events only.
    drop: Vec<Arc<LiveSegment>>,
    /// Segments to rewrite, each with the number of its expired events.
    rewrite: Vec<(Arc<LiveSegment>, u64)>,
    /// Expired events of the tails.
    expired_in_tails: u64,
    left: LeftBehind,
}

impl Engine {
    /// Drops what is expired at `asked`, by default at the time of the clock.
    pub(crate) fn retain(&self, asked: Option<Timestamp>) -> Result<ChangeReport> {
        let mut upkeep = lock(&self.upkeep);
        if self.is_closed() {
            return Ok(ChangeReport::default());
        }
        let clock = self.core.now();
        let now = sweep_time(asked, clock, upkeep.manifest.state().last_sweep)?;
        let settings = self.core.sound_settings()?;
        let calendar = Calendar { retention: &settings.settings.retention, now };
        let keeper = Keeper::of(&self.core, &settings.settings)?;
        let mut plan = SweepPlan::of(&self.core, &self.core.view.load(), calendar);
        let unsealed = plan.keep_unpublished(&keeper);
        let mut report = plan.report(&[]);
        let mut mark = mark_of(asked, clock, now).map(ManifestEdit::Swept);
        // If nothing follows, the mark goes into the edit of the drop: one sync.
        let is_last = plan.rewrite.is_empty() && plan.expired_in_tails == 0;
        let last = if is_last { mark.take() } else { None };
        self.drop_all(&mut upkeep, plan.drop, last)?;
        upkeep.remove_sealed_logs(&self.core)?;
        if plan.expired_in_tails > 0 {
            report = report.and(self.sweep_tails(&mut upkeep, now, plan.expired_in_tails)?);
        }
        if unsealed > 0 {
            report = report.and(self.seal_for_lake(&mut upkeep)?);
        }
        report = report.and(self.rewrite_all(&mut upkeep, plan.rewrite, now)?);
        upkeep.commit(&self.core, mark.into_iter().collect())?;
        self.show_sweep(upkeep.manifest.state().last_sweep);
        if let Some(left) = &mut report.left {
            left.files_held = upkeep.manifest.state().tombstones.len() as u64;
        }
        Ok(report)
    }

    /// Shows readers when the last sweep was.
    fn show_sweep(&self, last_sweep: Option<Timestamp>) {
        let mut writer = lock(&self.writer);
        writer.last_sweep = last_sweep;
        self.publish_segments(&writer, 0);
    }

    /// What [`Engine::retain`] would do, by `retention` if it is given.
    pub(crate) fn retain_dry_run(
        &self,
        asked: Option<Timestamp>,
        retention: Option<&Retention>,
    ) -> Result<ChangeReport> {
        let last = lock(&self.upkeep).manifest.state().last_sweep;
        dry_run(&self.core, asked, last, retention)
    }

    /// Removes expired events from tails and logs; a full disk is reported, not an error.
    fn sweep_tails(
        &self,
        upkeep: &mut Maintenance,
        now: Timestamp,
        expired: u64,
    ) -> Result<ChangeReport> {
        match self.seal_without_expired(upkeep, now) {
            Err(error) if is_full(&error) => {
                let left = LeftBehind { events_unsealed: expired, ..LeftBehind::default() };
                Ok(ChangeReport { left: Some(left), ..ChangeReport::default() })
            }
            sealed => sealed,
        }
    }

    /// Rewrites segments without their expired events. One that is damaged, or for which the disk
    /// has no space, stays as it is.
    fn rewrite_all(
        &self,
        upkeep: &mut Maintenance,
        segments: Vec<(Arc<LiveSegment>, u64)>,
        now: Timestamp,
    ) -> Result<ChangeReport> {
        let mut report = ChangeReport::default();
        let mut left = LeftBehind::default();
        for (segment, expired) in segments {
            match self.rewrite(upkeep, &segment, now) {
                Ok(change) => report = report.and(change),
                Err(Error::Corrupt { .. }) => {
                    left.segments_unreadable += 1;
                    left.events_in_slack += expired;
                }
                Err(error) if is_full(&error) => left.events_in_slack += expired,
                Err(error) => return Err(error),
            }
        }
        self.clear_gone(upkeep);
        report.left = Some(left);
        Ok(report)
    }

    /// Drops segments; `last` goes into the last edit.
    fn drop_all(
        &self,
        upkeep: &mut Maintenance,
        mut expired: Vec<Arc<LiveSegment>>,
        last: Option<ManifestEdit>,
    ) -> Result<()> {
        // The files of one edit are unlinked before the next edit needs space in the manifest.
        while expired.len() > DROPPED_AT_ONCE {
            let part = expired.split_off(expired.len() - DROPPED_AT_ONCE);
            self.drop_segments(upkeep, part, None)?;
        }
        self.drop_segments(upkeep, expired, last)
    }

    /// Drops segments in one edit; their files go with the last snapshot that holds them.
    fn drop_segments(
        &self,
        upkeep: &mut Maintenance,
        expired: Vec<Arc<LiveSegment>>,
        last: Option<ManifestEdit>,
    ) -> Result<()> {
        let doom = |segment: &Arc<LiveSegment>| ManifestEdit::Drop(segment.facts().id);
        let edit: Vec<ManifestEdit> = expired.iter().map(doom).chain(last).collect();
        if edit.is_empty() {
            return Ok(());
        }
        upkeep.commit(&self.core, edit)?;
        self.replace_segments(&expired, Vec::new());
        drop(expired);
        self.clear_gone(upkeep);
        Ok(())
    }
}

/// Whether an error means that the disk or the quota is full.
fn is_full(error: &Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    let Error::Io { source, .. } = error else {
        return false;
    };
    matches!(source.kind(), StorageFull | QuotaExceeded)
}

/// What a sweep of the view of `core` would do.
pub(crate) fn dry_run(
    core: &Core,
    asked: Option<Timestamp>,
    last: Option<Timestamp>,
    retention: Option<&Retention>,
) -> Result<ChangeReport> {
    let now = sweep_time(asked, core.now(), last)?;
    let settings = core.settings();
    let retention = retention.unwrap_or(&settings.settings.retention);
    let calendar = Calendar { retention, now };
    let mut plan = SweepPlan::of(core, &core.view.load(), calendar);
    plan.keep_unpublished(&Keeper::of(core, &settings.settings)?);
    let mut report = plan.report(&plan.rewrite);
    report.events_removed += plan.expired_in_tails;
    Ok(report)
}

/// Which segments may go: all of them, or those that were published.
#[derive(Debug)]
struct Keeper {
    /// What was published; `None`: no matter.
    published: Option<LakeState>,
}

impl Keeper {
    fn of(core: &Core, settings: &Settings) -> Result<Keeper> {
        let asked = settings.lake.before_drop;
        let read = || lake::state::read(&core.options.disk, &core.paths);
        Ok(Keeper { published: asked.then(read).transpose()? })
    }

    fn keeps(&self, segment: &LiveSegment) -> bool {
        let id = segment.summary().id;
        self.published.as_ref().is_some_and(|state| !state.has_published(&id))
    }
}

impl SweepPlan {
    /// Leaves what was not published yet. Returns the expired events of the tails, which are to be
    /// sealed rather than dropped.
    fn keep_unpublished(&mut self, keeper: &Keeper) -> u64 {
        let kept = self.drop.extract_if(.., |segment| keeper.keeps(segment));
        let kept: u64 = kept.map(|segment| u64::from(segment.facts().rows)).sum();
        let rewritten = self.rewrite.extract_if(.., |(segment, _)| keeper.keeps(segment));
        let rewritten: u64 = rewritten.map(|(_, expired)| expired).sum();
        let unsealed = match keeper.published {
            Some(_) => std::mem::take(&mut self.expired_in_tails),
            None => 0,
        };
        self.left.events_unpublished = kept + rewritten + unsealed;
        unsealed
    }

    /// The plan for a view. Cost: the footers of segments with old events, a binary search where
    /// only some of them are past their times, and all rows where classes are mixed.
    fn of(core: &Core, view: &View, calendar: Calendar<'_>) -> SweepPlan {
        let mut plan = SweepPlan::default();
        let aside = files::list(&core.options.disk, &core.paths.aside());
        plan.left.files_aside = aside.map_or(0, |items| items.len() as u64);
        plan.left.segments_unreadable = view.segments.damaged().len() as u64;
        for segment in view.segments.live() {
            plan.add(segment, calendar);
        }
        for tail in &view.tails {
            let Ages { expired, hidden, .. } = calendar.of_tail(tail);
            plan.expired_in_tails += expired;
            plan.left.events_hidden += hidden;
        }
        plan
    }

    fn add(&mut self, live: &Arc<LiveSegment>, calendar: Calendar<'_>) {
        let Ok(segment) = live.segment() else {
            self.left.segments_unreadable += 1;
            return;
        };
        let Ok(ages) = calendar.of_segment(segment, live.listed().first_day) else {
            self.left.segments_unreadable += 1;
            return;
        };
        if ages.expired == u64::from(segment.rows()) {
            self.drop.push(Arc::clone(live));
            return;
        }
        self.left.events_hidden += ages.hidden;
        let is_worth_it = || is_small(segment.meta()) || calendar.is_mixed(segment.meta());
        if ages.stale > 0 && is_worth_it() {
            self.rewrite.push((Arc::clone(live), ages.expired));
        } else {
            self.left.events_in_slack += ages.expired;
        }
    }

    /// The report of dropped segments, and of expired events in `rewritten` ones.
    fn report(&self, rewritten: &[(Arc<LiveSegment>, u64)]) -> ChangeReport {
        let dropped = self.drop.iter().map(|live| (live, u64::from(live.facts().rows)));
        let all =
            || dropped.clone().chain(rewritten.iter().map(|(live, expired)| (live, *expired)));
        let bytes: u64 = all().map(|(live, _)| live.facts().len).sum();
        ChangeReport {
            removed: all().map(|(live, _)| live.summary()).collect(),
            events_removed: all().map(|(_, expired)| expired).sum(),
            bytes_freed: bytes.try_into().unwrap_or(i64::MAX),
            left: Some(self.left),
            ..ChangeReport::default()
        }
    }
}

/// Whether a segment is so small that it is cheap to rewrite. A larger one of a single class is
/// dropped as a whole when its newest event is expired.
fn is_small(meta: &Footer) -> bool {
    meta.rows < SMALL_ROWS_MAX && meta.event_bytes < SMALL_BYTES_MAX
}

/// The time of a sweep: `asked`, else the clock, if it is near the last sweep or there was none.
pub(crate) fn sweep_time(
    asked: Option<Timestamp>,
    clock: Timestamp,
    last: Option<Timestamp>,
) -> Result<Timestamp> {
    let (None, Some(last)) = (asked, last) else {
        return Ok(asked.unwrap_or(clock));
    };
    if is_near(last, clock) {
        return Ok(clock);
    }
    Err(Error::ClockJump { now: clock.to_string(), last: last.to_string() })
}

/// The time of a sweep that the next one compares its clock with: the clock, if the sweep went by
/// it or by a time so near that it confirms the clock. Any other time, such as a mistyped one,
/// leaves no mark.
fn mark_of(asked: Option<Timestamp>, clock: Timestamp, now: Timestamp) -> Option<Timestamp> {
    (asked.is_none() || is_near(now, clock)).then_some(clock)
}

/// Whether `later` is 0 to [`CLOCK_JUMP_MICROS_MAX`] after `earlier`.
fn is_near(earlier: Timestamp, later: Timestamp) -> bool {
    (0..=CLOCK_JUMP_MICROS_MAX).contains(&later.0.saturating_sub(earlier.0))
}

/// Whether every retention key of a segment is past its `kept_for` by the rules of today. If the
/// footer does not list all keys, the newest event must be past the `kept_for` of every class.
pub(crate) fn is_expired(meta: &Footer, retention: &Retention, now: Timestamp) -> bool {
    let is_past = |newest: Timestamp, class: &Class| {
        let cutoff = class.kept_cutoff(now);
        cutoff.is_some_and(|cutoff| newest < cutoff)
    };
    let Some(retention_keys) = meta.retention_keys() else {
        return retention.classes.iter().all(|class| is_past(meta.max_time, class));
    };
    retention_keys.iter().all(|key| {
        let mut classes = retention.classes_of_key(RuleFields::of_key(key)).into_iter();
        classes.all(|class| is_past(key.newest, class))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::RetentionKey;
    use crate::segment::{SegmentId, SegmentStats};
    use crate::store::retention::policy::{Keep, Rule};

    fn meta(retention_keys: &[(&str, i64)]) -> Footer {
        let retention_key = |&(category, newest): &(&str, i64)| RetentionKey {
            tenant: None,
            data_source: None,
            category: category.into(),
            newest: Timestamp(newest),
            rows: 1,
        };
        let facts = SegmentStats {
            id: SegmentId(1),
            class: "default".into(),
            rows: 1,
            len: 0,
            footer_crc: 0,
            min_time: Timestamp(0),
            max_time: Timestamp(0),
            min_seq: 1,
            max_seq: 1,
            event_bytes: 0,
        };
        Footer {
            facts,
            replaces: Vec::new(),
            retention_keys: retention_keys.iter().map(retention_key).collect::<Vec<_>>().into(),
            retention_keys_complete: true,
        }
    }

    fn logins_are_kept(micros: i64) -> Retention {
        let class = Class { kept_for: Keep::Micros(micros), ..Class::forever("short") };
        let rule =
            Rule { class: "short".into(), category: Some("login".into()), ..Rule::default() };
        let retention = Retention { classes: vec![class], rules: vec![rule] };
        retention.checked().expect("valid")
    }

    #[test]
    fn a_segment_goes_when_its_newest_is_past_its_time() {
        let retention = logins_are_kept(10);
        let at = |now| is_expired(&meta(&[("login", 100)]), &retention, Timestamp(now));
        assert!(!at(110));
        assert!(at(111));
    }

    #[test]
    fn one_combination_that_is_kept_keeps_the_segment() {
        let retention = logins_are_kept(10);
        let mixed = meta(&[("login", 0), ("other", 0)]);
        assert!(!is_expired(&mixed, &retention, Timestamp(i64::MAX)));
        assert!(!is_expired(&meta(&[("login", 0)]), &Retention::default(), Timestamp(i64::MAX)));
    }

    #[test]
    fn with_unlisted_combinations_every_class_counts() {
        let mut unlisted = Footer { retention_keys_complete: false, ..meta(&[]) };
        unlisted.facts.max_time = Timestamp(100);
        assert!(!is_expired(&unlisted, &logins_are_kept(10), Timestamp(i64::MAX)));
        let mut all = logins_are_kept(10);
        all.classes.iter_mut().for_each(|class| class.kept_for = Keep::Micros(20));
        assert!(!is_expired(&unlisted, &all, Timestamp(120)));
        assert!(is_expired(&unlisted, &all, Timestamp(121)));
    }

    #[test]
    fn a_clock_that_jumps_is_not_believed() {
        let last = Some(Timestamp(1000));
        let clock = |now| sweep_time(None, Timestamp(now), last);
        assert_eq!(clock(1000).expect("same"), Timestamp(1000));
        assert!(clock(1000 + CLOCK_JUMP_MICROS_MAX).is_ok());
        assert!(matches!(clock(1001 + CLOCK_JUMP_MICROS_MAX), Err(Error::ClockJump { .. })));
        assert!(matches!(clock(999), Err(Error::ClockJump { .. })));
        assert!(clock(i64::MAX).is_err() && clock(i64::MIN).is_err());
    }

    #[test]
    fn only_a_time_near_the_clock_confirms_it() {
        let clock = Timestamp(0);
        let mark = |asked: i64| mark_of(Some(Timestamp(asked)), clock, Timestamp(asked));
        assert_eq!(mark_of(None, clock, clock), Some(clock));
        assert_eq!([mark(0), mark(-CLOCK_JUMP_MICROS_MAX)], [Some(clock); 2]);
        assert_eq!([mark(1), mark(i64::MAX)], [None; 2]);
        assert_eq!([mark(-1 - CLOCK_JUMP_MICROS_MAX), mark(i64::MIN)], [None; 2]);
    }

    #[test]
    fn the_first_sweep_and_an_explicit_time_are_believed() {
        let far = Timestamp(i64::MAX);
        assert_eq!(sweep_time(None, far, None).expect("first"), far);
        let asked = sweep_time(Some(Timestamp(5)), far, Some(Timestamp(9)));
        assert_eq!(asked.expect("asked for"), Timestamp(5));
    }
}
