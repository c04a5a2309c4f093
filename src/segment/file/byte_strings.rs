//! Many short byte strings in one buffer.

/// Byte strings, one behind the other: a segment has hundreds of shapes and keys, and to allocate
/// each takes a noticeable part of the time of opening one.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByteStrings {
    bytes: Vec<u8>,
    /// Where each string ends in `bytes`.
    ends: Vec<usize>,
}

impl ByteStrings {
    /// Adds a string.
    pub(crate) fn push(&mut self, string: &[u8]) {
        self.bytes.extend_from_slice(string);
        self.ends.push(self.bytes.len());
    }

    /// Number of strings.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A string by its number.
    pub(crate) fn get(&self, number: usize) -> Option<&[u8]> {
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start..*self.ends.get(number)?)
    }

    /// Whether all of them are UTF-8; one look at the whole buffer.
    pub(crate) fn are_texts(&self) -> bool {
        let all = std::str::from_utf8(&self.bytes);
        all.is_ok_and(|text| self.ends.iter().all(|end| text.is_char_boundary(*end)))
    }

    /// Whether a byte stands in one of them.
    pub(crate) fn contain(&self, byte: u8) -> bool {
        memchr::memchr(byte, &self.bytes).is_some()
    }

    /// The strings in the order in which they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|number| self.get(number))
    }
}
