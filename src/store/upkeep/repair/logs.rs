//! Logs: every event that can be read becomes part of a segment.

use super::{Repair, believed};
use crate::Result;
use crate::event::StoredEvent;
use crate::log::Frame;
use crate::log::{KnownLog, read_head, salvage};
use crate::segment::SegmentId;
use crate::store::folder::inventory;
use crate::store::manifest::state::{Listed, LogFile};
use crate::store::open::recover::decode_one;
use crate::store::upkeep::finding::SeqRange;
use crate::store::write::engine::random_id;
use crate::store::write::partition_keys::runs;
use crate::store::write::seal::build_run;
use crate::tail::Tail;

impl Repair<'_> {
    /// Turns the logs into segments, if one is damaged or nothing lists them.
    pub(super) fn repair_logs(&mut self) -> Result<()> {
        if !self.logs_are_concerned() {
            return Ok(());
        }
        self.changed = true;
        let mut events = Vec::new();
        let mut read: Vec<LogFile> = Vec::new();
        for number in inventory::log_numbers(self.disk, &self.paths)? {
            self.after.next_log = self.after.next_log.max(believed(number) + 1);
            let head = read_head(self.disk, &self.paths.log(number)).ok();
            let logs = self.before.logs.iter();
            let listed = logs.clone().find(|log| match &head {
                Some(head) => log.id == head.id,
                None => log.number == number,
            });
            if let Some(head) = head {
                let epoch = believed(head.epoch);
                self.after.epoch = self.after.epoch.max(epoch);
                self.before.epoch = self.before.epoch.max(epoch);
                self.epoch_is_known = true;
            }
            let is_new = listed.is_some_and(|log| !read.contains(log));
            if self.report.manifest_rebuilt || is_new {
                read.extend(listed.copied());
                self.read_log(number, listed.copied(), &mut events)?;
            } else if self.before.logs.iter().any(|log| log.number == number) {
                self.kept_first.push(self.paths.log(number));
            }
        }
        self.touch_missing(&read);
        self.touch_acknowledged();
        self.write_events(events)
    }

    fn read_log(
        &mut self,
        number: u64,
        listed: Option<LogFile>,
        events: &mut Vec<StoredEvent>,
    ) -> Result<()> {
        let path = self.paths.log(number);
        let listed = listed.map(|log| (log.id, log.first_seq));
        let known = KnownLog { listed, synced: self.hint };
        let lost = &mut self.lost;
        let mut each = |frame: &Frame<'_>| {
            let Ok(stored) = decode_one(&path, frame) else {
                return Ok(false);
            };
            if lost.serve(stored.seq) {
                events.push(stored);
            }
            Ok(true)
        };
        let found = salvage(self.disk, &path, known, &mut each)?;
        self.see(found.last_seq);
        let is_sound = found.damages.is_empty() && found.gaps.is_empty();
        for (first, last) in found.gaps {
            self.lost.touch(SeqRange { first, last });
        }
        if is_sound {
            self.used_up.push(path)
        } else {
            self.kept_first.push(path)
        }
        Ok(())
    }

    /// Notes what was in listed logs that are not there.
    fn touch_missing(&mut self, read: &[LogFile]) {
        let logs = &self.before.logs;
        for (index, log) in logs.iter().enumerate() {
            let next = logs.get(index + 1).map(|next| next.first_seq.saturating_sub(1));
            let hint = self.hint.filter(|hint| hint.log_id == log.id).map(|hint| hint.last_seq);
            let range = SeqRange { first: log.first_seq, last: next.or(hint) };
            let is_empty = range.last.is_some_and(|last| last < range.first);
            if !read.contains(log) && !is_empty {
                self.lost.touch(range);
            }
        }
    }

    /// Notes what the hint says was acknowledged, behind all that is served: without a manifest
    /// nothing else tells of it.
    fn touch_acknowledged(&mut self) {
        let first = self.lost.served_upto().saturating_add(1);
        let acknowledged = self.hint.map_or(0, |hint| hint.last_seq);
        if self.report.manifest_rebuilt && acknowledged >= first {
            self.lost.touch(SeqRange::new(first, acknowledged));
        }
    }

    /// Writes events into segments, as a seal does.
    fn write_events(&mut self, mut events: Vec<StoredEvent>) -> Result<()> {
        let Some(newest) = events.iter().map(|stored| stored.recorded_at).max() else {
            return Ok(());
        };
        self.after.recorded_at = self.after.recorded_at.max(newest);
        events.sort_by_key(|stored| stored.seq);
        let mut tail = Tail::new();
        tail.push(events)?;
        let view = tail.view();
        for run in runs(&view, &self.settings.retention, None).runs {
            let (bytes, meta) =
                build_run(SegmentId(random_id(self.options)), &run, &view)?.finish()?;
            self.write_segment(Listed::new(&meta, run.first_day), &bytes)?;
        }
        Ok(())
    }
}
