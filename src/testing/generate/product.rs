//! Events of one product, from templates; one in five is linked to others by its `correlation_id`.

use super::line::Line;
use super::names::{
    API_KINDS, AUTH_METHODS, CHANGES, FAILURES, ORGANISATIONS, REMARKS, TEAMS, TITLES,
};
use super::people::Person;
use super::random::Xoshiro;
use super::taxonomy::{ActivityKind, CATEGORIES, Category};
use crate::event::{Timestamp, format_instant};

/// What is carried from one event to the next.
#[derive(Debug, Clone)]
pub(super) struct Product {
    categories_by_weight: Vec<&'static Category>,
    /// The last correlated user action: its id and how many events are still to follow.
    operation: Option<(u64, u64)>,
}

impl Product {
    pub(super) fn new() -> Product {
        let by_weight =
            CATEGORIES.iter().flat_map(|category| (0..category.weight).map(move |_| category));
        Product { categories_by_weight: by_weight.collect(), operation: None }
    }

    /// Writes the event that arrives at `now`.
    pub(super) fn write(
        &mut self,
        line: &mut Line,
        random: &mut Xoshiro,
        people: &[Person],
        now: Timestamp,
    ) {
        let place = random.below(self.categories_by_weight.len() as u64) as usize;
        let category = self.categories_by_weight[place];
        let (activity, operation) = category.activities[random.skewed(category.activities.len())];
        let person = &people[random.skewed(people.len())];
        let time = random.occurred_at(now);
        line.open("", "{");
        line.text("id", random.uuid());
        line.text("tenant", format_args!("org-{}", ORGANISATIONS[person.organisation]));
        line.text("data_source", "activity_log");
        line.text("occurred_at", format_instant(time, 0));
        line.text("category", category.code);
        line.text("activity", activity);
        line.text("operation", operation.code());
        write_outcome(line, random, activity, operation);
        line.json("actor", &person.actor);
        write_target(line, random, category.target, people);
        if operation == ActivityKind::Update && random.chance(60) {
            write_change(line, random);
        }
        write_context(line, random, operation, person);
        write_details(line, random);
        write_correlation(line, random, &mut self.operation);
        line.close("}");
    }
}

fn write_outcome(line: &mut Line, random: &mut Xoshiro, activity: &str, operation: ActivityKind) {
    if activity == "failed" || activity.ends_with("error") {
        line.text("outcome", "failure");
        line.text("error_code", random.pick(&FAILURES));
    } else if operation == ActivityKind::Auth {
        line.text("outcome", "success");
    }
}

/// Writes the target of the event; a login has none.
fn write_target(line: &mut Line, random: &mut Xoshiro, kind: &str, people: &[Person]) {
    if kind == "session" {
        return;
    }
    line.open("targets", "[{");
    line.text("type", kind);
    if kind == "user" {
        let person = &people[random.skewed(people.len())];
        line.text("id", &person.id);
        line.text("name", &person.name);
    } else {
        let number = random.skewed(20_000);
        line.text("id", format_args!("{}-{number}", &kind[..2]));
        line.text("name", TITLES[number % TITLES.len()]);
    }
    line.close("}]");
}

fn write_change(line: &mut Line, random: &mut Xoshiro) {
    let (field, values) = CHANGES[random.skewed(CHANGES.len())];
    let before = random.below(values.len() as u64) as usize;
    let step = 1 + random.below(values.len() as u64 - 1) as usize;
    line.open("changes", "[{");
    line.text("field", field);
    line.text("before", values[before]);
    line.text("after", values[(before + step) % values.len()]);
    line.close("}]");
}

fn write_context(line: &mut Line, random: &mut Xoshiro, operation: ActivityKind, person: &Person) {
    line.open("context", "{");
    line.text("ip", &person.addresses[random.skewed(person.addresses.len())]);
    line.text("user_agent", &person.agents[random.skewed(person.agents.len())]);
    if operation == ActivityKind::Auth {
        line.text("auth_method", random.pick(&AUTH_METHODS));
    } else if random.chance(35) {
        line.text("api_kind", API_KINDS[random.skewed(API_KINDS.len())]);
    }
    line.text("request_id", format_args!("req-{:012x}", random.below(1 << 48)));
    if random.chance(40) {
        line.text("session_id", format_args!("s-{:08x}", random.below(1 << 32)));
    }
    line.close("}");
}

fn write_details(line: &mut Line, random: &mut Xoshiro) {
    line.open("details", "{");
    if random.chance(40) {
        let (before, after) = random.pick(&REMARKS).split_once("{}").unwrap_or_default();
        let prefix = random.pick(&["INV-2026-", "RE-", "T", "#"]);
        let number = random.below(100_000_000);
        line.text("note", format_args!("{before}{prefix}{number:08}{after}"));
    }
    if random.chance(20) {
        line.open("team", "{");
        line.text("name", random.pick(&TEAMS));
        line.json("size", 2 + random.below(30));
        line.close("}");
    }
    line.json("duration_ms", 1 + random.skewed(4_000));
    line.close("}");
}

/// About one event in five belongs to a user action of several events.
fn write_correlation(line: &mut Line, random: &mut Xoshiro, operation: &mut Option<(u64, u64)>) {
    let current = match operation.take() {
        Some((id, left)) if left > 0 => Some((id, left - 1)),
        _ if random.chance(8) => Some((random.below(1 << 40), 1 + random.below(3))),
        _ => None,
    };
    if let Some((id, _)) = current {
        line.text("correlation_id", format_args!("op-{id:010x}"));
    }
    *operation = current;
}
