//! Made-up events, parsed beforehand.

use annals::event::Event;
use annals::testing::generate::Generator;

/// The next `count` events.
pub(crate) fn next_events(generator: &mut Generator, count: usize) -> Vec<Event> {
    let mut next = || Event::from_json(generator.next_event().as_bytes());
    (0..count).map(|_| next().expect("generated events are valid")).collect()
}
