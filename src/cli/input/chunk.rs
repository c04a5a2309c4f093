//! Chunks of parsed records, made on a thread of their own while the ones before are stored.

use super::records::{Found, Records};
use super::source::Input;
use annals::event::Event;
use annals::import::{Source, expand_page};
use annals::json::Value;
use annals::limits::RECORD_BYTES_MAX;
use std::io::{self, BufRead};
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Events after which a chunk ends.
const CHUNK_EVENTS: usize = 1000;
/// Bytes of record texts after which a chunk ends.
const CHUNK_BYTES: usize = 4 << 20;
/// Chunks that wait to be stored.
const CHUNKS_WAITING: usize = 4;

/// Some records and their events.
#[derive(Debug, Default)]
pub(in crate::cli) struct Chunk {
    text: Vec<u8>,
    /// Sound records, in the order of the input.
    pub(in crate::cli) records: Vec<Record>,
    /// The events of all sound records, in order.
    pub(in crate::cli) events: Vec<Event>,
    /// Records that are no events of the format.
    pub(in crate::cli) refused: Vec<Refused>,
}

/// A record that became events.
#[derive(Debug)]
pub(in crate::cli) struct Record {
    /// Line of the input, from 1.
    pub(in crate::cli) line: u64,
    /// Its events within [`Chunk::events`]; they are stored together or not at all.
    pub(in crate::cli) events: Range<usize>,
    text: Range<usize>,
}

/// A record that was refused.
#[derive(Debug)]
pub(in crate::cli) struct Refused {
    /// Line of the input, from 1.
    pub(in crate::cli) line: u64,
    /// Why.
    pub(in crate::cli) error: String,
    text: Range<usize>,
}

impl Chunk {
    /// The text of a sound record.
    pub(in crate::cli) fn record_text(&self, record: &Record) -> &[u8] {
        &self.text[record.text.clone()]
    }

    /// The text of a refused record.
    pub(in crate::cli) fn refused_text(&self, refused: &Refused) -> &[u8] {
        &self.text[refused.text.clone()]
    }

    /// Records of the input that this chunk stands for.
    pub(in crate::cli) fn record_count(&self) -> u64 {
        (self.records.len() + self.refused.len()) as u64
    }

    fn is_full(&self) -> bool {
        self.events.len() >= CHUNK_EVENTS || self.text.len() >= CHUNK_BYTES
    }

    /// Takes a text that [`Records::next`] has appended behind `start`.
    fn add(&mut self, source: &dyn Source, found: Found, start: usize) {
        let text = start..self.text.len();
        if found.overlong {
            let error = format!("record: is longer than {RECORD_BYTES_MAX} bytes");
            return self.refuse(found.line, error, text);
        }
        if let Some(events) = source.events_of_text(&self.text[text.clone()]) {
            return self.accept(found.line, events, text);
        }
        match Value::parse(&self.text[text.clone()]) {
            Err(error) => self.refuse(found.line, error.to_string(), text),
            Ok(value) => match expand_page(source, value) {
                Err(record) => self.add_value(source, found.line, record, text),
                Ok(records) => {
                    self.text.truncate(start);
                    for record in records {
                        let start = self.text.len();
                        self.text.extend_from_slice(record.to_json().as_bytes());
                        self.add_value(source, found.line, record, start..self.text.len());
                    }
                }
            },
        }
    }

    fn add_value(&mut self, source: &dyn Source, line: u64, record: Value, text: Range<usize>) {
        match source.events(record) {
            Ok(events) => self.accept(line, events, text),
            Err(error) => self.refuse(line, error.to_string(), text),
        }
    }

    fn accept(&mut self, line: u64, events: Vec<Event>, text: Range<usize>) {
        let start = self.events.len();
        self.events.extend(events);
        let events = start..self.events.len();
        self.records.push(Record { line, events, text });
    }

    fn refuse(&mut self, line: u64, error: String, text: Range<usize>) {
        self.refused.push(Refused { line, error, text });
    }
}

/// Reads `input` on another thread; the channel ends with the input, or with its error.
pub(in crate::cli) fn read_chunks(
    input: Input,
    source: Arc<dyn Source>,
) -> Receiver<io::Result<Chunk>> {
    let (sender, receiver) = sync_channel(CHUNKS_WAITING);
    let unstarted = sender.clone();
    let thread = thread::Builder::new().spawn(move || {
        // Where sending fails, the receiver went away: nobody wants more.
        let mut send = |chunk| sender.send(Ok(chunk)).is_ok();
        if let Err(error) = read_all(input.reader, source.as_ref(), &mut send) {
            let _ = sender.send(Err(error));
        }
    });
    if let Err(error) = thread {
        let _ = unstarted.send(Err(error));
    }
    receiver
}

fn read_all(
    reader: impl BufRead,
    source: &dyn Source,
    send: &mut dyn FnMut(Chunk) -> bool,
) -> io::Result<()> {
    let mut records = Records::new(reader)?;
    let mut chunk = Chunk::default();
    loop {
        let start = chunk.text.len();
        let next = records.next(&mut chunk.text);
        if let Ok(Some(found)) = next {
            chunk.add(source, found, start);
            if !chunk.is_full() {
                continue;
            }
        }
        // What was read before an error of the input is sound.
        if chunk.record_count() > 0 && !send(std::mem::take(&mut chunk)) {
            return Ok(());
        }
        if next?.is_none() {
            return Ok(());
        }
    }
}
