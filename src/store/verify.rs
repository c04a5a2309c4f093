//! Verification: every byte of every file is read and compared with what lists it.

use super::engine::{Core, Engine};
use super::live::open_listed;
use super::manifest::{self, Listed, LogFile};
use super::reader::Reader;
use super::{VerifyReport, files, lock, rules_file};
use crate::Error;
use crate::io::Access;
use crate::log::{Frame, Synced, replay};
use std::path::Path;

impl Engine {
    /// Reads everything; appends go on meanwhile.
    pub(crate) fn verify(&self) -> VerifyReport {
        // Nothing is sealed, merged or dropped while the lock is held.
        let upkeep = lock(&self.upkeep);
        let synced = lock(&self.writer).synced();
        let logs = upkeep.manifest.state().logs.clone();
        verify(&self.core, &logs, synced)
    }
}

impl Reader {
    /// Reads everything that this reader lists.
    pub(crate) fn verify(&self) -> VerifyReport {
        let (logs, hint) = self.logs_and_hint();
        verify(&self.core, &logs, hint)
    }
}

fn verify(core: &Core, logs: &[LogFile], synced: Option<Synced>) -> VerifyReport {
    let mut report = VerifyReport::default();
    report.check_manifest(core);
    report.check_rules(core);
    let view = core.view.load();
    for segment in view.segments.live() {
        report.check_segment(core, segment.listed());
    }
    for damaged in view.segments.damaged() {
        report.check_segment(core, &damaged.listed);
    }
    for log in logs {
        report.check_log(core, log, synced.filter(|synced| synced.log_id == log.id));
    }
    report
}

impl VerifyReport {
    fn problem(&mut self, error: &Error) {
        self.problems.push(error.to_string());
    }

    fn read(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }

    fn check_manifest(&mut self, core: &Core) {
        let path = core.layout.manifest();
        match manifest::read(&core.options.disk, &path) {
            Ok(_) => self.read_whole(core, &path),
            Err(error) => self.problem(&error),
        }
    }

    fn check_rules(&mut self, core: &Core) {
        match rules_file::read(&core.options.disk, &core.layout) {
            Ok(_) => self.read_whole(core, &core.layout.rules()),
            Err(error) => self.problem(&error),
        }
    }

    /// Counts a file that was read to its end; one that may be missing does not count then.
    fn read_whole(&mut self, core: &Core, path: &Path) {
        if let Ok(len) = files::len(&core.options.disk, path) {
            self.read(len);
        }
    }

    fn check_segment(&mut self, core: &Core, listed: &Listed) {
        let path = core.layout.segment(&listed.place());
        let opened = open_listed(&core.options.disk, &path, Access::Heap, listed);
        match opened.and_then(|segment| segment.verify()) {
            Ok(bytes) => {
                self.read(bytes);
                self.events += u64::from(listed.meta.rows);
            }
            Err(error) => self.problem(&error),
        }
    }

    fn check_log(&mut self, core: &Core, log: &LogFile, synced: Option<Synced>) {
        let path = core.layout.log(log.number);
        let upto = synced.map(|synced| synced.offset);
        let mut events = 0;
        let mut count = |frames: &[Frame<'_>]| {
            super::recover::decode(&path, frames)?;
            events += frames.len() as u64;
            Ok(())
        };
        let found = replay(&core.options.disk, &path, upto, upto, &mut count);
        let checked = found.and_then(|found| {
            super::recover::check_header(&path, log, &found)?;
            Ok(found.end)
        });
        self.events += events;
        match checked {
            Ok(end) => self.read(end),
            Err(error) => self.problem(&error),
        }
    }
}
