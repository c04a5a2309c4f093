//! Events of a whole company: sessions of people and of jobs that act side by side.

mod change;
mod rare;
mod session;
#[cfg(test)]
mod tests;
mod words;

use super::line::Line;
use super::names::{ORGANISATIONS, TEAMS};
use super::people::Person;
use super::random::Xoshiro;
use super::taxonomy::CATEGORIES;
use crate::event::{Timestamp, format_instant};
use change::{CodeChange, RecentHashes};
use rare::write_rare;
use session::{Build, Desk, Origin, Session, Work};
use words::{heading, push_sentences, word};

/// Sessions that are open at once.
const OPEN_SESSIONS: usize = 4;
/// Of a hundred events, so many come after a look at another session, which may be the same.
const SWITCH_PERCENT: u64 = 8;
/// Of a hundred events, so many have a rare shape.
const RARE_PERCENT: u64 = 1;
const SECOND_MICROS: i64 = 1_000_000;

/// The sessions that are open, and the hashes that they share.
#[derive(Debug, Clone)]
pub(super) struct LifeWriter {
    sessions: Vec<Session>,
    current: usize,
    recent: RecentHashes,
}

impl LifeWriter {
    pub(super) fn new(random: &mut Xoshiro, people: &[Person]) -> LifeWriter {
        let recent = RecentHashes::new(random);
        let begin = |_| Session::begin(random, people, &recent);
        let sessions = (0..OPEN_SESSIONS).map(begin).collect();
        LifeWriter { sessions, current: 0, recent }
    }

    /// Writes the event that arrives at `now`.
    pub(super) fn write(
        &mut self,
        line: &mut Line,
        random: &mut Xoshiro,
        people: &[Person],
        now: Timestamp,
    ) {
        let LifeWriter { sessions, current, recent } = self;
        if random.chance(SWITCH_PERCENT) {
            *current = random.below(OPEN_SESSIONS as u64) as usize;
        }
        if sessions[*current].left == 0 {
            sessions[*current] = Session::begin(random, people, recent);
        }
        let Session { origin, left, work } = &mut sessions[*current];
        *left -= 1;
        let time = random.occurred_at(now);
        let mut event = EventWriter { line, random, origin, time };
        event.line.open("", "{");
        if event.random.chance(RARE_PERCENT) {
            event.write_record(recent);
        } else {
            match work {
                Work::Code(change) => event.write_file(change, recent),
                Work::Desk(desk) => event.write_desk(desk),
                Work::Build(build) => event.write_step(build),
            }
        }
        event.line.close("}");
    }
}

/// One event of a session.
struct EventWriter<'a> {
    line: &'a mut Line,
    random: &'a mut Xoshiro,
    origin: &'a Origin,
    time: Timestamp,
}

