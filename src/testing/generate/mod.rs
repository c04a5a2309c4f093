//! Made-up but realistic events, the same for the same seed: for demonstrations, tests and benches.

mod life;
mod line;
mod names;
mod people;
mod product;
mod random;
mod taxonomy;

use crate::event::Timestamp;
use life::LifeWriter;
use line::Line;
use people::{Person, people};
use product::Product;
use random::Xoshiro;

const PEOPLE_COUNT: usize = 3_000;
const SPAN_MICROS: i64 = 90 * 24 * 3_600 * 1_000_000;
const EVENTS_DEFAULT: u64 = 1_000_000;

/// What the events are like.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// One product: all texts come from templates, and one event in five is linked to others.
    Product,
    /// A whole company: sessions of people and of jobs, hashes that stand in several fields, free
    /// text of a large vocabulary, and one event in a hundred of a rare shape.
    Life,
}

/// Writes events in native form, in the order in which they arrive.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Generator {
    random: Xoshiro,
    people: Vec<Person>,
    now_micros: i64,
    gap_micros: u64,
    writer: Writer,
    line: Line,
}

/// What writes an event, with what it carries from one to the next.
#[derive(Debug, Clone)]
enum Writer {
    Product(Product),
    Life(Box<LifeWriter>),
}

impl Generator {
    /// Begins at `start` with the events of `seed`, spread so that a million take 90 days. They
    /// are those of a product.
    pub fn new(seed: u64, start: Timestamp) -> Generator {
        Generator::of(Likeness::Product, seed, start)
    }

    /// The same with events of either likeness.
    pub fn of(likeness: Likeness, seed: u64, start: Timestamp) -> Generator {
        let mut random = Xoshiro::new(seed);
        let people = people(PEOPLE_COUNT, &mut random);
        let writer = match likeness {
            Likeness::Product => Writer::Product(Product::new()),
            Likeness::Life => Writer::Life(Box::new(LifeWriter::new(&mut random, &people))),
        };
        Generator {
            random,
            people,
            now_micros: start.0,
            gap_micros: gap(EVENTS_DEFAULT),
            writer,
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
        let Generator { random, people, line, .. } = self;
        self.now_micros += random.below(2 * self.gap_micros) as i64;
        let now = Timestamp(self.now_micros);
        line.clear();
        match &mut self.writer {
            Writer::Product(product) => product.write(line, random, people, now),
            Writer::Life(life) => life.write(line, random, people, now),
        }
        line.as_str()
    }
}

fn gap(count: u64) -> u64 {
    (SPAN_MICROS as u64 / count.max(1)).max(1)
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

    /// The lab book, the tour and `tests/campaigns/instructions.sh` count on them.
    #[test]
    fn the_events_of_a_product_stay_the_same_from_version_to_version() {
        let mut generator = Generator::new(1, Timestamp(1_767_225_600_000_000)).spread(3_000);
        let mut crc = crc32fast::Hasher::new();
        for _ in 0..3_000 {
            crc.update(generator.next_event().as_bytes());
            crc.update(b"\n");
        }
        assert_eq!(crc.finalize(), 0x98b6_788a);
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
