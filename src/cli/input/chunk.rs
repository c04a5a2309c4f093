//! Chunks of parsed records, made on a thread of their own while the ones before are stored.

use super::blocks::Blocks;
use super::source::Input;
use annals::event::Event;
use annals::import::{Fault, InputRecord, Item, RecordReader, Source};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Events after which a chunk ends.
const CHUNK_EVENTS: usize = 1000;
/// Bytes of record texts after which a chunk ends.
const CHUNK_BYTES: usize = 4 << 20;
/// Chunks that wait to be stored.
const CHUNKS_WAITING: usize = 4;
/// How long a chunk waits for an input that pauses: what came is to be seen soon.
const CHUNK_WAIT: Duration = Duration::from_millis(100);

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
    /// Places at which the input is not what its form demands.
    pub(in crate::cli) faults: Vec<Fault>,
    /// Parts of records that are longer than what is held; all but the last are no records.
    parts: usize,
}

/// Where a record stands in the input.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Standing {
    /// Line of the first byte, from 1.
    pub(in crate::cli) line: u64,
    /// Number of the record, from 1.
    pub(in crate::cli) number: u64,
}

/// A record that became events.
#[derive(Debug)]
pub(in crate::cli) struct Record {
    pub(in crate::cli) standing: Standing,
    /// Its events within [`Chunk::events`]; they are stored together or not at all.
    pub(in crate::cli) events: Range<usize>,
    text: Range<usize>,
}

/// A record that was refused, or a part of one.
#[derive(Debug)]
pub(in crate::cli) struct Refused {
    pub(in crate::cli) standing: Standing,
    /// Why.
    pub(in crate::cli) error: String,
    /// More of it follows.
    pub(in crate::cli) goes_on: bool,
    /// What it looks like, if it is a record of another format.
    pub(in crate::cli) foreign: Option<&'static str>,
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
        (self.records.len() + self.refused.len() - self.parts) as u64
    }

    fn is_full(&self) -> bool {
        self.events.len() >= CHUNK_EVENTS || self.text.len() >= CHUNK_BYTES
    }

    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.refused.is_empty() && self.faults.is_empty()
    }

    fn add(&mut self, item: Item<'_>) {
        match item {
            Item::Record(record) => self.add_record(record),
            Item::Fault(fault) => self.faults.push(fault),
            _ => {}
        }
    }

    fn add_record(&mut self, record: InputRecord<'_>) {
        let start = self.text.len();
        self.text.extend_from_slice(record.text);
        let text = start..self.text.len();
        let standing = Standing { line: record.line, number: record.number };
        match record.outcome {
            Ok(events) => {
                let start = self.events.len();
                self.events.extend(events);
                let events = start..self.events.len();
                self.records.push(Record { standing, events, text });
            }
            Err(error) => {
                let (error, goes_on, foreign) = (error.to_string(), record.goes_on, record.foreign);
                self.parts += usize::from(goes_on);
                self.refused.push(Refused { standing, error, goes_on, foreign, text });
            }
        }
    }
}

/// Reads `input` on other threads; the channel ends with the input, or with its error.
pub(in crate::cli) fn read_chunks(
    input: Input,
    source: Arc<dyn Source>,
) -> Receiver<io::Result<Chunk>> {
    let (sender, receiver) = sync_channel(CHUNKS_WAITING);
    let unstarted = sender.clone();
    let thread = Blocks::read_ahead(input.reader).and_then(|blocks| {
        thread::Builder::new().spawn(move || {
            // Where sending fails, the receiver went away: nobody wants more.
            let mut send = |chunk| sender.send(Ok(chunk)).is_ok();
            if let Err(error) = read_all(RecordReader::new(blocks, source), &mut send) {
                let _ = sender.send(Err(error));
            }
        })
    });
    if let Err(error) = thread {
        let _ = unstarted.send(Err(error));
    }
    receiver
}

fn read_all(
    mut records: RecordReader<Blocks>,
    send: &mut dyn FnMut(Chunk) -> bool,
) -> io::Result<()> {
    let mut chunk = Chunk::default();
    loop {
        let next = match records.next_item() {
            Ok(Some(item)) => {
                let is_first = chunk.is_empty();
                chunk.add(item);
                if is_first {
                    records.input_mut().wait_until(Some(Instant::now() + CHUNK_WAIT));
                }
                if !chunk.is_full() {
                    continue;
                }
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(true),
            Err(error) => Err(error),
        };
        // What was read before an error of the input is sound.
        if !chunk.is_empty() && !send(std::mem::take(&mut chunk)) {
            return Ok(());
        }
        records.input_mut().wait_until(None);
        if !next? {
            return Ok(());
        }
    }
}
