//! The shapes of the events of a segment.

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
