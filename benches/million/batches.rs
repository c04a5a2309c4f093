//! Reading NDJSON in batches of lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
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

    /// All lines of the batch.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}
