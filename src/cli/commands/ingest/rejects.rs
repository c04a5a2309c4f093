//! Records that could not be stored: to a file, or the first few to stderr.

use crate::cli::failure::tell;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::chunk::{Chunk, Standing};
use annals::import::Fault;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Rejected records and faults, each, that are told on stderr.
const TOLD_MAX: u64 = 10;

/// A rejected record, as a line of the file.
#[derive(Serialize)]
struct Rejected<'a> {
    line: u64,
    record: u64,
    error: &'a str,
    #[serde(flatten)]
    text: RejectedText<'a>,
    /// More of the record stands in the next line.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    goes_on: bool,
}

/// Every byte of a record: as text where it is UTF-8.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum RejectedText<'a> {
    Text(&'a str),
    Base64(String),
}

/// Collects rejected records.
pub(super) struct Rejects {
    file: Option<(PathBuf, BufWriter<File>)>,
    /// Records so far.
    pub(super) count: u64,
    /// Faults so far.
    pub(super) faults: u64,
    /// What records look like that are of another format, and how many there are.
    foreign: BTreeMap<&'static str, u64>,
    told: u64,
}

impl Rejects {
    /// Opens the file, if one is named; what it holds already stays.
    pub(super) fn new(path: Option<&Path>, input: &Path) -> Outcome<Rejects> {
        let file = match path {
            None => None,
            Some(path) if is_same_file(path, input) => {
                return Err(Failure::usage("--rejects", "is the file that is read"));
            }
            Some(path) => {
                let file = open_behind_a_line(path);
                let file = file.map_err(|error| Failure::file("open", path, error))?;
                Some((path.to_path_buf(), BufWriter::new(file)))
            }
        };
        Ok(Rejects { file, count: 0, faults: 0, foreign: BTreeMap::new(), told: 0 })
    }

    /// Adds what is refused of a chunk, and tells of its faults.
    pub(super) fn add_chunk(&mut self, chunk: &Chunk) -> Outcome {
        for refused in &chunk.refused {
            let text = chunk.refused_text(refused);
            self.write(refused.standing, &refused.error, text, refused.goes_on)?;
            if refused.goes_on {
                continue;
            }
            match refused.foreign {
                Some(told) => self.count_foreign(refused.standing, told),
                None => self.count_one(refused.standing, &refused.error),
            }
        }
        chunk.faults.iter().for_each(|fault| self.add_fault(fault));
        Ok(())
    }

    /// Adds one record.
    pub(super) fn add(&mut self, standing: Standing, error: &str, text: &[u8]) -> Outcome {
        self.write(standing, error, text, false)?;
        self.count_one(standing, error);
        Ok(())
    }

    fn add_fault(&mut self, fault: &Fault) {
        self.faults += 1;
        if self.faults <= TOLD_MAX {
            tell(format_args!("line {}: {}", fault.line, fault.problem));
        }
    }

    fn count_one(&mut self, standing: Standing, error: &str) {
        self.count += 1;
        if self.file.is_none() && self.told < TOLD_MAX {
            self.told += 1;
            self.tell(standing, error);
        }
    }

    /// One reason for many records is told once, whether there is a file or not.
    fn count_foreign(&mut self, standing: Standing, told: &'static str) {
        self.count += 1;
        let count = self.foreign.entry(told).or_default();
        *count += 1;
        if *count == 1 {
            self.tell(standing, told);
        }
    }

    fn tell(&self, Standing { line, number }: Standing, error: &str) {
        // In NDJSON the line says which record it is.
        match line == number {
            true => tell(format_args!("line {line}: {error}")),
            false => tell(format_args!("line {line}, record {number}: {error}")),
        }
    }

    fn write(&mut self, at: Standing, error: &str, text: &[u8], goes_on: bool) -> Outcome {
        let Some((path, file)) = &mut self.file else {
            return Ok(());
        };
        let text = match std::str::from_utf8(text) {
            Ok(text) => RejectedText::Text(text),
            Err(_) => RejectedText::Base64(BASE64_STANDARD.encode(text)),
        };
        let record = Rejected { line: at.line, record: at.number, error, text, goes_on };
        serde_json::to_writer(&mut *file, &record)
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(b"\n"))
            .map_err(|error| Failure::file("write", path, error))
    }

    /// Writes what is still in memory, and says how many records there were.
    pub(super) fn finish(mut self) -> Outcome<u64> {
        if let Some((path, file)) = &mut self.file {
            let flushed = file.flush();
            flushed.map_err(|error| Failure::file("write", path, error))?;
        }
        for (told, count) in &self.foreign {
            if *count > 1 {
                tell(format_args!("... and {} more of this: {told}", count - 1));
            }
        }
        if self.faults > TOLD_MAX {
            tell(format_args!("... and {} more places like these", self.faults - TOLD_MAX));
        }
        let of_foreign: u64 = self.foreign.values().sum();
        let more = self.count - of_foreign - self.told;
        if self.file.is_none() && more > 0 {
            tell(format_args!("... and {more} more; --rejects FILE keeps them all"));
        }
        Ok(self.count)
    }
}

/// Opens a file to append to it; a line that an earlier run left unfinished is ended.
fn open_behind_a_line(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if file.metadata()?.is_file() && file.seek(SeekFrom::End(0))? > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other && one.is_file(),
        _ => false,
    }
}
