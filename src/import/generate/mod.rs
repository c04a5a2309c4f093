//! Made-up but realistic events, the same for the same seed: for demonstrations, tests and benches.

mod names;
mod people;
mod random;
mod taxonomy;

use crate::event::{Timestamp, format_instant};
use names::{API_KINDS, AUTH_METHODS, CHANGES, FAILURES, ORGANISATIONS, REMARKS, TITLES};
use people::{Person, people};
use random::Random;
use std::fmt::Write;
use taxonomy::{CATEGORIES, Category, Operation};

const PEOPLE_COUNT: usize = 3_000;
const SPAN_MICROS: i64 = 90 * 24 * 3_600 * 1_000_000;
const EVENTS_DEFAULT: u64 = 1_000_000;
/// Of a hundred events, this many arrive late, by up to [`LATE_MICROS_MAX`].
const LATE_PERCENT: u64 = 1;
const LATE_MICROS_MAX: u64 = 2 * 24 * 3_600 * 1_000_000;

/// Writes events in native form, in the order in which they arrive.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Generator {
    random: Random,
    people: Vec<Person>,
    categories_by_weight: Vec<&'static Category>,
    now_micros: i64,
    gap_micros: u64,
    /// The last correlated user action: its id and how many events are still to follow.
    operation: Option<(u64, u64)>,
    line: String,
}

impl Generator {
    /// Begins at `start` with the events of `seed`, spread so that a million take 90 days.
    pub fn new(seed: u64, start: Timestamp) -> Generator {
        let mut random = Random::new(seed);
        let people = people(PEOPLE_COUNT, &mut random);
        let by_weight = CATEGORIES
            .iter()
            .flat_map(|category| (0..category.weight).map(move |_| category));
        Generator {
            random,
            people,
            categories_by_weight: by_weight.collect(),
            now_micros: start.0,
            gap_micros: gap(EVENTS_DEFAULT),
            operation: None,
            line: String::with_capacity(1024),
        }
    }

    /// Spreads the coming events so that `count` of them take 90 days.
    #[must_use]
    pub fn spread(mut self, count: u64) -> Generator {
        self.gap_micros = gap(count);
        self
    }

    /// The next event as one line of native JSON, without a line feed; valid until the next call.
    pub fn next_event(&mut self) -> &str {
        self.now_micros += self.random.below(2 * self.gap_micros) as i64;
        self.line.clear();
        self.write_event();
        &self.line
    }

