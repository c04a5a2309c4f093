//! Tables: a row is a record. The steps of the reader for an input that is no JSON.

use super::format::table_advice;
use super::open_table::OpenTable;
use super::state::{Place, RecordReader, Step};
use crate::import::table::{Columns, Found, Row, RowEnd};
use crate::limits::RECORD_BYTES_MAX;
use crate::{Error, Result};
use std::io::{self, Read};

/// What is said of a table that is none.
const JSON_ADVICE: &str = "looks like JSON, and no table: import it with another --from";
/// Bytes within which the first two lines of a table are looked for.
const LOOK_BYTES_MAX: usize = 64 << 10;

impl<R: Read> RecordReader<R> {
    /// Looks whether the input is a table, if the source has tables.
    ///
    /// Returns what a table looks like of which the source has none.
    pub(super) fn begin_table(&mut self) -> io::Result<Option<&'static str>> {
        let Some(form) = self.source.table() else {
            return match self.begins_json()? {
                true => Ok(None),
                false => {
                    self.read_two_lines()?;
                    Ok(table_advice(self.window.text()))
                }
            };
        };
        self.window.pass_mark()?;
        if form.or_json && self.begins_json()? {
            return Ok(None);
        }
        if self.window.text().is_empty() {
            return Ok(None);
        }
        let begins_json = self.begins_json()?;
        let line_len = self.line_len()?;
        let line = &self.window.text()[..line_len];
        let table = OpenTable::new(form, line);
        if begins_json && form.header {
            let columns = Columns::of_header(line.trim_ascii_end(), table.delimiter);
            let checked = columns.and_then(|columns| self.source.check_columns(columns.names()));
            if checked.is_err() {
                return Ok(Some(JSON_ADVICE));
            }
        }
        self.table = Some(table);
        Ok(None)
    }

    /// Reads what a table is recognized by.
    fn read_two_lines(&mut self) -> io::Result<()> {
        loop {
            let text = self.window.text();
            let is_enough =
                text.len() > LOOK_BYTES_MAX || memchr::memchr_iter(b'\n', text).nth(1).is_some();
            if is_enough || !self.window.read_on()? {
                return Ok(());
            }
        }
    }

    /// Whether the first byte that is no white space begins a JSON, or there is none.
    fn begins_json(&mut self) -> io::Result<bool> {
        let first = self.window.next_at(0)?;
        Ok(first.is_none_or(|at| matches!(self.window.text()[at], b'{' | b'[')))
    }

    /// The step for the next row.
    pub(super) fn row(&mut self) -> io::Result<Step> {
        if self.goes_on {
            return self.refused_line(Error::invalid("record", "is longer than a row may be"));
        }
        let Some(delimiter) = self.table.as_ref().map(|table| table.delimiter) else {
            return Ok(Step::End);
        };
        let mut end = RowEnd::new(delimiter);
        let found = loop {
            let text = self.window.text();
            match end.follow(text, self.window.is_complete()) {
                Found::Open if text.len() <= RECORD_BYTES_MAX => {
                    self.window.read_on()?;
                }
                found => break found,
            }
        };
        match found {
            Found::Ends { next: 0, .. } => self.end_of_table(),
            Found::Ends { len, next } if len <= RECORD_BYTES_MAX => self.whole_row(len, next),
            _ => self.broken_row(delimiter),
        }
    }

    fn end_of_table(&mut self) -> io::Result<Step> {
        if self.window.is_cut() && !self.cut_told {
            self.cut_told = true;
            return Ok(Step::Fault("the compressed input ends too early".to_owned()));
        }
        Ok(Step::End)
    }

    /// A row whose end was found. What holds nothing is passed over.
    fn whole_row(&mut self, len: usize, next: usize) -> io::Result<Step> {
        let text = &self.window.text()[..len];
        let Some(table) = self.table.as_mut().filter(|_| !text.trim_ascii().is_empty()) else {
            self.window.pass(next);
            return Ok(Step::On);
        };
        let is_header = table.columns.is_none() && table.form.header;
        if table.columns.is_none() {
            let columns = match is_header {
                true => Columns::of_header(text, table.delimiter),
                false => Columns::numbered(text, table.delimiter),
            };
            let checked = columns.and_then(|columns| {
                self.source.check_columns(columns.names())?;
                Ok(columns)
            });
            let line = self.window.line();
            let why = |error: &Error| format!("the columns of line {line} are of no use: {error}");
            let refused = match checked {
                Ok(columns) => {
                    table.columns = Some(Ok(columns));
                    None
                }
                Err(error) => {
                    table.columns = Some(Err(why(&error)));
                    Some(error)
                }
            };
            if is_header {
                return Ok(match refused {
                    Some(error) => self.row_step(len, next, Err(error)),
                    None => {
                        self.window.pass(next);
                        Step::On
                    }
                });
            }
        }
        let outcome = match &table.columns {
            Some(Ok(columns)) => columns.read(text),
            Some(Err(problem)) => Err(Error::invalid("record", problem.clone())),
            None => Err(Error::invalid("record", "comes before the columns")),
        };
        Ok(match outcome {
            Ok(Row::Empty) => {
                self.window.pass(next);
                Step::On
            }
            Ok(Row::Cells(row)) => {
                let repeated = table.repeated(text);
                let events = self.source.events_of_row(row, repeated);
                self.row_step(len, next, events)
            }
            Err(error) => self.row_step(len, next, Err(error)),
        })
    }

    fn row_step(&mut self, len: usize, next: usize, outcome: Result<Vec<crate::Event>>) -> Step {
        self.place = Place::Behind;
        self.number += 1;
        Step::Record { lead: 0, len, next, outcome }
    }

    /// A row whose quotes are wrong: only its line is refused, so that the next ones are read.
    fn broken_row(&mut self, delimiter: u8) -> io::Result<Step> {
        let line_len = self.line_len()?;
        let line = &self.window.text()[..line_len];
        let problem = match Columns::numbered(line, delimiter) {
            Err(error) => error,
            Ok(_) => Error::invalid("record", format!("is longer than {RECORD_BYTES_MAX} bytes")),
        };
        if let Some(table) = self.table.as_mut().filter(|table| table.columns.is_none()) {
            let line = self.window.line();
            let why = format!("the columns of line {line} are of no use: {problem}");
            table.columns = Some(Err(why));
        }
        self.refused_line(problem)
    }

    /// Refuses a line, or the next piece of one that is too long to be held.
    fn refused_line(&mut self, error: Error) -> io::Result<Step> {
        let goes_on = self.goes_on;
        let Some(len) = self.piece_of_line()? else {
            return Ok(Step::On);
        };
        // All pieces of a row have one number.
        self.number += u64::from(!goes_on);
        Ok(Step::Record { lead: 0, len, next: len, outcome: Err(error) })
    }
}
