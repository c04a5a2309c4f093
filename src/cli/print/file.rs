//! A file of events: written under another name, and renamed when it is whole.

use super::ending::{self, Packing};
use super::layout::{Layout, SinkFormat};
use super::output::Output;
use super::sink::Sink;
use crate::cli::failure::{Failure, Outcome};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file to be written, and what its name decides.
pub(crate) struct EventFile<'p> {
    path: &'p Path,
    /// Its format.
    pub(crate) format: SinkFormat,
    packing: Packing,
}

impl<'p> EventFile<'p> {
    /// Decides format and packing by the ending; nothing is touched.
    ///
    /// # Errors
    /// See [`ending::read`].
    pub(crate) fn new(path: &'p Path, asked: Option<SinkFormat>) -> Outcome<EventFile<'p>> {
        let (format, packing) = ending::read(path, asked)?;
        Ok(EventFile { path, format, packing })
    }

    /// Writes what `fill` gives to a sink. A file that is not whole never has the final name.
    pub(crate) fn write(&self, layout: Layout, fill: impl FnOnce(&mut Sink) -> Outcome) -> Outcome {
        if fs::metadata(self.path).is_ok_and(|found| !found.is_file()) {
            // A pipe or device is written to; it must not be replaced.
            return self.write_to(self.path, layout, fill);
        }
        // What a link leads to is replaced, not the link.
        let path = fs::canonicalize(self.path).unwrap_or_else(|_| self.path.to_path_buf());
        let partial = beside(&path, "partial");
        let written = self.write_to(&partial, layout, fill);
        match written {
            // All events are there, though some of their texts are not whole, which was told.
            Ok(()) | Err(Failure::Partial) => {
                let renamed = fs::rename(&partial, &path);
                renamed.map_err(|error| Failure::file("rename", &partial, error))?;
            }
            // A file that is not whole must not look like one; what is told is the first failure.
            Err(_) => drop(fs::remove_file(&partial)),
        }
        written
    }

    fn write_to(
        &self,
        partial: &Path,
        layout: Layout,
        fill: impl FnOnce(&mut Sink) -> Outcome,
    ) -> Outcome {
        if self.format != SinkFormat::Xlsx {
            let output = Output::create(partial, self.packing)?;
            let mut sink = Sink::new(layout, output)?;
            fill(&mut sink)?;
            return sink.finish(None, true);
        }
        // A workbook is made of parts that are put together at the end, so it is packed then.
        let mut sink = Sink::to_workbook(layout, partial)?;
        fill(&mut sink)?;
        let finished = sink.finish(None, true);
        match finished {
            Ok(()) | Err(Failure::Partial) if self.packing != Packing::Plain => {
                self.pack(partial)?;
                finished
            }
            finished => finished,
        }
    }

    /// Replaces a file by its packed form.
    fn pack(&self, partial: &Path) -> Outcome {
        let packed = beside(partial, "packed");
        let pack = || {
            let file = File::open(partial);
            let mut file = file.map_err(|error| Failure::file("read", partial, error))?;
            let mut output = Output::create(&packed, self.packing)?;
            let copied = io::copy(&mut file, &mut output);
            copied.map_err(|error| Failure::file("write", &packed, error))?;
            output.finish()?;
            fs::rename(&packed, partial).map_err(|error| Failure::file("rename", &packed, error))
        };
        pack().inspect_err(|_| drop(fs::remove_file(&packed)))
    }
}

/// The name of a file beside another one.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}