    fn write_event(&mut self) {
        let random = &mut self.random;
        let line = &mut self.line;
        let place = random.below(self.categories_by_weight.len() as u64) as usize;
        let category = self.categories_by_weight[place];
        let (activity, operation) = category.activities[random.skewed(category.activities.len())];
        let person = &self.people[random.skewed(PEOPLE_COUNT)];
        let late = match random.chance(LATE_PERCENT) {
            true => random.below(LATE_MICROS_MAX) as i64,
            false => 0,
        };
        let occurred_at = format_instant(Timestamp(self.now_micros - late), 0);
        let failed = activity == "failed" || activity.ends_with("error");
        line.push_str("{\"id\":\"");
        push_uuid(line, random);
        push(
            line,
            format_args!(
                r#"","tenant":"org-{}","data_source":"activity_log","occurred_at":"{occurred_at}","category":"{}","activity":"{activity}","operation":"{}","outcome":"{}""#,
                ORGANISATIONS[person.organisation],
                category.code,
                operation.code(),
                if failed { "failure" } else { "success" },
            ),
        );
        if failed {
            push(
                line,
                format_args!(r#","error_code":"{}""#, random.pick(&FAILURES)),
            );
        }
        push(line, format_args!(r#","actor":{}"#, person.actor));
        push_target(line, random, category, person, &self.people);
        if matches!(operation, Operation::Update | Operation::Create) {
            push_change(line, random, operation);
        }
        push_context(line, random, operation, person);
        push_details(line, random, category);
        push_correlation(line, random, &mut self.operation);
        line.push('}');
    }
}

fn gap(count: u64) -> u64 {
    (SPAN_MICROS as u64 / count.max(1)).max(1)
}

fn push(line: &mut String, text: std::fmt::Arguments<'_>) {
    line.write_fmt(text).expect("a String takes any text");
}

/// A random UUID, version 4.
fn push_uuid(line: &mut String, random: &mut Random) {
    let (high, low) = (random.next(), random.next());
    let variant = 0x8000 | (low >> 48) & 0x3fff;
    push(
        line,
        format_args!(
            "{:08x}-{:04x}-4{:03x}-{variant:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low & 0xffff_ffff_ffff,
        ),
    );
}

fn push_target(
    line: &mut String,
    random: &mut Random,
    category: &Category,
    person: &Person,
    people: &[Person],
) {
    match category.target {
        "session" => push(
            line,
            format_args!(
                r#","targets":[{{"type":"user","id":"{}","relation":"primary"}}]"#,
                person.id
            ),
        ),
        "user" => {
            let other = &people[random.skewed(people.len())];
            push(
                line,
                format_args!(
                    r#","targets":[{{"type":"user","id":"{}","name":"{}","email":"{}","relation":"primary"}}]"#,
                    other.id, other.name, other.email
                ),
            );
        }
        kind => {
            let number = random.skewed(20_000);
            let title = TITLES[number % TITLES.len()];
            push(
                line,
                format_args!(
                    r#","targets":[{{"type":"{kind}","id":"{}-{number}","name":"{title}","relation":"primary"}}]"#,
                    &kind[..2]
                ),
            );
        }
    }
}

fn push_change(line: &mut String, random: &mut Random, operation: Operation) {
    let (field, values) = CHANGES[random.skewed(CHANGES.len())];
    let before = random.below(values.len() as u64) as usize;
    let after = (before + 1 + random.below(values.len() as u64 - 1) as usize) % values.len();
    if operation == Operation::Create {
        push(
            line,
            format_args!(
                r#","changes":[{{"field":"{field}","after":"{}","before_state":"absent"}}]"#,
                values[after]
            ),
        );
    } else {
        push(
            line,
            format_args!(
                r#","changes":[{{"field":"{field}","before":"{}","after":"{}","before_state":"known"}}]"#,
                values[before], values[after]
            ),
        );
    }
}

fn push_context(line: &mut String, random: &mut Random, operation: Operation, person: &Person) {
    let address = &person.addresses[random.skewed(person.addresses.len())];
    let agent = &person.agents[random.skewed(person.agents.len())];
    push(
        line,
        format_args!(r#","context":{{"ip":"{address}","user_agent":"{agent}""#),
    );
    if operation == Operation::Auth {
        push(
            line,
            format_args!(r#","auth_method":"{}""#, random.pick(&AUTH_METHODS)),
        );
    } else {
        push(
            line,
            format_args!(
                r#","api_kind":"{}""#,
                API_KINDS[random.skewed(API_KINDS.len())]
            ),
        );
    }
    push(
        line,
        format_args!(
            r#","request_id":"req-{:016x}","session_id":"s-{:08x}"}}"#,
            random.next(),
            random.below(1 << 32),
        ),
    );
}

fn push_details(line: &mut String, random: &mut Random, category: &Category) {
    line.push_str(r#","details":{"#);
    if random.chance(80) {
        let (before, after) = random.pick(&REMARKS).split_once("{}").unwrap_or_default();
        let prefix = random.pick(&["INV-2026-", "RE-", "T", "#"]);
        push(
            line,
            format_args!(
                r#""note":"{before}{prefix}{:08}{after}","#,
                random.below(100_000_000)
            ),
        );
    }
    push(
        line,
        format_args!(
            r#""area":"{}","attempt":{},"duration_ms":{},"team":{{"name":"{}","size":{}}}}}"#,
            category.target,
            1 + random.skewed(5),
            1 + random.skewed(4_000),
            TITLES[45 + random.skewed(6)],
            2 + random.below(30),
        ),
    );
}

/// One event in five belongs to a user action of several events.
fn push_correlation(line: &mut String, random: &mut Random, operation: &mut Option<(u64, u64)>) {
    let current = match operation.take() {
        Some((id, left)) if left > 0 => Some((id, left - 1)),
        _ if random.chance(8) => Some((random.below(1 << 40), 1 + random.below(3))),
        _ => None,
    };
    if let Some((id, _)) = current {
        push(line, format_args!(r#","correlation_id":"op-{id:010x}""#));
    }
    *operation = current;
}
