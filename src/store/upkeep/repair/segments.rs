//! Segments: which stay, and what of the others can be read.

use super::Repair;
use crate::Result;
use crate::event::Timestamp;
use crate::io::Access;
use crate::segment::Segment;
use crate::segment::SegmentBuilder;
use crate::segment::SegmentId;
use crate::store::folder::days::Day;
use crate::store::folder::inventory::{FoundSegment, open_segment};
use crate::store::folder::paths::is_class_name;
use crate::store::folder::paths::within;
use crate::store::manifest::state::Listed;
use crate::store::retention::policy::DEFAULT_CLASS;
use crate::store::upkeep::finding::SeqRange;
use crate::store::upkeep::sweep::is_expired;
use crate::store::view::live::open_listed;
use crate::store::write::engine::random_id;
use std::collections::BTreeSet;
use std::path::Path;

impl Repair<'_> {
    /// Decides what becomes of every segment.
    pub(super) fn repair_segments(&mut self) -> Result<()> {
        if self.report.manifest_rebuilt {
            return self.list_again();
        }
        for listed in self.before.segments.values().cloned().collect::<Vec<_>>() {
            self.check_listed(listed)?;
        }
        Ok(())
    }

    /// A segment that the manifest lists stays as it is, or what can be read of it is written anew.
    fn check_listed(&mut self, listed: Listed) -> Result<()> {
        let path = self.paths.segment(&listed.place());
        if let Ok(segment) = open_listed(self.disk, &path, Access::Heap, &listed) {
            if segment.examine().is_sound() {
                return self.keep(&segment, listed);
            }
            self.moved.push(path);
            return self.write_anew(&segment, listed.first_day);
        }
        self.changed = true;
        if crate::store::folder::files::len(self.disk, &path).is_ok() {
            self.moved.push(path.clone());
        }
        let is_it = |found: &&FoundSegment| {
            let meta = found.meta.as_ref().ok();
            found.path != path && meta.is_some_and(|meta| listed.agrees_with(meta))
        };
        let elsewhere = self.found.iter().find(is_it).map(|found| found.path.clone());
        let Some(elsewhere) = elsewhere else {
            let meta = &listed.meta;
            self.lost.touch(SeqRange::new(meta.min_seq, meta.max_seq));
            return Ok(());
        };
        let segment = open_segment(self.disk, &elsewhere)?;
        self.write_anew(&segment, listed.first_day)
    }

    /// Makes the list of segments from their footers.
    fn list_again(&mut self) -> Result<()> {
        let found = std::mem::take(&mut self.found);
        let mut sound = Vec::new();
        let mut rest = Vec::new();
        let mut replaced = BTreeSet::new();
        for found in &found {
            let Ok(meta) = &found.meta else {
                // Nobody knows what was in it.
                self.lost.touch(SeqRange { first: 1, last: None });
                self.moved.push(found.path.clone());
                continue;
            };
            self.see(meta.max_seq);
            if !open_segment(self.disk, &found.path)?.examine().is_sound() {
                rest.push(found);
                continue;
            }
            // Only one that is whole stands for those that it replaces.
            replaced.extend(meta.replaces.iter().copied());
            if found.in_place { sound.push(found) } else { rest.push(found) }
        }
        for found in sound {
            self.take_found(found, &replaced, true)?;
        }
        let names: BTreeSet<String> = found.iter().map(|found| stem(&found.path)).collect();
        for found in rest {
            let is_ours = found.meta.as_ref().is_ok_and(|meta| names.contains(&name(meta.id)));
            if is_ours {
                self.take_found(found, &replaced, false)?;
            } else {
                self.lost.touch(SeqRange { first: 1, last: None });
                self.moved.push(found.path.clone());
            }
        }
        Ok(())
    }

    fn take_found(
        &mut self,
        found: &FoundSegment,
        replaced: &BTreeSet<SegmentId>,
        is_whole: bool,
    ) -> Result<()> {
        let segment = open_segment(self.disk, &found.path)?;
        let now = Timestamp(self.options.clock.now_micros());
        let is_past = is_expired(segment.meta(), &self.settings.retention, now);
        if is_past {
            self.report.expired.push(within(self.paths.root(), &found.path));
        }
        if is_past || replaced.contains(&segment.meta().id) {
            self.moved.push(found.path.clone());
            // A repair that was interrupted may have replaced it by what could be read of it.
            return if is_past { Ok(()) } else { self.touch_unreadable(&segment) };
        }
        self.after.recorded_at = self.after.recorded_at.max(newest_record(&segment));
        let first_day = found.first_day.unwrap_or(Day::of(segment.meta().min_time));
        if is_whole && self.is_new(&segment)? {
            return self.keep(&segment, Listed::new(segment.meta(), first_day));
        }
        self.moved.push(found.path.clone());
        self.write_anew(&segment, first_day)
    }

    fn touch_unreadable(&mut self, segment: &Segment) -> Result<()> {
        let all = SeqRange::new(segment.meta().min_seq, segment.meta().max_seq);
        segment.read_rows(&mut |row| {
            if let Err(seq) = row {
                self.lost.touch(seq.map_or(all, |seq| SeqRange::new(seq, seq)));
            }
            Ok(())
        })
    }

    /// Whether no event of a segment is served already.
    fn is_new(&self, segment: &Segment) -> Result<bool> {
        for row in 0..segment.rows() {
            if self.lost.is_served(segment.seq(row)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn keep(&mut self, segment: &Segment, listed: Listed) -> Result<()> {
        for row in 0..segment.rows() {
            self.lost.serve(segment.seq(row)?);
        }
        self.after.segments.insert(listed.meta.id, listed);
        Ok(())
    }

    /// Writes the rows that can be read and are not served yet into a new segment.
    fn write_anew(&mut self, segment: &Segment, first_day: Day) -> Result<()> {
        self.changed = true;
        let meta = segment.meta();
        let all = SeqRange::new(meta.min_seq, meta.max_seq);
        let mut replaces = meta.replaces.clone();
        replaces.push(meta.id);
        let id = SegmentId(random_id(self.options));
        // A footer may say anything, and the class names a folder.
        let class = if is_class_name(&meta.class) { &meta.class } else { DEFAULT_CLASS };
        let mut builder = SegmentBuilder::new(id, class, replaces);
        let lost = &mut self.lost;
        segment.read_rows(&mut |row| {
            match row {
                Ok(stored) if lost.serve(stored.seq) => {
                    let (at, canonical) = (stored.event.occurred_at(), stored.event.canonical());
                    builder.push(stored.seq, stored.recorded_at, at, canonical)?;
                }
                Ok(_) => {}
                Err(seq) => lost.touch(seq.map_or(all, |seq| SeqRange::new(seq, seq))),
            }
            Ok(())
        })?;
        if builder.rows() == 0 {
            return Ok(());
        }
        let (bytes, meta) = builder.finish()?;
        self.write_segment(Listed::new(&meta, first_day), &bytes)
    }
}

/// When the last event of a segment was recorded.
fn newest_record(segment: &Segment) -> Timestamp {
    segment.recorded_at(segment.meta().max_seq).unwrap_or(Timestamp(i64::MIN))
}

fn name(id: SegmentId) -> String {
    format!("{:016x}", id.0)
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
