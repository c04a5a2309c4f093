//! The state of the pull parser of records, and the steps that several files of this folder use.

use super::judge::Judged;
use super::open_table::OpenTable;
use super::page::{is_page, outline};
use super::structure::Structure;
use super::window::Window;
use crate::event::Event;
use crate::import::source::Source;
use crate::limits::RECORD_BYTES_MAX;
use crate::{Error, Result};
use std::io::{self, Read};
use std::sync::Arc;

/// How deep arrays and pages may be nested; a deeper one is refused as a record.
const CONTAINERS_MAX: usize = 8;

/// Reads the records of an input one by one, in bounded memory.
///
/// An input is any sequence of JSON values: one a line (NDJSON), pretty-printed, or concatenated;
/// arrays and pages of an API stand for the records in them. If the [`Source`] has tables, an input
/// may also be a table, each row of which is a record. If an input ends too early, its records up
/// to there are returned, then a [`Fault`](super::Fault) or a refused record.
///
/// After an error of the input, [`RecordReader::next_item`] can be called again: nothing is lost.
///
/// # Examples
/// ```
/// # use annals::import::{Item, Native, RecordReader};
/// # use std::sync::Arc;
/// let text = r#"[{"occurred_at":"2026-01-01T00:00:00Z","category":"c","activity":"a"},{"#;
/// let mut reader = RecordReader::new(text.as_bytes(), Arc::new(Native));
/// let mut sound = 0;
/// while let Some(item) = reader.next_item()? {
///     match item {
///         Item::Record(record) => sound += record.outcome.map_or(0, |events| events.len()),
///         Item::Fault(fault) => println!("line {}: {}", fault.line, fault.problem),
///         _ => {}
///     }
/// }
/// assert_eq!(sound, 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct RecordReader<R> {
    pub(super) window: Window<R>,
    pub(super) source: Arc<dyn Source>,
    /// The containers that are open, outermost first.
    pub(super) containers: Vec<Container>,
    pub(super) place: Place,
    /// Number of the last record.
    pub(super) number: u64,
    /// Bytes of the last item, which the next call passes.
    pub(super) given: usize,
    /// The last item has no line feed: passing it need not count lines.
    pub(super) in_line: bool,
    /// How far the value of a page that is being skipped was followed.
    pub(super) passing: Option<Structure>,
    pub(super) began: bool,
    /// The last record was too long to be held: the rest of its line is a part of it.
    pub(super) goes_on: bool,
    pub(super) cut_told: bool,
    /// What the next record looks like, if it is of another format than `source`.
    pub(super) foreign: Option<&'static str>,
    /// The input is a table.
    pub(super) table: Option<OpenTable>,
}

/// An open container and the line on which it begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Container {
    List(u64),
    Page(u64),
}

/// What may stand next in the innermost container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// An element of a list or a member of a page, or the end.
    First,
    /// An element or a member.
    Next,
    /// A comma or the end.
    Behind,
}

/// The result of a step of the reader.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing to return yet.
    On,
    /// The first `len` bytes, and `lead` before them, are a record; `next` bytes are passed.
    Record { lead: usize, len: usize, next: usize, outcome: Result<Vec<Event>> },
    /// Something is wrong with the container.
    Fault(String),
    /// The input ended.
    End,
}

impl<R: Read> RecordReader<R> {
    /// Creates a reader of records in the format `source`; reads nothing from `reader` yet.
    pub fn new(reader: R, source: Arc<dyn Source>) -> RecordReader<R> {
        RecordReader {
            window: Window::new(reader),
            source,
            containers: Vec::new(),
            place: Place::First,
            number: 0,
            given: 0,
            in_line: false,
            passing: None,
            began: false,
            goes_on: false,
            cut_told: false,
            foreign: None,
            table: None,
        }
    }

    /// The input. Bytes that are read from it directly are in no record.
    pub fn input_mut(&mut self) -> &mut R {
        self.window.input_mut()
    }

