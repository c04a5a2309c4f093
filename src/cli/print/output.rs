//! Where a command prints: stdout or a file, buffered, perhaps packed. A reader of stdout that goes
//! away is told from other errors.

use super::ending::Packing;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::terminal::Terminal;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::{Path, PathBuf};
use zstd::stream::write::Encoder;

/// Level of Zstandard: its default.
const ZSTD_LEVEL: i32 = 0;

/// Stdout or a file behind a buffer. Call [`Output::finish`] at the end.
pub(crate) struct Output {
    writer: Writer,
    /// The file, for messages.
    path: Option<PathBuf>,
}

enum Writer {
    Stdout(BufWriter<StdoutLock<'static>>),
    Terminal(Terminal<BufWriter<StdoutLock<'static>>>),
    File(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
    Zstd(Encoder<'static, BufWriter<File>>),
}

impl Output {
    /// Takes stdout.
    pub(crate) fn new() -> Output {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let buffer = BufWriter::with_capacity(64 << 10, stdout.lock());
        let writer = match is_terminal {
            true => Writer::Terminal(Terminal::new(buffer)),
            false => Writer::Stdout(buffer),
        };
        Output { writer, path: None }
    }

    /// Creates a file, or empties it.
    pub(super) fn create(path: &Path, packing: Packing) -> Outcome<Output> {
        let create = || {
            let file = BufWriter::with_capacity(256 << 10, File::create(path)?);
            Ok(match packing {
                Packing::Plain => Writer::File(file),
                Packing::Gzip => {
                    Writer::Gzip(Box::new(GzEncoder::new(file, Compression::default())))
                }
                Packing::Zstd => Writer::Zstd(Encoder::new(file, ZSTD_LEVEL)?),
            })
        };
        let writer = create().map_err(|error| Failure::file("create", path, error))?;
        Ok(Output { writer, path: Some(path.to_path_buf()) })
    }

    /// The file, if it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, line: impl AsRef<[u8]>) -> Outcome {
        self.bytes(line)?;
        self.bytes(b"\n")
    }

    /// Writes bytes.
    pub(crate) fn bytes(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        self.write_all(bytes.as_ref()).map_err(|error| failed(self.path.as_deref(), error))
    }

    /// Writes out what is still in the buffer.
    pub(super) fn flush_out(&mut self) -> Outcome {
        self.flush().map_err(|error| failed(self.path.as_deref(), error))
    }

    /// Writes what is still in the buffer, and the end of what is packed.
    pub(crate) fn finish(self) -> Outcome {
        let ended = match self.writer {
            Writer::Stdout(mut out) => out.flush(),
            Writer::Terminal(mut out) => out.flush(),
            Writer::File(mut out) => out.flush(),
            Writer::Gzip(out) => out.finish().and_then(|mut out| out.flush()),
            Writer::Zstd(out) => out.finish().and_then(|mut out| out.flush()),
        };
        ended.map_err(|error| failed(self.path.as_deref(), error))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Stdout(out) => out.write(bytes),
            Writer::Terminal(out) => out.write(bytes),
            Writer::File(out) => out.write(bytes),
            Writer::Gzip(out) => out.write(bytes),
            Writer::Zstd(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Stdout(out) => out.flush(),
            Writer::Terminal(out) => out.flush(),
            Writer::File(out) => out.flush(),
            Writer::Gzip(out) => out.flush(),
            Writer::Zstd(out) => out.flush(),
        }
    }
}

/// A failure to write to stdout or to a file.
pub(super) fn failed(path: Option<&Path>, error: io::Error) -> Failure {
    match path {
        Some(path) => Failure::file("write", path, error),
        None => Failure::Stdout(error),
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
