//! Numbered events of two kinds: *kept* ones for ever, *passing* ones until a sweep drops them.

use crate::appending::detail;
use crate::random::Random;
use annals::event::{Event, StoredEvent, Timestamp};
use annals::store::{Class, Keep, Retention, Rule};

/// Numbers of one thread in one round.
const NUMBERS: u64 = 1_000_000;
/// The interval of passing events among the numbers.
const PASSING_EVERY: u64 = 4;

/// Whether the event with this number is kept for ever.
pub(crate) fn is_kept(number: u64) -> bool {
    number % PASSING_EVERY != PASSING_EVERY - 1
}

/// The numbers of one thread of one round: where they begin.
pub(crate) fn first_number(round: u64, thread: u64) -> u64 {
    const THREADS_MAX: u64 = 16;
    (round * THREADS_MAX + thread) * NUMBERS
}

/// Where the numbers begin of the thread that appended this one.
pub(crate) fn origin(number: u64) -> u64 {
    number - number % NUMBERS
}

/// The batch of numbered events from `first` on; passing ones occur `now`. Each has `bytes` more
/// that do not compress well.
pub(crate) fn batch(
    first: u64,
    size: u64,
    now: Timestamp,
    bytes: usize,
    random: &mut Random,
) -> Vec<Event> {
    let numbers = first..first + size;
    numbers.map(|number| numbered(number, (first, size), now, bytes, random)).collect()
}

fn numbered(
    number: u64,
    batch: (u64, u64),
    now: Timestamp,
    bytes: usize,
    random: &mut Random,
) -> Event {
    let (category, at) = if is_kept(number) {
        let (month, day) = (1 + random.below(12), 1 + random.below(28));
        ("kept", format!("2025-{month:02}-{day:02}T10:00:00Z"))
    } else {
        ("passing", now.to_string())
    };
    let (first, size) = batch;
    let noise: String = (0..bytes / 16).map(|_| format!("{:016x}", random.next())).collect();
    let json = format!(
        r#"{{"occurred_at":"{at}","category":"{category}","activity":"appended",
        "id":"n-{number}","actor":{{"id":"u-{}"}},
        "details":{{"number":{number},"batch":{first},"size":{size},"noise":"{noise}"}}}}"#,
        random.below(100),
    );
    Event::from_json(json.as_bytes()).expect("a valid event")
}

/// The numbers in a stored event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    pub(crate) number: u64,
    /// The first number of its batch, and how many the batch has.
    pub(crate) batch: (u64, u64),
}

impl Read {
    pub(crate) fn of(stored: &StoredEvent) -> Read {
        let value = stored.event.to_value();
        let [number, first, size] = ["number", "batch", "size"].map(|key| detail(&value, key));
        Read { number, batch: (first, size) }
    }
}

/// Rules that keep passing events for this long, and all others for ever.
pub(crate) fn rules(passing_micros: i64) -> Retention {
    let passing = Class { kept_for: Keep::Micros(passing_micros), ..Class::forever("passing") };
    let rule =
        Rule { class: "passing".into(), category: Some("passing".into()), ..Rule::default() };
    Retention { classes: vec![Class::forever("default"), passing], rules: vec![rule] }
}
