//! Where a command prints: stdout behind a buffer. A reader of stdout that goes away is told from
//! other errors.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::terminal::Terminal;
use serde::Serialize;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// Stdout behind a buffer. Call [`Output::finish`] at the end.
pub(crate) struct Output {
    writer: Writer,
}

enum Writer {
    Stdout(BufWriter<Stdout>),
    Terminal(Terminal<BufWriter<Stdout>>),
}

impl Output {
    /// Takes stdout.
    pub(crate) fn new() -> Output {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let buffer = BufWriter::with_capacity(64 << 10, stdout);
        let writer = match is_terminal {
            true => Writer::Terminal(Terminal::new(buffer)),
            false => Writer::Stdout(buffer),
        };
        Output { writer }
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, line: impl AsRef<[u8]>) -> Outcome {
        self.bytes(line)?;
        self.bytes(b"\n")
    }

    /// Writes bytes.
    pub(crate) fn bytes(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        self.write_all(bytes.as_ref()).map_err(Failure::Stdout)
    }

    /// Writes out what is still in the buffer.
    pub(super) fn flush_out(&mut self) -> Outcome {
        self.flush().map_err(Failure::Stdout)
    }

    /// Writes what is still in the buffer.
    pub(crate) fn finish(mut self) -> Outcome {
        self.flush_out()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Stdout(out) => out.write(bytes),
            Writer::Terminal(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Stdout(out) => out.flush(),
            Writer::Terminal(out) => out.flush(),
        }
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
    let written = serde_json::to_writer(&mut output, report);
    written.map_err(|error| Failure::Stdout(error.into()))?;
    output.line("")?;
    output.finish()
}
