//! Reading an input as instructions.

/// Takes bytes off the front of an input; zeros when it is used up.
pub(crate) struct Input<'d> {
    rest: &'d [u8],
}

impl<'d> Input<'d> {
    pub(crate) fn new(data: &'d [u8]) -> Input<'d> {
        Input { rest: data }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `end`; 0 if `end` is.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let bytes = [self.byte(), self.byte(), self.byte()];
        let number =
            usize::from(bytes[0]) | usize::from(bytes[1]) << 8 | usize::from(bytes[2]) << 16;
        number.checked_rem(end).unwrap_or(0)
    }

    pub(crate) fn rest(self) -> &'d [u8] {
        self.rest
    }
}

/// At most so many changes are made to one file.
const EDITS_MAX: usize = 64;

/// Changes bytes of a file: each edit is three bytes of place and one of what to flip.
pub(crate) fn edit(file: &mut [u8], mut input: Input<'_>) {
    for _ in 0..EDITS_MAX {
        if input.is_empty() {
            return;
        }
        let place = input.below(file.len());
        let flips = input.byte();
        if let Some(byte) = file.get_mut(place) {
            *byte ^= flips;
        }
    }
}
