//! The texts of records, one by one, in bounded memory.

use super::form::{InputForm, tell};
use super::scan::Scan;
use annals::limits::RECORD_BYTES_MAX;
use std::io::{self, BufRead, Chain, Cursor, Read};

/// Bytes of an over-long record that are kept, to show which one it was.
const SHOWN_BYTES: usize = 1024;
/// Bytes that are looked at to tell the form.
const BEGINNING_BYTES_MAX: usize = 64 << 10;
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Where a record begins, and whether its text is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Line of its first byte, from 1.
    pub(super) line: u64,
    /// The text was longer than allowed, and only its beginning is kept.
    pub(super) overlong: bool,
}

/// Reads record texts.
pub(super) struct Records<R: BufRead> {
    reader: Chain<Cursor<Vec<u8>>, R>,
    form: InputForm,
    /// Line of the next byte, from 1.
    line: u64,
    in_array: bool,
    bytes_max: usize,
}

impl<R: BufRead> Records<R> {
    /// Looks at the beginning of `reader` to tell its form.
    pub(super) fn new(mut reader: R) -> io::Result<Records<R>> {
        let mut beginning = Vec::new();
        let form = loop {
            let more = reader.fill_buf()?;
            let len = more.len();
            beginning.extend_from_slice(more);
            reader.consume(len);
            let text = beginning.strip_prefix(&BYTE_ORDER_MARK).unwrap_or(&beginning);
            let complete = len == 0 || beginning.len() >= BEGINNING_BYTES_MAX;
            if let Some(form) = tell(text, complete) {
                break form;
            }
        };
        if beginning.starts_with(&BYTE_ORDER_MARK) {
            beginning.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Records {
            reader: Cursor::new(beginning).chain(reader),
            form,
            line: 1,
            in_array: false,
            bytes_max: RECORD_BYTES_MAX,
        })
    }

    /// Appends the text of the next record to `text`; `None` at the end. Blank lines are none.
    pub(super) fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Found>> {
        match self.form {
            InputForm::Lines => self.next_line(text),
            InputForm::Document => self.next_value(text),
        }
    }

    fn next_line(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Found>> {
        loop {
            let line = self.line;
            let start = text.len();
            let mut kept = Kept::new(start, self.bytes_max);
            loop {
                let buffer = self.reader.fill_buf()?;
                let end = memchr::memchr(b'\n', buffer);
                kept.extend(text, &buffer[..end.unwrap_or(buffer.len())]);
                let used = end.map_or(buffer.len(), |end| end + 1);
                self.reader.consume(used);
                self.line += u64::from(end.is_some());
                if end.is_some() || used == 0 {
                    break;
                }
            }
            if kept.len == 0 && self.line == line {
                return Ok(None);
            }
            if kept.overlong() || !text[start..].trim_ascii().is_empty() {
                return Ok(Some(kept.found(line, text)));
            }
            text.truncate(start);
        }
    }

    /// Reads one value; the elements of an array at the top are values of their own.
    fn next_value(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Found>> {
        if !self.skip_to_value()? {
            return Ok(None);
        }
        let line = self.line;
        let mut kept = Kept::new(text.len(), self.bytes_max);
        let mut scan = Scan::default();
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| scan.ends_at(*byte));
            let used = end.map_or(buffer.len(), |end| end + usize::from(scan.takes_last()));
            let taken = &buffer[..used];
            self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
            kept.extend(text, taken);
            self.reader.consume(used);
            if end.is_some() || used == 0 {
                return Ok(Some(kept.found(line, text)));
            }
        }
    }

    /// Passes over white space, commas and the brackets of an array at the top; whether a value
    /// follows.
    fn skip_to_value(&mut self) -> io::Result<bool> {
        while let Some(byte) = self.reader.fill_buf()?.first().copied() {
            match byte {
                b'\n' => self.line += 1,
                b'[' if !self.in_array => self.in_array = true,
                b']' if self.in_array => self.in_array = false,
                b',' if self.in_array => {}
                byte if byte.is_ascii_whitespace() => {}
                _ => return Ok(true),
            }
            self.reader.consume(1);
        }
        Ok(false)
    }
}

/// Keeps the bytes of a record, and only its beginning when it is too long.
struct Kept {
    /// Where the record begins in the text.
    start: usize,
    /// Bytes of the record so far, kept or not.
    len: usize,
    bytes_max: usize,
}

