//! Cursors: a place between two events of an order, printable.

use super::order::{Order, Place};
use crate::event::Timestamp;
use crate::io::codec;
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A place between two events of an order, tied to its query, zone and scope.
///
/// Prints as 70 hexadecimal digits; treat them as opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(super) order: Order,
    /// The last event before the place.
    pub(super) place: Place,
    /// What counts as now on every page.
    pub(super) now: Timestamp,
    /// Hash of query, zone, times and scope.
    pub(super) question: u64,
}

/// order, time, seq, now, question, checksum.
const BYTES: usize = 1 + 8 + 8 + 8 + 8 + 2;
/// The salt of the checksum of a cursor.
const SALT: u64 = 0x616e_6e61_6c73;

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(self.order as u8);
        bytes.extend_from_slice(&self.place.time.0.to_be_bytes());
        bytes.extend_from_slice(&self.place.seq.to_be_bytes());
        bytes.extend_from_slice(&self.now.0.to_be_bytes());
        bytes.extend_from_slice(&self.question.to_be_bytes());
        bytes.extend_from_slice(&(codec::crc(SALT, &bytes) as u16).to_be_bytes());
        bytes.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
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
    if text.len() != BYTES * 2 || !text.is_ascii() {
        return None;
    }
    let byte = |index: usize| u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..BYTES).map(byte).collect::<Option<_>>()?;
    let number = |from: usize| Some(u64::from_be_bytes(codec::array_at(&bytes, from)?));
    let checksum = u16::from_be_bytes(codec::array_at(&bytes, BYTES - 2)?);
    if checksum != codec::crc(SALT, bytes.get(..BYTES - 2)?) as u16 {
        return None;
    }
    let order = [Order::Newest, Order::Oldest, Order::Seq]
        .into_iter()
        .find(|order| Some(&(*order as u8)) == bytes.first())?;
    let place = Place { time: Timestamp(number(1)? as i64), seq: number(9)? };
    Some(Cursor { order, place, now: Timestamp(number(17)? as i64), question: number(25)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_refused() {
        let place = Place { time: Timestamp(-5), seq: u64::MAX };
        let cursor = Cursor { order: Order::Seq, place, now: Timestamp(7), question: 1 << 63 };
        let text = cursor.to_string();
        assert_eq!(text.len(), 70);
        assert_eq!(text.parse::<Cursor>().unwrap(), cursor);
        for wrong in ["", "x", &text[1..], &text.replace('8', "9"), &"é".repeat(35)] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
