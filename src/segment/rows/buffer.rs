//! The bytes of an event being put together out of many short pieces.

use crate::segment::file::templates::SHORT;
/// A growing run of bytes; the memory is kept when it is cleared.
#[derive(Debug, Default)]
pub(super) struct EventBuffer {
    /// What was written, and room.
    buffer: Vec<u8>,
    len: usize,
    /// For writers that append to a vector.
    piece: Vec<u8>,
}

impl EventBuffer {
    /// Forgets all bytes.
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// What was written.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// How many bytes were written.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Appends `len` bytes of `source` from `from` on, or as many as there are. What follows them
    /// may be touched, but does not count: with [`SHORT`] bytes from `from` on, a short piece is
    /// fast.
    #[inline]
    pub(super) fn push(&mut self, source: &[u8], from: usize, len: u32) {
        const HALF: usize = SHORT / 2;
        let len = len as usize;
        let source = source.get(from..).unwrap_or_default();
        let to = self.buffer.get_mut(self.len..).unwrap_or_default();
        if len <= HALF
            && let (Some(to), Some(from)) =
                (to.first_chunk_mut::<HALF>(), source.first_chunk::<HALF>())
        {
            *to = *from;
            self.len += len;
        } else if len <= SHORT
            && let (Some(to), Some(from)) =
                (to.first_chunk_mut::<SHORT>(), source.first_chunk::<SHORT>())
        {
            *to = *from;
            self.len += len;
        } else {
            self.push_exact(source.get(..len).unwrap_or(source));
        }
    }

    /// Appends what `write` appends to an empty vector.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut piece = std::mem::take(&mut self.piece);
        piece.clear();
        write(&mut piece);
        self.push_exact(&piece);
        self.piece = piece;
    }

    /// Appends a piece.
    #[inline(never)]
    pub(super) fn push_exact(&mut self, piece: &[u8]) {
        let end = self.len + piece.len();
        if end + SHORT > self.buffer.len() {
            self.buffer.resize((end + SHORT).next_power_of_two(), 0);
        }
        self.buffer[self.len..end].copy_from_slice(piece);
        self.len = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_stand_one_after_the_other(
            pieces in proptest::collection::vec(
                (proptest::collection::vec(any::<u8>(), 0..90), 0..99u32, 0..9usize, any::<bool>()),
                0..60,
            ),
        ) {
            let mut sink = EventBuffer::default();
            for round in 0..2 {
                sink.clear();
                let mut expected = Vec::new();
                for (piece, len, from, whole) in pieces.iter().skip(round) {
                    if *whole {
                        sink.write(|out| out.extend_from_slice(piece));
                        expected.extend_from_slice(piece);
                    } else {
                        sink.push(piece, *from, *len);
                        expected.extend(piece.iter().skip(*from).take(*len as usize));
                    }
                    prop_assert_eq!(sink.bytes(), &expected[..]);
                }
            }
        }
    }
}
