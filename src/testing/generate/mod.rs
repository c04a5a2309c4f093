//! Made-up but realistic events, the same for the same seed: for demonstrations, tests and benches.

mod line;
mod names;
mod people;
mod random;
mod taxonomy;

use crate::event::{Timestamp, format_instant};
use line::Line;
use names::{API_KINDS, AUTH_METHODS, CHANGES, FAILURES, ORGANISATIONS, REMARKS, TEAMS, TITLES};
use people::{Person, people};
use random::Xoshiro;
use taxonomy::{ActivityKind, CATEGORIES, Category};

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
    random: Xoshiro,
    people: Vec<Person>,
    categories_by_weight: Vec<&'static Category>,
    now_micros: i64,
    gap_micros: u64,
    /// The last correlated user action: its id and how many events are still to follow.
    operation: Option<(u64, u64)>,
    line: Line,
}

impl Generator {
    /// Begins at `start` with the events of `seed`, spread so that a million take 90 days.
    pub fn new(seed: u64, start: Timestamp) -> Generator {
        let mut random = Xoshiro::new(seed);
        let people = people(PEOPLE_COUNT, &mut random);
        let by_weight =
            CATEGORIES.iter().flat_map(|category| (0..category.weight).map(move |_| category));
        Generator {
            random,
            people,
            categories_by_weight: by_weight.collect(),
            now_micros: start.0,
            gap_micros: gap(EVENTS_DEFAULT),
            operation: None,
            line: Line::new(),
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
        self.line.as_str()
    }

    fn write_event(&mut self) {
        let random = &mut self.random;
        let line = &mut self.line;
        let place = random.below(self.categories_by_weight.len() as u64) as usize;
        let category = self.categories_by_weight[place];
        let (activity, operation) = category.activities[random.skewed(category.activities.len())];
        let person = &self.people[random.skewed(PEOPLE_COUNT)];
        let is_late = random.chance(LATE_PERCENT);
        let late = if is_late { random.below(LATE_MICROS_MAX) as i64 } else { 0 };
        line.open("", "{");
        line.text("id", uuid(random));
        line.text("tenant", format_args!("org-{}", ORGANISATIONS[person.organisation]));
        line.text("data_source", "activity_log");
        line.text("occurred_at", format_instant(Timestamp(self.now_micros - late), 0));
        line.text("category", category.code);
        line.text("activity", activity);
        line.text("operation", operation.code());
        write_outcome(line, random, activity, operation);
        line.json("actor", &person.actor);
        write_target(line, random, category.target, &self.people);
        if operation == ActivityKind::Update && random.chance(60) {
            write_change(line, random);
        }
        write_context(line, random, operation, person);
        write_details(line, random);
        write_correlation(line, random, &mut self.operation);
        line.close("}");
    }
}

fn gap(count: u64) -> u64 {
    (SPAN_MICROS as u64 / count.max(1)).max(1)
}

/// A random UUID, version 4.
fn uuid(random: &mut Xoshiro) -> String {
    let (high, low) = (random.next(), random.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff,
    )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn events(seed: u64, count: u64) -> Vec<String> {
        let mut generator = Generator::new(seed, Timestamp(0)).spread(count);
        (0..count).map(|_| generator.next_event().to_owned()).collect()
    }

    #[test]
    fn events_are_valid_and_of_the_promised_size() {
        let all = events(3, 5_000);
        let bytes: usize = all.iter().map(String::len).sum();
        let mean = bytes / all.len();
        assert!((600..=650).contains(&mean), "{mean}");
        for text in &all {
            assert!((420..=980).contains(&text.len()), "{} {text}", text.len());
            Event::from_json(text.as_bytes()).unwrap();
        }
    }

    #[test]
    fn the_seed_decides_everything() {
        assert_eq!(events(7, 200), events(7, 200));
        assert_ne!(events(7, 200), events(8, 200));
    }

    #[test]
    fn times_grow_over_ninety_days_but_for_late_events() {
        let times: Vec<i64> = events(1, 20_000)
            .iter()
            .map(|text| Event::from_json(text.as_bytes()).unwrap().occurred_at().0)
            .collect();
        let newest = times.iter().max().unwrap();
        assert!((SPAN_MICROS * 9 / 10..SPAN_MICROS * 11 / 10).contains(newest), "{newest}");
        let mut latest = i64::MIN;
        let mut late = 0;
        for time in times {
            late += usize::from(time < latest);
            latest = latest.max(time);
        }
        assert!((100..=300).contains(&late), "{late}");
    }
}
