//! Error recovery: a record that is no JSON is refused, and reading goes on behind it.

use super::judge::{is_sound_record, parse_error};
use super::resync::{Cut, Look, by_layout, by_trial};
use super::state::{Place, RecordReader, Step};
use super::structure::{Followed, Structure};
use crate::Error;
use crate::limits::{RECORD_BYTES_MAX, REFUSED_BYTES_MAX};
use std::io::{self, Read};
use std::sync::Arc;

impl<R: Read> RecordReader<R> {
    /// The step for an object that is no JSON from the byte `at` on.
    pub(super) fn broken_object(&mut self, at: usize) -> io::Result<Step> {
        if self.is_page(at) {
            return Ok(self.enter_page());
        }
        let is_open = at == self.window.text().len();
        let found = match self.containers.is_empty() {
            true => self.cut_outermost(at)?,
            false => self.cut_element()?,
        };
        let (len, complete) = (self.window.text().len(), self.window.is_complete());
        let cut = found.unwrap_or(Cut { len, next: len, at_record: false });
        let is_cut = is_open && complete && cut.next == len;
        self.goes_on = found.is_none() && !complete;
        if is_cut || self.goes_on {
            self.containers.clear();
        }
        let error = match is_cut {
            true => Error::invalid("record", "is cut: the input ends inside of it"),
            false if self.goes_on => too_long(),
            false => parse_error(&self.window.text()[..cut.len]),
        };
        let place = if cut.at_record { Place::Next } else { Place::Behind };
        self.refused(cut.len, cut.next, place, error)
    }

    /// The cut of an element with an unclosed list that has swallowed the next sound record and
    /// closing brackets of the container: before that record.
    pub(super) fn swallowed(&self, len: usize) -> Option<Cut> {
        let text = &self.window.text()[..len];
        let indent = self.window.indent().filter(|_| !self.containers.is_empty())?;
        let cut = by_layout(text, indent).filter(|cut| cut.at_record)?;
        let next = &text[cut.next..];
        match Structure::new().follow(next, true) {
            Followed::Ends(len) if is_sound_record(self.source.as_ref(), &next[..len]) => Some(cut),
            _ => None,
        }
    }

    /// Outside of containers, a broken record ends with its line, unless it is pretty-printed.
    fn cut_outermost(&mut self, at: usize) -> io::Result<Option<Cut>> {
        let Some(line_len) = self.window.line_end(RECORD_BYTES_MAX)? else {
            return Ok(None);
        };
        let line = self.window.text()[..line_len].trim_ascii_end();
        let is_laid_out = matches!(line.last(), Some(b'{' | b'[' | b','));
        if at <= line_len || !is_laid_out {
            return Ok(Some(Cut { len: line_len, next: line_len, at_record: false }));
        }
        self.find_cut(|text, indent, _| {
            by_layout(text, indent.unwrap_or_default()).map_or(Look::Nothing, Look::Found)
        })
    }

    fn cut_element(&mut self) -> io::Result<Option<Cut>> {
        let source = Arc::clone(&self.source);
        let is_sound = |text: &[u8]| is_sound_record(source.as_ref(), text);
        self.find_cut(|text, indent, complete| {
            let cut = indent.and_then(|indent| by_layout(text, indent));
            by_trial(text, cut, complete, &is_sound)
        })
    }

    /// Looks for a cut in ever more text. Each look has twice the text of the one before, so the
    /// cost is linear in the text.
    fn find_cut(
        &mut self,
        look: impl Fn(&[u8], Option<&[u8]>, bool) -> Look,
    ) -> io::Result<Option<Cut>> {
        loop {
            let text = self.window.text();
            // No record is longer: the text that is there decides.
            let complete = self.window.is_complete() || text.len() > RECORD_BYTES_MAX;
            match look(text, self.window.indent(), complete) {
                Look::Found(cut) => return Ok(Some(cut)),
                Look::Nothing | Look::More if complete => return Ok(None),
                Look::Nothing | Look::More => {}
            }
            let twice = text.len() * 2;
            self.window.read_to(twice)?;
        }
    }

    /// Refuses bytes of a list that are no element, up to the next separator or line end.
    pub(super) fn stray(&mut self) -> io::Result<Step> {
        let line_len = self.line_len()?;
        let line = &self.window.text()[..line_len];
        let end = line.iter().skip(1).position(|byte| matches!(byte, b',' | b']'));
        let next = end.map_or(line.len(), |end| end + 1);
        let len = line[..next].trim_ascii_end().len();
        let error = parse_error(&line[..len]);
        self.refused(len, next, Place::Behind, error)
    }

    /// The bytes of a line, or of the next piece of one that is too long to be held; `None` where
    /// the line ended with the piece before.
    pub(super) fn piece_of_line(&mut self) -> io::Result<Option<usize>> {
        let goes_on = self.goes_on;
        let found = self.window.line_end(REFUSED_BYTES_MAX)?;
        let len = found.unwrap_or(self.window.text().len());
        self.goes_on = found.is_none();
        Ok(Some(len).filter(|len| !goes_on || *len > 0))
    }

    /// Refuses a line that does not begin as a record does, or the rest of one that is too long.
    pub(super) fn rest_of_line(&mut self) -> io::Result<Step> {
        let goes_on = self.goes_on;
        let Some(len) = self.piece_of_line()? else {
            return Ok(Step::On);
        };
        if goes_on {
            // All pieces of a record have one number.
            self.number -= 1;
        }
        let error = match goes_on || len > RECORD_BYTES_MAX {
            true => too_long(),
            false => parse_error(&self.window.text()[..len]),
        };
        self.refused(len, len, Place::Behind, error)
    }
}

fn too_long() -> Error {
    Error::invalid("record", format!("is longer than {RECORD_BYTES_MAX} bytes"))
}
