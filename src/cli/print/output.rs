//! Stdout: buffered, and a reader that goes away is told from other errors.

use crate::cli::failure::{Failure, Outcome};
use serde::Serialize;
use std::io::{self, BufWriter, StdoutLock, Write};

/// Stdout behind a buffer. Call [`Output::finish`] at the end.
pub(crate) struct Output(BufWriter<StdoutLock<'static>>);

impl Output {
    /// Takes stdout.
    pub(crate) fn new() -> Output {
        Output(BufWriter::with_capacity(64 << 10, io::stdout().lock()))
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, line: impl AsRef<[u8]>) -> Outcome {
        self.bytes(line)?;
        self.bytes(b"\n")
    }

    /// Writes bytes.
    pub(crate) fn bytes(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        self.0.write_all(bytes.as_ref()).map_err(Failure::Stdout)
    }

    /// Writes what is still in the buffer.
    pub(crate) fn finish(mut self) -> Outcome {
        self.0.flush().map_err(Failure::Stdout)
    }
}

/// Writes one line to stdout.
pub(crate) fn print_line(line: impl AsRef<[u8]>) -> Outcome {
    let mut output = Output::new();
    output.line(line)?;
    output.finish()
}

/// Writes a report to stdout as one line of JSON.
pub(crate) fn print_json(report: &impl Serialize) -> Outcome {
    let mut output = Output::new();
    let written = serde_json::to_writer(&mut output.0, report);
    written.map_err(|error| Failure::Stdout(error.into()))?;
    output.line("")?;
    output.finish()
}
