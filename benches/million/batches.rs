//! Reading NDJSON in batches of lines.

use super::Outcome;
use annals::event::Event;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// Events of a durable batch.
pub(crate) const BATCH: usize = 1_000;
/// Bytes that are read from the file at once.
const READ_BYTES: usize = 1 << 20;

/// The lines of a file, [`BATCH`] at a time, in constant memory.
#[derive(Debug)]
pub(crate) struct Batches {
    reader: BufReader<File>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Batches {
    pub(crate) fn open(path: &Path) -> io::Result<Batches> {
        Ok(Batches {
            reader: BufReader::with_capacity(READ_BYTES, File::open(path)?),
            text: Vec::new(),
            ends: Vec::new(),
        })
    }

    /// Copies the first `count` lines of a file.
    pub(crate) fn copy(file: &Path, copy: &Path, count: u64) -> io::Result<()> {
        let mut lines = BufReader::with_capacity(READ_BYTES, File::open(file)?);
        let mut output = BufWriter::new(File::create(copy)?);
        let mut line = Vec::new();
        for _ in 0..count {
            line.clear();
            lines.read_until(b'\n', &mut line)?;
            output.write_all(&line)?;
        }
        output.flush()
    }

    /// Reads the next batch; `false` at the end of the file.
    pub(crate) fn advance(&mut self) -> io::Result<bool> {
        self.text.clear();
        self.ends.clear();
        while self.ends.len() < BATCH && self.reader.read_until(b'\n', &mut self.text)? > 0 {
            self.ends.push(self.text.len());
        }
        Ok(!self.ends.is_empty())
    }

    /// The lines of the batch, with their line feeds.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let places = starts.zip(&self.ends);
        places.map(|(start, end)| &self.text[*start..*end])
    }

    /// The events of the batch.
    pub(crate) fn events(&self) -> annals::Result<Vec<Event>> {
        self.lines().map(|line| Event::from_json(line.trim_ascii_end())).collect()
    }

    /// All lines of the batch.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// The first events of a file; fewer if it has not so many.
pub(crate) fn first_events(file: &Path, count: usize) -> Outcome<Vec<Event>> {
    let mut batches = Batches::open(file)?;
    let mut events = Vec::with_capacity(count);
    while events.len() < count && batches.advance()? {
        events.extend(batches.events()?);
    }
    events.truncate(count);
    Ok(events)
}