impl EventWriter<'_> {
    /// Writes what stands between id and target; `kind` is category, activity and operation.
    fn write_head(&mut self, source: &str, kind: [&str; 3]) {
        let [category, activity, operation] = kind;
        let organisation = ORGANISATIONS[self.origin.organisation];
        self.line.text("tenant", format_args!("org-{organisation}"));
        self.line.text("data_source", source);
        self.line.text("occurred_at", format_instant(self.time, 0));
        self.line.text("category", category);
        self.line.text("activity", activity);
        self.line.text("operation", operation);
        self.line.json("actor", &self.origin.actor);
    }

    fn write_context(&mut self) {
        self.line.open("context", "{");
        self.line.text("ip", &self.origin.address);
        self.line.text("user_agent", &self.origin.agent);
        self.line.text("session_id", &self.origin.session_id);
        self.line.close("}");
    }

    /// Something that was read from elsewhere and has a shape of its own.
    fn write_record(&mut self, recent: &RecentHashes) {
        self.line.text("id", self.random.uuid());
        self.write_head("imports", ["import", "record_read", "other"]);
        self.write_context();
        let hash = recent.pick(self.random);
        write_rare(self.line, self.random, hash);
    }

    /// One file of a change; the hash stands in the id and in the details.
    fn write_file(&mut self, change: &mut CodeChange, recent: &mut RecentHashes) {
        if change.file == change.files {
            *change = CodeChange::begin(self.random);
        }
        let number = change.file;
        change.file += 1;
        // Histories of code have whole seconds.
        self.time.0 -= self.time.0.rem_euclid(SECOND_MICROS);
        let [activity, operation] = CodeChange::done(self.random);
        self.line.text("id", format_args!("{}-{number}", &change.hash[..20]));
        self.write_head("code", [&change.repository(), activity, operation]);
        self.line.open("targets", "[{");
        self.line.text("type", "file");
        self.line.text("id", change.path(self.random));
        self.line.close("}]");
        self.write_context();
        self.line.open("details", "{");
        self.line.text("subject", &change.subject);
        self.line.text("commit", &change.hash);
        if number == 0 {
            self.line.text("body", recent.body(self.random));
            self.line.json("files_changed", change.files);
            recent.add(&change.hash);
        }
        self.line.close("}");
    }

    /// Work with a product; the target stays for some events.
    fn write_desk(&mut self, desk: &mut Desk) {
        if desk.targets.is_empty() || self.random.chance(30) {
            *desk = new_target(self.random);
        }
        let category = &CATEGORIES[desk.category];
        let rank = self.random.skewed(category.activities.len());
        let (activity, operation) = category.activities[rank];
        self.line.text("id", self.random.uuid());
        self.write_head("activity_log", [category.code, activity, operation.code()]);
        self.line.json("targets", &desk.targets);
        if self.random.chance(20) {
            self.line.open("changes", "[{");
            self.line.text("field", "title");
            self.line.text("before", heading(self.random));
            self.line.text("after", heading(self.random));
            self.line.close("}]");
        }
        self.write_context();
        self.line.open("details", "{");
        if self.random.chance(60) {
            self.write_sentences("note", 6);
        }
        if self.random.chance(20) {
            self.line.text("team", self.random.pick(&TEAMS));
        }
        self.line.json("duration_ms", 1 + self.random.skewed(4_000));
        self.line.close("}");
    }

    /// A step of a job; the hash stands in the target, in its address and in the details.
    fn write_step(&mut self, build: &mut Build) {
        build.number += 1 + self.random.below(50);
        let hash = &build.hash;
        let (activity, outcome) = match self.random.below(100) {
            0..70 => ("step_ended", "success"),
            70..92 => ("step_began", "pending"),
            _ => ("step_ended", "failure"),
        };
        self.line.text("id", format_args!("{:020}", build.number));
        self.write_head("build", ["build", activity, "execute"]);
        self.line.text("outcome", outcome);
        self.line.open("targets", "[{");
        self.line.text("type", "build");
        self.line.text("id", format_args!("build-{}", &hash[..12]));
        self.line.text("url", format_args!("https://build.example/changes/{hash}/steps"));
        self.line.close("}]");
        self.write_context();
        self.line.open("details", "{");
        self.line.text("commit", hash);
        self.line.text("step", word(400 + self.random.skewed(60)));
        self.line.json("duration_ms", self.random.below(900_000));
        if outcome == "failure" {
            self.write_sentences("log", 4);
        }
        self.line.close("}");
    }

    fn write_sentences(&mut self, key: &str, most: usize) {
        let mut text = String::new();
        push_sentences(&mut text, self.random, most);
        self.line.text(key, text);
    }
}

fn new_target(random: &mut Xoshiro) -> Desk {
    let category = random.skewed(CATEGORIES.len());
    let kind = CATEGORIES[category].target;
    let number = random.skewed(200_000);
    let name = heading(random);
    let id = format!("{}-{number}", &kind[..2]);
    let targets = format!(r#"[{{"type":"{kind}","id":"{id}","name":"{name}"}}]"#);
    Desk { category, targets }
}
