//! The end of a JSON value, found byte by byte without checking the value.

/// Follows one value from its first byte.
#[derive(Debug, Default)]
pub(super) struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    began: bool,
    takes_last: bool,
}

impl Scan {
    /// Whether the value ends at `byte`.
    pub(super) fn ends_at(&mut self, byte: u8) -> bool {
        let is_first = !std::mem::replace(&mut self.began, true);
        self.takes_last = true;
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                return self.depth == 0;
            }
            // A bare value at the top ends where the next thing begins.
            b',' | b']' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                // A stray mark is a value by itself: every value has at least one byte.
                self.takes_last = is_first;
                return true;
            }
            _ => {}
        }
        false
    }

    /// Whether the byte at which the value ended belongs to it.
    pub(super) fn takes_last(&self) -> bool {
        self.takes_last
    }
}
