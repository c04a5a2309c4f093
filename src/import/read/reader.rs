//! The reader of records: a pull parser over the containers of an input.

use super::format::{LOOK_BYTES, foreign_input};
use super::item::{Fault, InputRecord, Item};
use super::judge::{Judged, judge, judge_sound, parse_error};
use super::page::{is_list_key, key_of};
use super::state::{Container, Place, RecordReader, Step};
use super::structure::{Followed, Structure};
use crate::limits::{RECORD_BYTES_MAX, REFUSED_BYTES_MAX};
use std::io::{self, Read};

impl<R: Read> RecordReader<R> {
    /// The next record or fault; `None` at the end.
    ///
    /// Cost: linear in the record.
    ///
    /// # Errors
    /// Errors of reading the input, except [`io::ErrorKind::UnexpectedEof`], which is a fault: the
    /// input is cut there.
    pub fn next_item(&mut self) -> io::Result<Option<Item<'_>>> {
        let given = std::mem::take(&mut self.given);
        match std::mem::take(&mut self.in_line) {
            true => self.window.pass_in_line(given),
            false => self.window.pass(given),
        }
        let step = loop {
            match self.step()? {
                Step::On => {}
                step => break step,
            }
        };
        let line = self.window.line();
        Ok(match step {
            Step::On | Step::End => None,
            Step::Fault(problem) => Some(Item::Fault(Fault { line, problem })),
            Step::Record { lead, len, next, outcome } => {
                self.given = next;
                let text = &self.window.text_with_indent(lead)[..lead + len];
                let (number, goes_on) = (self.number, self.goes_on);
                let foreign = self.foreign.take();
                Some(Item::Record(InputRecord { line, number, text, goes_on, foreign, outcome }))
            }
        })
    }

    fn step(&mut self) -> io::Result<Step> {
        if !self.began {
            self.window.read_to(LOOK_BYTES)?;
            self.began = true;
            if let Some(problem) = foreign_input(self.window.text()) {
                self.window.close();
                return Ok(Step::Fault(format!("the input {problem}")));
            }
            if let Some(advice) = self.begin_table()? {
                self.window.close();
                return Ok(Step::Fault(format!("the input {advice}")));
            }
        }
        if self.table.is_some() {
            return self.row();
        }
        if self.goes_on {
            return self.rest_of_line();
        }
        match self.containers.last().copied() {
            None => self.outermost(),
            Some(Container::List(line)) => self.element(line),
            Some(Container::Page(line)) => self.member(line),
        }
    }

    /// The step outside of every container.
    fn outermost(&mut self) -> io::Result<Step> {
        match self.window.next_byte()? {
            None if self.window.is_cut() && !self.cut_told => {
                self.cut_told = true;
                Ok(Step::Fault("the compressed input ends too early".to_owned()))
            }
            None => Ok(Step::End),
            Some(b'{') => {
                let line_len = self.line_len()?;
                let line = self.window.text()[..line_len].trim_ascii_end();
                let len = line.len();
                match judge_sound(self.source.as_ref(), line) {
                    Some(judged @ Judged::Record(_)) => {
                        self.in_line = true;
                        self.settle(judged, len)
                    }
                    Some(judged) => self.settle(judged, len),
                    None => self.object(),
                }
            }
            Some(b'[') if self.begins_list(0, b"{[],")? => Ok(self.enter_list(1)),
            Some(_) => self.rest_of_line(),
        }
    }

    /// The step inside of a list that begins on `line`.
    fn element(&mut self, line: u64) -> io::Result<Step> {
        let Some(byte) = self.window.next_byte()? else {
            return Ok(self.ends_inside("the list", line));
        };
        let in_page = matches!(self.containers.iter().nth_back(1), Some(Container::Page(_)));
        Ok(match (self.place, byte) {
            (Place::Next, b']') => {
                self.leave(1);
                Step::Fault("a record is missing between `,` and `]`".to_owned())
            }
            (_, b']') => self.leave(1),
            (Place::Behind, b',') => self.go_to(Place::Next, 1),
            (_, b',') => {
                self.go_to(Place::Next, 1);
                Step::Fault("a record is missing before `,`".to_owned())
            }
            (Place::Behind, b'{' | b'[') => {
                self.place = Place::Next;
                Step::Fault("`,` is missing between two records".to_owned())
            }
            (Place::Behind, b'}') if in_page => {
                self.leave(0);
                Step::Fault(format!("the list that begins in line {line} has no `]`"))
            }
            (Place::Behind, _) => return self.stray(),
            (_, b'{') => return self.object(),
            (_, b'[') if self.begins_list(0, b"{[],")? => self.enter_list(1),
            _ => return self.other_element(),
        })
    }

    /// The step between the members of a page that begins on `line`.
    fn member(&mut self, line: u64) -> io::Result<Step> {
        if self.passing.is_some() {
            return self.pass_value();
        }
        let Some(byte) = self.window.next_byte()? else {
            return Ok(self.ends_inside("the page", line));
        };
        match (self.place, byte) {
            (Place::First | Place::Behind, b'}') => return Ok(self.leave(1)),
            (Place::Behind, b',') => return Ok(self.go_to(Place::Next, 1)),
            (Place::First | Place::Next, b'"') => {}
            _ => return Ok(self.broken_page(line)),
        }
        let key_len = loop {
            let text = self.window.text();
            match Structure::new().follow(text, self.window.is_complete()) {
                Followed::Ends(len) => break len,
                _ if !self.window.read_on()? => return Ok(self.ends_inside("the page", line)),
                _ => {}
            }
        };
        let Some(colon) = self.window.next_at(key_len)? else {
            return Ok(self.ends_inside("the page", line));
        };
        if self.window.text()[colon] != b':' {
            return Ok(self.broken_page(line));
        }
        let Some(value) = self.window.next_at(colon + 1)? else {
            return Ok(self.ends_inside("the page", line));
        };
        let is_list = is_list_key(&key_of(&self.window.text()[..key_len]));
        if is_list && self.window.text()[value] == b'[' && self.begins_list(value, b"{]")? {
            return Ok(self.enter_list(value + 1));
        }
        self.window.pass(value);
        self.passing = Some(Structure::new());
        Ok(Step::On)
    }

    /// Passes over a value of any size that is no list of records of a page.
    fn pass_value(&mut self) -> io::Result<Step> {
        let complete = self.window.is_complete();
        let Some(structure) = &mut self.passing else { return Ok(Step::On) };
        let found = structure.follow(self.window.text(), complete);
        let passed = structure.forget_followed();
        self.window.pass(passed);
        match found {
            Followed::Open if complete => self.passing = None,
            Followed::Open => {
                self.window.read_on()?;
            }
            Followed::Ends(_) | Followed::Broken(_) => {
                (self.passing, self.place) = (None, Place::Behind);
            }
        }
        Ok(Step::On)
    }

    /// An object: a record, or a page.
    fn object(&mut self) -> io::Result<Step> {
        let mut structure = Structure::new();
        let mut looked = false;
        let found = loop {
            let text = self.window.text();
            match structure.follow(text, self.window.is_complete()) {
                Followed::Open if text.len() < REFUSED_BYTES_MAX => {
                    // An object longer than any record is read as a page if it can be one.
                    let is_first_look =
                        text.len() > RECORD_BYTES_MAX && !std::mem::replace(&mut looked, true);
                    if is_first_look && self.is_page(text.len()) {
                        return Ok(self.enter_page());
                    }
                    if !self.window.read_on()? {
                        break Followed::Open;
                    }
                }
                found => break found,
            }
        };
        match found {
            Followed::Ends(len) if self.may_end_at(len)? => {
                let judged = judge(self.source.as_ref(), &self.window.text()[..len]);
                let is_refused = matches!(judged, Judged::Record(Err(_)));
                let swallowed = if is_refused { self.swallowed(len) } else { None };
                let Some(cut) = swallowed else {
                    return self.settle(judged, len);
                };
                let error = parse_error(&self.window.text()[..cut.len]);
                self.refused(cut.len, cut.next, Place::Next, error)
            }
            Followed::Ends(at) | Followed::Broken(at) => self.broken_object(at),
            Followed::Open => self.broken_object(self.window.text().len()),
        }
    }

    /// Whether an object may end behind `len` bytes. Outside of containers, an object of one line
    /// may be followed on its line only by another object or list; else the whole line is broken.
    fn may_end_at(&mut self, len: usize) -> io::Result<bool> {
        if !self.containers.is_empty() || self.window.text()[..len].contains(&b'\n') {
            return Ok(true);
        }
        let line_len = self.line_len()?.max(len);
        let line = &self.window.text()[len..line_len];
        Ok(matches!(line.trim_ascii().first(), None | Some(b'{' | b'[')))
    }

    /// An element that is no object; the source gives the reason to refuse it.
    fn other_element(&mut self) -> io::Result<Step> {
        let mut structure = Structure::new();
        loop {
            let text = self.window.text();
            match structure.follow(text, self.window.is_complete()) {
                Followed::Ends(len) => {
                    let judged = judge(self.source.as_ref(), &self.window.text()[..len]);
                    return self.settle(judged, len);
                }
                Followed::Open if text.len() < REFUSED_BYTES_MAX && self.window.read_on()? => {}
                _ => return self.stray(),
            }
        }
    }
}
