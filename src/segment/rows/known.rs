//! Where values of a dictionary are, for ids that come again and again.

use crate::json::is_plain;
use crate::segment::codec::blocks::{Damage, Read};
use crate::segment::codec::dictionary::DictionaryReader;

/// Values of a column that are known at most.
const KNOWN_MAX: usize = 4096;
/// What a value is that no event can have, and what a row of more than an event may have is.
pub(super) const TOO_MUCH: Damage =
    Damage { offset: 0, reading: "row longer than an event may be" };
/// Where nothing is.
const NOWHERE: usize = usize::MAX;

/// A direct-mapped cache: an id is looked for in one place, which it shares with others. It grows
/// with the number of ids that were asked for, so that a page of a few rows pays for a few.
#[derive(Debug, Default)]
pub(super) struct KnownValues {
    /// As many as some power of two.
    places: Vec<KnownValue>,
    /// Ids that were asked for.
    asked: usize,
}

/// A value that was looked up, checked, and is written as it is stored.
#[derive(Debug, Clone, Copy)]
struct KnownValue {
    id: u32,
    len: u32,
    from: usize,
}

impl KnownValue {
    const NONE: KnownValue = KnownValue { id: 0, len: 0, from: NOWHERE };
}

/// A value of a dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DictionaryValue<'b> {
    /// `len` bytes of the segment, to be written as they are.
    AsStored { from: usize, len: u32 },
    /// A text with characters that need escapes.
    ToEscape(&'b [u8]),
}

impl KnownValues {
    /// Reads `count` values of the dictionary, which is always the same one.
    pub(super) fn reader<'k, 'b>(
        &'k mut self,
        dictionary: DictionaryReader<'b>,
        is_text: bool,
        count: usize,
    ) -> KnownReader<'k, 'b> {
        self.asked = self.asked.saturating_add(count);
        let places = self.asked.min(dictionary.len()).min(KNOWN_MAX).next_power_of_two();
        if places > self.places.len() {
            self.places.clear();
            self.places.resize(places, KnownValue::NONE);
        }
        KnownReader { places: &mut self.places, dictionary, is_text }
    }
}

/// Reads values of one dictionary.
pub(super) struct KnownReader<'k, 'b> {
    places: &'k mut [KnownValue],
    dictionary: DictionaryReader<'b>,
    /// The values are strings, which may need escapes.
    is_text: bool,
}

impl<'b> KnownReader<'_, 'b> {
    /// The value with this id, which is UTF-8.
    #[inline]
    pub(super) fn get(&mut self, id: u32) -> Read<DictionaryValue<'b>> {
        let place = id as usize & (self.places.len().wrapping_sub(1));
        match self.places.get(place) {
            Some(known) if known.id == id && known.from != NOWHERE => {
                Ok(DictionaryValue::AsStored { from: known.from, len: known.len })
            }
            _ => self.look_up(id, place),
        }
    }

    fn look_up(&mut self, id: u32, place: usize) -> Read<DictionaryValue<'b>> {
        let (from, len) = self.dictionary.place(id)?;
        let bytes = self.dictionary.bytes_at((from, len))?;
        check_text(bytes)?;
        if self.is_text && !is_plain(bytes) {
            return Ok(DictionaryValue::ToEscape(bytes));
        }
        let len = u32::try_from(len).map_err(|_| TOO_MUCH)?;
        if let Some(known) = self.places.get_mut(place) {
            *known = KnownValue { id, len, from };
        }
        Ok(DictionaryValue::AsStored { from, len })
    }
}

/// Refuses bytes that are no UTF-8.
#[inline]
pub(super) fn check_text(bytes: &[u8]) -> Read<()> {
    // Most texts are short and of ASCII only, which is found out at less cost.
    match bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
        true => Ok(()),
        false => Err(Damage { offset: 0, reading: "text of a row" }),
    }
}
