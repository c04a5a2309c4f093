//! What has to change in a table so that it has the rows of a snapshot, in steps of one commit.
//!
//! A file whose segment is still there stays as it is. The others are *touched*: those of segments
//! that were merged or dropped, those with rows past their time, and those that somebody else
//! wrote anew. Touched files and segments without a file that share rows are one step, so that at
//! every version each row is there once.

use super::copies::{has_young, outliving};
use super::own::{OwnFile, ReadRows, StoreNames, TAG_EXPIRED, TAG_HIDDEN, TAG_OLDEST, own_files};
use super::stored::{expired_mark, expired_rows, stored_rows};
use crate::event::Timestamp;
use crate::lake::delta::{AddFile, TableState};
use crate::lake::objects::Patient;
use crate::lake::parquet::FileRows;
use crate::store::{LakeRules, SealedSegment, Snapshot};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// New segments that go into one commit: a run that ends loses little of its work.
const NEW_AT_ONCE: usize = 8;

/// What a plan is made from.
pub(super) struct Look<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a LakeRules,
    pub(super) live: &'a BTreeMap<String, SealedSegment>,
    pub(super) names: &'a StoreNames,
    pub(super) state: &'a TableState,
    pub(super) objects: &'a Patient,
    /// Segments of which the lake has nothing by the rules, known from before.
    pub(super) empty: &'a [String],
    pub(super) include_hidden: bool,
    /// The store may have lost sealed events since its last publication: those are not to leave.
    pub(super) is_suspect: bool,
    /// Names of files that a repair has moved aside: so may those of their segments.
    pub(super) aside: &'a [String],
}

/// One commit to be.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// The files that go, with the rows of this store in them.
    pub(super) removes: Vec<(AddFile, FileRows)>,
    pub(super) writes: Vec<Write>,
}

/// A file to be.
#[derive(Debug)]
pub(super) enum Write {
    /// The rows of a segment.
    Segment {
        id: String,
        segment: SealedSegment,
        /// Rows of it that are in a file that stays.
        without: FileRows,
    },
    /// The rows of a file that goes, but for some of this store.
    Copy { from: AddFile, without: FileRows },
}

/// A file that may have to go.
struct Touched {
    file: OwnFile,
    rows: FileRows,
    /// Rows that leave the table.
    leaving: FileRows,
}

impl Look<'_> {
    /// The steps to take, in any order.
    ///
    /// Cost: footers, if nothing but new segments is there; else the row sets of what is touched.
    pub(super) fn steps(&self, read: &mut ReadRows) -> Result<Vec<Step>> {
        let (mut touched, mut has_file) = (Vec::new(), Vec::new());
        for file in own_files(self.state, self.names) {
            match file.segment.as_ref().and_then(|id| Some((id, self.live.get(id)?))) {
                Some((id, segment)) if !self.is_outdated(&file.add, segment)? => {
                    has_file.push(id.clone());
                }
                _ => {
                    let rows = read.of(self.objects, &file.add, self.names)?;
                    if !rows.is_empty() || !file.is_mixed {
                        touched.push(Touched { file, rows, leaving: FileRows::default() });
                    }
                }
            }
        }
        let new: Vec<(&String, &SealedSegment)> = self
            .live
            .iter()
            .filter(|(id, _)| !has_file.contains(id) && !self.empty.contains(id))
            .collect();
        if touched.is_empty() {
            return Ok(only_new(&new));
        }
        self.mixed_steps(touched, &new)
    }

    /// Whether a file lacks rows that are to be there, or has some that are not.
    fn is_outdated(&self, file: &AddFile, segment: &SealedSegment) -> Result<bool> {
        let has_hidden = file.tag(TAG_HIDDEN).is_some_and(|count| count != "0");
        if has_hidden && self.include_hidden {
            return Ok(true);
        }
        let noted = file.tag(TAG_EXPIRED).unwrap_or_default();
        let oldest = file.tag(TAG_OLDEST).and_then(|oldest| oldest.parse().ok());
        let oldest = Timestamp(oldest.unwrap_or(i64::MIN));
        if noted == expired_mark(&FileRows::default()) && self.rules.keeps_all_from(oldest) {
            return Ok(false);
        }
        let expired = expired_rows(self.snapshot, segment, self.rules)?;
        Ok(expired_mark(&expired) != noted)
    }

    fn mixed_steps(
        &self,
        mut touched: Vec<Touched>,
        new: &[(&String, &SealedSegment)],
    ) -> Result<Vec<Step>> {
        let mut live = FileRows::default();
        let mut sets = Vec::new();
        // Rows of a segment that has its file are in no other, unless somebody else wrote it.
        let is_mixed = touched.iter().any(|one| one.file.is_mixed);
        let has_none = |id: &String| new.iter().any(|(new, _)| *new == id);
        for (id, segment) in self.live.iter().filter(|(id, _)| is_mixed || has_none(id)) {
            let set = stored_rows(self.snapshot, segment)?;
            live.add_all(&set);
            sets.push((id, segment, set));
        }
        for one in &mut touched {
            one.leaving = self.leaving(one, &live, &sets)?;
        }
        let new: Vec<_> = new
            .iter()
            .filter_map(|(id, _)| sets.iter().find(|(known, ..)| known == id))
            .map(|(id, segment, set)| (*id, *segment, set))
            .collect();
        let (joined, alone): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|(_, _, set)| touched.iter().any(|one| one.rows.meets(set)));
        let mut steps = only_new(&alone.iter().map(|(id, one, _)| (*id, *one)).collect::<Vec<_>>());
        for (files, segments) in components(&touched, &joined) {
            let files: Vec<&Touched> = files.into_iter().map(|place| &touched[place]).collect();
            let segments = segments.into_iter().map(|place| joined[place]);
            let step = step_of(&files, &segments.collect::<Vec<_>>());
            if !step.removes.is_empty() || !step.writes.is_empty() {
                steps.push(step);
            }
        }
        Ok(steps)
    }

    /// The rows of a touched file that the lake no longer keeps, or whose store has dropped them.
    fn leaving(
        &self,
        one: &Touched,
        live: &FileRows,
        sets: &[(&String, &SealedSegment, FileRows)],
    ) -> Result<FileRows> {
        let mut gone = FileRows::default();
        one.rows.keys().filter(|key| !live.contains(*key)).for_each(|key| {
            gone.insert(key);
        });
        let judged = (self.names, self.rules);
        let id = one.file.segment.as_ref();
        let is_aside = id.is_some_and(|id| self.aside.iter().any(|name| name.contains(id)));
        if (self.is_suspect || is_aside) && has_young(self.objects, &one.file.add, judged, &gone)? {
            let problem = "the table has rows that the store has lost in a recovery or repair; \
                 restore them from there, or let them go with --adopt";
            return Err(Error::invalid("store", problem));
        }
        let (kept, has_expired) = outliving(self.objects, &one.file.add, judged, &gone)?;
        if has_expired {
            // The table alone has them: by a clock that jumped they would be gone for good.
            self.snapshot.check_clock()?;
        }
        let mut leaving = FileRows::default();
        gone.keys().filter(|key| !kept.contains(*key)).for_each(|key| {
            leaving.insert(key);
        });
        for (_, segment, _) in sets.iter().filter(|(_, _, set)| set.meets(&one.rows)) {
            let expired = expired_rows(self.snapshot, segment, self.rules)?;
            expired.keys().filter(|key| one.rows.contains(*key)).for_each(|key| {
                leaving.insert(key);
            });
        }
        Ok(leaving)
    }
}

