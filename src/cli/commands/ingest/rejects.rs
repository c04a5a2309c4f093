//! Records that could not be stored: to a file, or the first few to stderr.

use crate::cli::failure::tell;
use crate::cli::failure::{Failure, Outcome};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Rejected records that are told on stderr when there is no file for them.
const TOLD_MAX: u64 = 10;

/// A rejected record, as a line of the file.
#[derive(Serialize)]
struct Rejected<'a> {
    line: u64,
    error: &'a str,
    text: &'a str,
}

/// Collects rejected records.
pub(super) struct Rejects {
    file: Option<(PathBuf, BufWriter<File>)>,
    /// Records so far.
    pub(super) count: u64,
}

impl Rejects {
    /// Creates the file, if one is named, replacing an older one.
    pub(super) fn new(path: Option<&Path>) -> Outcome<Rejects> {
        let file = path
            .map(|path| {
                File::create(path)
                    .map(|file| (path.to_path_buf(), BufWriter::new(file)))
                    .map_err(|error| Failure::file("create", path, error))
            })
            .transpose()?;
        Ok(Rejects { file, count: 0 })
    }

    /// Adds one record.
    pub(super) fn add(&mut self, line: u64, error: &str, text: &[u8]) -> Outcome {
        self.count += 1;
        match &mut self.file {
            Some((path, file)) => {
                let text = String::from_utf8_lossy(text);
                let record = Rejected { line, error, text: text.trim() };
                serde_json::to_writer(&mut *file, &record)
                    .map_err(std::io::Error::from)
                    .and_then(|()| file.write_all(b"\n"))
                    .map_err(|error| Failure::file("write", path, error))
            }
            None => {
                if self.count <= TOLD_MAX {
                    tell(format_args!("line {line}: {error}"));
                }
                Ok(())
            }
        }
    }

    /// Writes what is still in memory, and says how many there were.
    pub(super) fn finish(mut self) -> Outcome<u64> {
        match &mut self.file {
            Some((path, file)) => {
                let flushed = file.flush();
                flushed.map_err(|error| Failure::file("write", path, error))?;
            }
            None if self.count > TOLD_MAX => {
                let more = self.count - TOLD_MAX;
                tell(format_args!("... and {more} more; --rejects FILE keeps them all"));
            }
            None => {}
        }
        Ok(self.count)
    }
}
