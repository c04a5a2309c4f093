//! Cursors: a place between two events of an order, printable.

use super::order::{Order, SortKey};
use crate::event::Timestamp;
use crate::io::codec;
use crate::text::hex;
use crate::{Error, Result};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A place between two events of an order, tied to its query, zone and scope.
///
/// Prints as 70 hexadecimal digits, or 94 if it belongs to a moment; treat them as opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) order: Order,
    /// The last event before the place.
    pub(crate) place: SortKey,
    /// What counts as now on every page.
    pub(crate) now: Timestamp,
    /// Hash of query, zone, times and scope.
    pub(crate) question: u64,
    /// The upper bound of `seq` of a search at a point in time.
    pub(crate) moment: Option<AsOf>,
}

/// The state of a store when the first page was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AsOf {
    /// The highest `seq` given.
    pub(in crate::query) last_seq: u64,
    /// The epoch of that `seq`; epochs beyond 32 bits are the last one.
    pub(in crate::query) epoch: u32,
}

/// order, time, seq, now, question, checksum.
const BYTES: usize = 1 + 8 + 8 + 8 + 8 + 2;
/// last seq, epoch.
const MOMENT_BYTES: usize = 8 + 4;
/// Set in the byte of the order if a moment stands before the checksum.
const HAS_MOMENT: u8 = 0x80;
/// The salt of the checksum of a cursor.
const SALT: u64 = 0x616e_6e61_6c73;

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(BYTES + MOMENT_BYTES);
        bytes.push(self.order as u8 | if self.moment.is_some() { HAS_MOMENT } else { 0 });
        bytes.extend_from_slice(&self.place.time.0.to_be_bytes());
        bytes.extend_from_slice(&self.place.seq.to_be_bytes());
        bytes.extend_from_slice(&self.now.0.to_be_bytes());
        bytes.extend_from_slice(&self.question.to_be_bytes());
        if let Some(moment) = self.moment {
            bytes.extend_from_slice(&moment.last_seq.to_be_bytes());
            bytes.extend_from_slice(&moment.epoch.to_be_bytes());
        }
        bytes.extend_from_slice(&(codec::crc(SALT, &bytes) as u16).to_be_bytes());
        formatter.write_str(&hex(&bytes))
    }
}

impl Serialize for Cursor {
    /// As it prints.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Cursor> {
        read(text).ok_or_else(|| {
            let problem = "is not a cursor; pass on what `next` of the page before said";
            Error::invalid("cursor", problem)
        })
    }
}

fn read(text: &str) -> Option<Cursor> {
    let len = text.len() / 2;
    if ![BYTES * 2, (BYTES + MOMENT_BYTES) * 2].contains(&text.len()) || !text.is_ascii() {
        return None;
    }
    let byte = |index: usize| u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..len).map(byte).collect::<Option<_>>()?;
    let number = |from: usize| Some(u64::from_be_bytes(codec::array_at(&bytes, from)?));
    let checksum = u16::from_be_bytes(codec::array_at(&bytes, len - 2)?);
    if checksum != codec::crc(SALT, bytes.get(..len - 2)?) as u16 {
        return None;
    }
    let head = *bytes.first()?;
    let moment = match (head & HAS_MOMENT != 0, len > BYTES) {
        (false, false) => None,
        (true, true) => Some(AsOf {
            last_seq: number(BYTES - 2)?,
            epoch: u32::from_be_bytes(codec::array_at(&bytes, BYTES + 6)?),
        }),
        _ => return None,
    };
    let order = [Order::Newest, Order::Oldest, Order::Seq]
        .into_iter()
        .find(|order| *order as u8 == head & !HAS_MOMENT)?;
    let place = SortKey { time: Timestamp(number(1)? as i64), seq: number(9)? };
    let now = Timestamp(number(17)? as i64);
    Some(Cursor { order, place, now, question: number(25)?, moment })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_refused() {
        let place = SortKey { time: Timestamp(-5), seq: u64::MAX };
        let moment = Some(AsOf { last_seq: u64::MAX - 1, epoch: 3 });
        for (moment, digits) in [(None, 70), (moment, 94)] {
            let (order, now, question) = (Order::Seq, Timestamp(7), 1 << 63);
            let cursor = Cursor { order, place, now, question, moment };
            let text = cursor.to_string();
            assert_eq!(text.len(), digits);
            assert_eq!(text.parse::<Cursor>().unwrap(), cursor);
            let (cut, longer) = (&text[..70.min(digits - 24)], text.clone() + &text[..24]);
            for wrong in ["", "x", &text[1..], &text.replace('8', "9"), cut, &longer] {
                assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
            }
        }
        assert!("é".repeat(35).parse::<Cursor>().is_err());
    }

    #[test]
    fn cursors_of_the_first_version_are_read() {
        let text = "0000064278c9e4fcc00000000000033baa000660e7e413e50b78b239ee8819df54613f";
        let cursor: Cursor = text.parse().unwrap();
        assert_eq!((cursor.order, cursor.place.seq), (Order::Newest, 211_882));
        assert_eq!((cursor.moment, cursor.to_string()), (None, text.to_owned()));
    }
}