    /// The step for a refused record. Outside of containers, a record that stands alone on its line
    /// keeps the white space around it.
    pub(super) fn refused(
        &mut self,
        mut len: usize,
        next: usize,
        place: Place,
        error: Error,
    ) -> io::Result<Step> {
        let mut lead = 0;
        if self.containers.is_empty()
            && !self.goes_on
            && let Some(space) = self.window.space_to_line_end(len)?
        {
            len += space;
            lead = self.window.indent().map_or(0, <[u8]>::len);
        }
        self.place = place;
        self.number += 1;
        Ok(Step::Record { lead, len, next: next.max(len), outcome: Err(error) })
    }

    /// The step for a classified text of `len` bytes.
    pub(super) fn settle(&mut self, judged: Judged, len: usize) -> io::Result<Step> {
        Ok(match judged {
            Judged::Record(Ok(events)) => {
                self.place = Place::Behind;
                self.number += 1;
                Step::Record { lead: 0, len, next: len, outcome: Ok(events) }
            }
            Judged::Foreign(told) => {
                self.foreign = Some(told);
                self.refused(len, len, Place::Behind, Error::invalid("record", told))?
            }
            Judged::Record(Err(error)) => self.refused(len, len, Place::Behind, error)?,
            Judged::Page if self.containers.len() < CONTAINERS_MAX => self.enter_page(),
            Judged::Page => {
                let problem = format!("lies in more than {CONTAINERS_MAX} arrays and pages");
                self.refused(len, len, Place::Behind, Error::invalid("record", problem))?
            }
            Judged::Empty => self.go_to(Place::Behind, len),
        })
    }

    /// Whether the first `len` bytes are, or begin, a page whose records can be read one by one.
    pub(super) fn is_page(&self, len: usize) -> bool {
        self.containers.len() < CONTAINERS_MAX
            && is_page(self.source.as_ref(), &outline(&self.window.text()[..len]))
    }

    /// Whether the list that opens at the byte `at` begins with one of `marks` and is not nested
    /// too deep.
    pub(super) fn begins_list(&mut self, at: usize, marks: &[u8]) -> io::Result<bool> {
        let first = self.window.next_at(at + 1)?;
        let mark = first.and_then(|first| self.window.text().get(first));
        let fits = self.containers.len() < CONTAINERS_MAX;
        Ok(fits && mark.is_some_and(|mark| marks.contains(mark)))
    }

    /// Enters the list whose first element lies behind `count` bytes.
    pub(super) fn enter_list(&mut self, count: usize) -> Step {
        self.enter(Container::List(self.window.line()), count)
    }

    pub(super) fn enter_page(&mut self) -> Step {
        self.enter(Container::Page(self.window.line()), 1)
    }

    pub(super) fn enter(&mut self, container: Container, count: usize) -> Step {
        self.containers.push(container);
        self.go_to(Place::First, count)
    }

    /// Leaves the innermost container behind `count` bytes.
    pub(super) fn leave(&mut self, count: usize) -> Step {
        self.containers.pop();
        self.go_to(Place::Behind, count)
    }

    pub(super) fn go_to(&mut self, place: Place, count: usize) -> Step {
        self.window.pass(count);
        self.place = place;
        Step::On
    }

    /// The fault of an input that ends inside of a container.
    pub(super) fn ends_inside(&mut self, what: &str, line: u64) -> Step {
        self.containers.clear();
        self.window.pass(self.window.text().len());
        let input = match std::mem::replace(&mut self.cut_told, true) {
            false if self.window.is_cut() => "compressed input",
            _ => "input",
        };
        Step::Fault(format!("the {input} ends too early, inside {what} that begins in line {line}"))
    }

    /// The fault of a page that is no valid JSON between its records. What follows is read as if it
    /// stood outside of all containers.
    pub(super) fn broken_page(&mut self, line: u64) -> Step {
        self.containers.clear();
        Step::Fault(format!("the page that begins in line {line} is broken here"))
    }

    /// Bytes up to the end of the line or input; if that is far, more than [`RECORD_BYTES_MAX`].
    pub(super) fn line_len(&mut self) -> io::Result<usize> {
        let end = self.window.line_end(RECORD_BYTES_MAX)?;
        Ok(end.unwrap_or(self.window.text().len()))
    }
}
