//! The store that is asked: generated events with a typed attribute of every kind each.

use super::Outcome;
use super::corpus::{START, generator};
use super::parsed::next_events;
use annals::event::{Event, Timestamp};
use annals::store::{Store, StoreReader};
use std::path::Path;

const BATCH: usize = 1_000;
/// A prime above the events of a usual run: multiples of another one modulo it are all different.
const MODULUS: u64 = 10_000_019;
const FACTOR: u64 = 7_919;
/// Instants of one range of 90 days.
const SPAN_MICROS: i64 = 90 * 86_400_000_000;

/// Makes a store of `count` sealed events.
pub(crate) fn make(folder: &Path, count: u64) -> Outcome {
    let store = Store::open(folder)?;
    let mut source = generator(count);
    let mut number = 0;
    while number < count {
        let events = next_events(&mut source, BATCH.min((count - number) as usize));
        let typed = events.iter().zip(number..).map(|(event, number)| typed(event, number));
        store.append_batch(&typed.collect::<Outcome<Vec<_>>>()?)?;
        number += events.len() as u64;
    }
    store.seal()?;
    Ok(store.close()?)
}

/// Opens a store without writing to it.
pub(crate) fn open(folder: &Path) -> Outcome<StoreReader> {
    Ok(StoreReader::open(folder)?)
}

/// The event with attributes that queries can compare as what they are: a boolean, a null for one
/// in ten, and a number, an instant and an address that no other event has.
fn typed(event: &Event, number: u64) -> Outcome<Event> {
    let unique = number * FACTOR % MODULUS;
    let approved = if number.is_multiple_of(10) { "\"approved\":null," } else { "" };
    let start = Timestamp(START.0 + SPAN_MICROS / MODULUS as i64 * unique as i64);
    let text = std::str::from_utf8(event.canonical())?;
    let members = text.strip_suffix('}').ok_or("an event is an object")?;
    let [_, high, middle, low] = (unique as u32).to_be_bytes();
    let json = format!(
        "{members},\"attributes\":{{{approved}\"billable\":{},\"address\":\"10.{high}.{middle}.{low}\",\
         \"price\":{}.{:02},\"start\":\"{start}\"}}}}",
        number.is_multiple_of(3),
        unique / 100,
        unique % 100,
    );
    Ok(Event::from_json(json.as_bytes())?)
}
