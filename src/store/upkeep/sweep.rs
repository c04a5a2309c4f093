//! Sweeps of retention: segments whose every event is past its time are dropped.

use crate::event::Timestamp;
use crate::limits::CLOCK_JUMP_MICROS_MAX;
use crate::segment::Footer;
use crate::store::manifest::state::ManifestEdit;
use crate::store::report::ChangeReport;
use crate::store::retention::policy::{Class, Retention};
use crate::store::sync::lock;
use crate::store::view::segments::LiveSegment;
use crate::store::write::engine::{Engine, Maintenance};
use crate::{Error, Result};
use std::sync::Arc;

/// Segments that one edit takes out: far fewer than the room that a manifest keeps ahead takes.
const DROPPED_AT_ONCE: usize = 512;

impl Engine {
    /// Drops what is past its time at `now`; without one, at the time of the clock.
    pub(crate) fn retain(&self, now: Option<Timestamp>, dry_run: bool) -> Result<ChangeReport> {
        let mut upkeep = lock(&self.upkeep);
        let last = upkeep.manifest.state().last_sweep;
        let now = sweep_time(now, self.core.now(), last)?;
        let segments = Arc::clone(&lock(&self.writer).segments);
        let retention = self.core.retention.load();
        let mut expired = expired(segments.live(), &retention, now);
        let report = report(&expired);
        drop(segments);
        if dry_run {
            return Ok(report);
        }
        // The space of some is free before the next ones need room in the manifest.
        while expired.len() > DROPPED_AT_ONCE {
            let part = expired.split_off(expired.len() - DROPPED_AT_ONCE);
            self.drop_segments(&mut upkeep, part, None)?;
        }
        self.drop_segments(&mut upkeep, expired, Some(ManifestEdit::Swept(now)))?;
        Ok(report)
    }

    /// Takes segments out in one edit; their files go once nobody holds them.
    fn drop_segments(
        &self,
        upkeep: &mut Maintenance,
        expired: Vec<Arc<LiveSegment>>,
        last: Option<ManifestEdit>,
    ) -> Result<()> {
        let doom = |segment: &Arc<LiveSegment>| ManifestEdit::Drop(segment.facts().id);
        let edit = expired.iter().map(doom).chain(last).collect();
        upkeep.commit(&self.core, edit)?;
        self.replace_segments(&expired, Vec::new());
        drop(expired);
        self.clear_gone(upkeep);
        Ok(())
    }
}

/// What a sweep at `now` would drop.
pub(crate) fn report(expired: &[Arc<LiveSegment>]) -> ChangeReport {
    let bytes: u64 = expired.iter().map(|segment| segment.facts().len).sum();
    ChangeReport {
        added: Vec::new(),
        removed: expired.iter().map(|segment| segment.summary()).collect(),
        events_removed: expired.iter().map(|segment| u64::from(segment.facts().rows)).sum(),
        bytes_freed: i64::try_from(bytes).unwrap_or(i64::MAX),
    }
}

/// The time of a sweep: what was asked for, else what the clock says if it is believable.
pub(crate) fn sweep_time(
    asked: Option<Timestamp>,
    clock: Timestamp,
    last: Option<Timestamp>,
) -> Result<Timestamp> {
    let (None, Some(last)) = (asked, last) else {
        return Ok(asked.unwrap_or(clock));
    };
    let ahead = clock.0.saturating_sub(last.0);
    if (0..=CLOCK_JUMP_MICROS_MAX).contains(&ahead) {
        return Ok(clock);
    }
    Err(Error::ClockJump { now: clock.to_string(), last: last.to_string() })
}

/// The segments in which every event is past its time; one that cannot be read is not among them.
pub(crate) fn expired(
    segments: &[Arc<LiveSegment>],
    retention: &Retention,
    now: Timestamp,
) -> Vec<Arc<LiveSegment>> {
    let expired = |segment: &&Arc<LiveSegment>| {
        segment.segment().is_ok_and(|segment| is_expired(segment.meta(), retention, now))
    };
    segments.iter().filter(expired).cloned().collect()
}

/// Whether every combination in a segment is past the `kept_for` that the rules give it now. With
/// more combinations than a footer lists, the newest event must be past that of every class.
pub(crate) fn is_expired(meta: &Footer, retention: &Retention, now: Timestamp) -> bool {
    let is_past = |newest: Timestamp, class: &Class| {
        let cutoff = class.kept_cutoff(now);
        cutoff.is_some_and(|cutoff| newest < cutoff)
    };
    let Some(retention_keys) = meta.retention_keys() else {
        return retention.classes.iter().all(|class| is_past(meta.max_time, class));
    };
    retention_keys.iter().all(|retention_key| {
        let (tenant, source) = (&retention_key.tenant, &retention_key.data_source);
        let (tenant, source) = (tenant.as_deref(), source.as_deref());
        let class = retention.class_of(tenant, source, &retention_key.category);
        is_past(retention_key.newest, class)
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
        let rule = Rule {
            class: "short".into(),
            tenant: None,
            data_source: None,
            category: Some("login".into()),
        };
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
    fn the_first_sweep_and_an_explicit_time_are_believed() {
        let far = Timestamp(i64::MAX);
        assert_eq!(sweep_time(None, far, None).expect("first"), far);
        let asked = sweep_time(Some(Timestamp(5)), far, Some(Timestamp(9)));
        assert_eq!(asked.expect("asked for"), Timestamp(5));
    }
}