/// Steps that only add.
fn only_new(new: &[(&String, &SealedSegment)]) -> Vec<Step> {
    let write = |(id, segment): &(&String, &SealedSegment)| Write::Segment {
        id: (*id).clone(),
        segment: (*segment).clone(),
        without: FileRows::default(),
    };
    let step = |some: &[_]| Step { removes: Vec::new(), writes: some.iter().map(write).collect() };
    new.chunks(NEW_AT_ONCE).map(step).collect()
}

type NewSegment<'a> = (&'a String, &'a SealedSegment, &'a FileRows);

/// The step of files and segments that share rows.
fn step_of(files: &[&Touched], segments: &[NewSegment<'_>]) -> Step {
    let mut step = Step::default();
    // Rows that stay where they are.
    let mut staying = FileRows::default();
    for one in files {
        let has_moved = segments.iter().any(|(_, _, set)| set.meets(&one.rows));
        let goes = !one.leaving.is_empty() || (!one.file.is_mixed && has_moved);
        if !goes {
            staying.add_all(&one.rows);
            continue;
        }
        // Of a file of this store alone, the rows that are in segments come with those.
        let mut without = one.leaving.clone();
        if !one.file.is_mixed {
            segments.iter().for_each(|(_, _, set)| without.add_all(set));
        } else {
            one.rows.keys().filter(|key| !one.leaving.contains(*key)).for_each(|key| {
                staying.insert(key);
            });
        }
        if one.file.is_mixed || one.rows.missing_in(&without) > 0 {
            step.writes.push(Write::Copy { from: one.file.add.clone(), without });
        }
        step.removes.push((one.file.add.clone(), one.rows.clone()));
    }
    for (id, segment, set) in segments {
        if set.missing_in(&staying) > 0 {
            step.writes.push(Write::Segment {
                id: (*id).clone(),
                segment: (*segment).clone(),
                without: staying.clone(),
            });
        }
    }
    step
}

/// The connected components of files and segments, as their places.
fn components(files: &[Touched], segments: &[NewSegment<'_>]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut components = Vec::new();
    let mut free: Vec<usize> = (0..files.len()).collect();
    let mut left: Vec<usize> = (0..segments.len()).collect();
    while let Some(first) = free.pop() {
        let (mut own, mut with) = (vec![first], Vec::new());
        let mut looked = 0;
        while let Some(place) = own.get(looked).copied() {
            looked += 1;
            let rows = &files[place].rows;
            let joins = left.extract_if(.., |one| segments[*one].2.meets(rows));
            let joining: Vec<usize> = joins.collect();
            for one in &joining {
                own.extend(free.extract_if(.., |file| segments[*one].2.meets(&files[*file].rows)));
            }
            with.extend(joining);
        }
        components.push((own, with));
    }
    components
}
