//! A sliding window over an input: read on demand, freed as it is passed.

use super::structure::space_len;
use std::io::{self, Read};

/// Bytes of one read.
const READ_BYTES: usize = 256 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of an input that were read and not passed.
#[derive(Debug)]
pub(super) struct Window<R> {
    reader: R,
    /// Bytes that were read, and behind `end` room for more, which is zeroed only once.
    buffer: Vec<u8>,
    /// Where the bytes begin that were not passed.
    start: usize,
    end: usize,
    /// Line of the first of them, from 1.
    line: u64,
    /// Bytes of white space before them, if nothing else stands on the line so far.
    indent: Option<usize>,
    complete: bool,
    cut: bool,
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R) -> Window<R> {
        Window {
            reader,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            line: 1,
            indent: Some(0),
            complete: false,
            cut: false,
        }
    }

    pub(super) fn input_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// What was read and not passed.
    pub(super) fn text(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The white space before [`Window::text`], if nothing else stands on the line so far.
    pub(super) fn indent(&self) -> Option<&[u8]> {
        self.indent.map(|len| &self.buffer[self.start - len..self.start])
    }

    /// [`Window::text`] with `lead` bytes of the indent before it.
    pub(super) fn text_with_indent(&self, lead: usize) -> &[u8] {
        &self.buffer[self.start - lead..self.end]
    }

    /// Line of the first byte of [`Window::text`], from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether nothing comes behind [`Window::text`].
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether the input ended with [`io::ErrorKind::UnexpectedEof`].
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Reads on; `false` at the end of the input, also at that of a truncated compressed stream.
    pub(super) fn read_on(&mut self) -> io::Result<bool> {
        if self.complete {
            return Ok(false);
        }
        let passed = self.start - self.indent.unwrap_or(0);
        if passed > self.end / 2 {
            self.buffer.copy_within(passed..self.end, 0);
            self.start -= passed;
            self.end -= passed;
        }
        if self.buffer.len() < self.end + READ_BYTES {
            self.buffer.resize(self.end + READ_BYTES, 0);
        }
        let found = loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                found => break found,
            }
        };
        match found {
            Ok(count) => {
                self.end += count;
                self.complete = count == 0;
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                (self.complete, self.cut) = (true, true);
            }
            Err(error) => return Err(error),
        }
        Ok(!self.complete)
    }

    /// Reads on until `count` bytes are there; `false` if the input ends before.
    pub(super) fn read_to(&mut self, count: usize) -> io::Result<bool> {
        while self.text().len() < count {
            if !self.read_on()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Passes the first `count` bytes.
    pub(super) fn pass(&mut self, count: usize) {
        let passed = &self.text()[..count];
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.pass_in_line(count);
    }

    /// As [`Window::pass`], for bytes without a line feed.
    pub(super) fn pass_in_line(&mut self, count: usize) {
        self.start += count;
        if count > 0 {
            self.indent = None;
        }
    }

    /// Passes white space and byte order marks, which concatenated files have inside; returns the
    /// byte behind them.
    pub(super) fn next_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            self.pass_space();
            match self.text().first().copied() {
                Some(0xef) if self.read_to(BYTE_ORDER_MARK.len())? => {
                    if !self.text().starts_with(BYTE_ORDER_MARK) {
                        return Ok(Some(0xef));
                    }
                    let indent = self.indent;
                    self.pass(BYTE_ORDER_MARK.len());
                    self.indent = indent.map(|_| 0);
                }
                Some(byte) => return Ok(Some(byte)),
                None if !self.read_on()? => return Ok(None),
                None => {}
            }
        }
    }

    /// Passes a byte order mark that the input begins with.
    pub(super) fn pass_mark(&mut self) -> io::Result<()> {
        self.read_to(BYTE_ORDER_MARK.len())?;
        if self.text().starts_with(BYTE_ORDER_MARK) {
            self.pass_in_line(BYTE_ORDER_MARK.len());
            self.indent = Some(0);
        }
        Ok(())
    }

    fn pass_space(&mut self) {
        let text = self.text();
        let len = space_len(text);
        let lines = memchr::memchr_iter(b'\n', &text[..len]).count();
        self.indent = match memchr::memrchr(b'\n', &text[..len]) {
            Some(line_end) => Some(len - line_end - 1),
            None => self.indent.map(|before| before + len),
        };
        self.line += lines as u64;
        self.start += len;
    }

    /// The offset of the first byte from `at` on that is no white space.
    pub(super) fn next_at(&mut self, mut at: usize) -> io::Result<Option<usize>> {
        loop {
            let text = self.text();
            at += space_len(&text[at..]);
            if at < text.len() {
                return Ok(Some(at));
            }
            if !self.read_on()? {
                return Ok(None);
            }
        }
    }

    /// Bytes of white space at `at`, if the line or the input ends behind them.
    pub(super) fn space_to_line_end(&mut self, at: usize) -> io::Result<Option<usize>> {
        loop {
            let behind = &self.text()[at..];
            let space = behind.iter().take_while(|byte| b" \t\r".contains(byte)).count();
            match behind.get(space).copied() {
                Some(byte) => return Ok((byte == b'\n').then_some(space)),
                None if !self.read_on()? => return Ok(Some(space)),
                None => {}
            }
        }
    }

    /// The offset of the end of the line or of the input, if it is within `max` bytes or within
    /// what was read already.
    pub(super) fn line_end(&mut self, max: usize) -> io::Result<Option<usize>> {
        let mut searched = 0;
        loop {
            let text = self.text();
            if let Some(end) = memchr::memchr(b'\n', &text[searched..]) {
                return Ok(Some(searched + end));
            }
            searched = text.len();
            if searched > max || !self.read_on()? {
                return Ok(self.complete.then_some(searched));
            }
        }
    }

    /// Ends the input here.
    pub(super) fn close(&mut self) {
        self.complete = true;
        self.start = self.end;
        self.indent = None;
    }
}
