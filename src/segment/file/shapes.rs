//! The shapes of the events of a segment.

use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The operations of each shape, one shape behind the other: a segment has hundreds, and to
/// allocate each takes a noticeable part of the time of opening one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes {
    bytes: Vec<u8>,
    /// Where each shape ends in `bytes`.
    ends: Vec<usize>,
}

impl Shapes {
    /// Adds a shape.
    pub(crate) fn push(&mut self, shape: &[u8]) {
        self.bytes.extend_from_slice(shape);
        self.ends.push(self.bytes.len());
    }

    /// Number of shapes.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The operations of a shape.
    pub(crate) fn get(&self, number: usize) -> Option<&[u8]> {
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start..*self.ends.get(number)?)
    }
}

/// As a list of byte strings.
impl Serialize for Shapes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.len()).map(|number| self.get(number).unwrap_or_default()))
    }
}

impl<'de> Deserialize<'de> for Shapes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shapes, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Shapes;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of shapes")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shapes, A::Error> {
                let mut shapes = Shapes::default();
                while list.next_element_seed(Next(&mut shapes))?.is_some() {}
                Ok(shapes)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// Reads the bytes of the next shape at once: serde reads a list of numbers one by one.
struct Next<'s>(&'s mut Shapes);

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Next<'_> {
    type Value = ();
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("bytes")
    }
    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<(), E> {
        self.0.push(bytes);
        Ok(())
    }
}