impl Kept {
    fn new(start: usize, bytes_max: usize) -> Kept {
        Kept { start, len: 0, bytes_max }
    }

    fn extend(&mut self, text: &mut Vec<u8>, bytes: &[u8]) {
        let room = self.bytes_max.saturating_sub(self.len);
        text.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.len = self.len.saturating_add(bytes.len());
    }

    fn overlong(&self) -> bool {
        self.len > self.bytes_max
    }

    fn found(&self, line: u64, text: &mut Vec<u8>) -> Found {
        if self.overlong() {
            text.truncate(self.start + SHOWN_BYTES.min(self.bytes_max));
        }
        Found { line, overlong: self.overlong() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(input: &[u8], buffer: usize, bytes_max: usize) -> Vec<(u64, bool, String)> {
        let reader = io::BufReader::with_capacity(buffer, input);
        let mut records = Records::new(reader).unwrap();
        records.bytes_max = bytes_max;
        let mut all = Vec::new();
        let mut text = Vec::new();
        while let Some(found) = records.next(&mut text).unwrap() {
            let shown = String::from_utf8_lossy(&text).trim().to_owned();
            all.push((found.line, found.overlong, shown));
            text.clear();
        }
        all
    }

    fn texts(input: &str) -> Vec<(u64, String)> {
        let all = records(input.as_bytes(), 7, RECORD_BYTES_MAX);
        all.into_iter().map(|(line, _, text)| (line, text)).collect()
    }

    fn expected(list: &[(u64, &str)]) -> Vec<(u64, String)> {
        list.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn lines_keep_their_numbers_over_blank_ones() {
        let lines = texts("\u{feff}{\"a\":1}\r\n\nx\n{\"b\":2}");
        assert_eq!(lines, expected(&[(1, "{\"a\":1}"), (3, "x"), (4, "{\"b\":2}")]));
        assert_eq!(texts("\n \n"), []);
        assert_eq!(texts(""), []);
    }

    #[test]
    fn arrays_and_documents_are_taken_apart() {
        assert_eq!(
            texts("[{\"a\":\"]}\"},\n{\"b\":[1]}]\n{\"c\":3}"),
            expected(&[(1, "{\"a\":\"]}\"}"), (2, "{\"b\":[1]}"), (3, "{\"c\":3}")])
        );
        let scalars = texts("[ {} , 5, \"x\" ]");
        assert_eq!(scalars, expected(&[(1, "{}"), (1, "5"), (1, "\"x\"")]));
        let laid_out = texts("{\n \"a\": [\n 1]}\n{\"b\":2}");
        let whole = expected(&[(1, "{\n \"a\": [\n 1]}"), (4, "{\"b\":2}")]);
        assert_eq!(laid_out, whole);
        assert_eq!(texts("[]"), []);
        assert_eq!(texts("[{\"a\":"), expected(&[(1, "{\"a\":")]));
    }

    #[test]
    fn a_record_one_byte_too_long_is_cut_and_marked() {
        let lines = records(b"1234\n12345\n12\n", 3, 4);
        let whole = |line, text: &str| (line, false, text.to_owned());
        let cut = |line, text: &str| (line, true, text.to_owned());
        assert_eq!(lines, [whole(1, "1234"), cut(2, "1234"), whole(3, "12")]);
        let array = records(b"[{\"a\":1},{}]", 3, 6);
        assert_eq!(array, [cut(1, "{\"a\":1"), whole(1, "{}")]);
    }

    proptest! {
        #[test]
        fn no_text_panics(
            input in "[\\[\\]{}\",\\\\a1 \n]{0,60}",
            buffer in 1_usize..9,
        ) {
            records(input.as_bytes(), buffer, 16);
        }

        #[test]
        fn lines_are_what_splitting_at_line_feeds_gives(
            lines in proptest::collection::vec("[a-z{}\", ]{0,12}", 0..8),
            buffer in 1_usize..9,
        ) {
            let input = format!("x\n{}", lines.join("\n"));
            let expected: Vec<(u64, bool, String)> = input
                .split('\n')
                .enumerate()
                .filter(|(_, line)| !line.trim().is_empty())
                .map(|(place, line)| (place as u64 + 1, false, line.trim().to_owned()))
                .collect();
            prop_assert_eq!(records(input.as_bytes(), buffer, RECORD_BYTES_MAX), expected);
        }
    }
}
