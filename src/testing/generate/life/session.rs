//! Sessions: one actor acts several times from one address, with one program.

use super::super::people::Person;
use super::super::random::Xoshiro;
use super::change::{CodeChange, RecentHashes};

/// The fewest and the most events of a session.
pub(super) const EVENTS_MIN: u64 = 3;
pub(super) const EVENTS_MAX: u64 = 30;
/// Jobs of the build system.
const JOBS: usize = 40;

/// What is done in a session, and what it carries from one event to the next.
#[derive(Debug, Clone)]
pub(super) enum Work {
    /// Files of a change to code, one event each.
    Code(CodeChange),
    /// Work with a product.
    Desk(Desk),
    /// Steps of a job.
    Build(Build),
}

/// What was worked on last.
#[derive(Debug, Clone, Default)]
pub(super) struct Desk {
    /// Index into the categories of the product.
    pub(super) category: usize,
    /// The member `targets`, as JSON; empty before the first event.
    pub(super) targets: String,
}

/// A job that builds what a hash stands for.
#[derive(Debug, Clone)]
pub(super) struct Build {
    pub(super) hash: String,
    /// Grows from step to step.
    pub(super) number: u64,
}

/// Who acts, and from where: the same for all events of a session.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The member `actor`, as JSON.
    pub(super) actor: String,
    /// Index into the names of organisations.
    pub(super) organisation: usize,
    pub(super) address: String,
    pub(super) agent: String,
    /// The id of the session.
    pub(super) session_id: String,
}

/// One actor at work.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) origin: Origin,
    /// Events that are still to come.
    pub(super) left: u64,
    pub(super) work: Work,
}

impl Session {
    /// Begins a session of somebody; a job builds one of the `recent` changes.
    pub(super) fn begin(random: &mut Xoshiro, people: &[Person], recent: &RecentHashes) -> Session {
        let person = &people[random.skewed(people.len())];
        let work = match random.below(100) {
            0..45 => Work::Code(CodeChange::begin(random)),
            45..90 => Work::Desk(Desk::default()),
            _ => Work::Build(Build {
                hash: recent.pick(random).to_owned(),
                number: random.below(1 << 40),
            }),
        };
        let is_job = matches!(work, Work::Build(_));
        let (actor, agent) = match is_job {
            true => (job(random), "build-runner/4.2".to_owned()),
            false => {
                let agent = &person.agents[random.skewed(person.agents.len())];
                (person.actor.clone(), agent.clone())
            }
        };
        let origin = Origin {
            actor,
            organisation: person.organisation,
            address: person.addresses[random.skewed(person.addresses.len())].clone(),
            agent,
            session_id: format!("s-{:016x}", random.next()),
        };
        let spread = (EVENTS_MAX - EVENTS_MIN + 1) as usize;
        Session { origin, left: EVENTS_MIN + random.skewed(spread) as u64, work }
    }
}

/// The member `actor` of a job.
fn job(random: &mut Xoshiro) -> String {
    let number = random.skewed(JOBS);
    let email = format!("job-{number:02}@build.example");
    format!(r#"{{"type":"service","id":"job-{number:02}","email":"{email}"}}"#)
}
