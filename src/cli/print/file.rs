//! A file of events: written under another name, and renamed when it is whole.

use super::ending;
use super::layout::SinkFormat;
use crate::cli::failure::{Failure, Outcome, tell};
use annals::Error;
use annals::export::{CutCells, Export, ExportManifest, Packing};
use annals::query::Search;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file to be written, and what its name decides.
pub(crate) struct EventFile<'p> {
    path: &'p Path,
    /// Its format.
    pub(crate) format: SinkFormat,
    packing: Packing,
    has_manifest: bool,
}

impl<'p> EventFile<'p> {
    /// Decides format and packing by the ending; nothing is touched.
    ///
    /// # Errors
    /// See [`ending::read`].
    pub(crate) fn new(path: &'p Path, asked: Option<SinkFormat>) -> Outcome<EventFile<'p>> {
        let (format, packing) = ending::read(path, asked)?;
        Ok(EventFile { path, format, packing, has_manifest: false })
    }

    /// The same with a manifest beside it.
    pub(crate) fn with_manifest(self) -> EventFile<'p> {
        EventFile { has_manifest: true, ..self }
    }

    /// Writes the hits of a search. A file that is not whole never has the final name; the manifest
    /// comes last, and that of an older file goes first.
    ///
    /// # Errors
    /// What stands in the way, and [`Failure::Partial`] where texts were cut, which is told; the
    /// file is there then.
    pub(crate) fn write(
        &self,
        export: Export,
        search: &Search<'_>,
        describe: impl FnOnce(ExportManifest) -> ExportManifest,
        watch: &mut dyn FnMut(u64),
    ) -> Outcome<ExportManifest> {
        let export = export.packing(self.packing);
        if fs::metadata(self.path).is_ok_and(|found| !found.is_file()) {
            // A pipe or device is written to; it must not be replaced.
            return self.write_to(self.path, export, search, watch).map(|(_, manifest)| manifest);
        }
        // What a link leads to is replaced, not the link.
        let path = fs::canonicalize(self.path).unwrap_or_else(|_| self.path.to_path_buf());
        let partial = beside(&path, "partial");
        let written =
            self.write_to(&partial, export, search, watch).and_then(|(file, manifest)| {
                file.sync_data().map_err(|error| Failure::file("write", &partial, error))?;
                Ok(manifest)
            });
        // A file that is not whole must not look like one; what is told is the first failure.
        let manifest = describe(written.inspect_err(|_| drop(fs::remove_file(&partial)))?);
        let of_older = beside(self.path, "manifest.json");
        if self.has_manifest {
            let _ = fs::remove_file(&of_older);
        }
        fs::rename(&partial, &path).map_err(|error| Failure::file("rename", &partial, error))?;
        if self.has_manifest {
            write_whole(&of_older, &manifest.to_json())?;
        }
        Ok(manifest)
    }

    fn write_to(
        &self,
        partial: &Path,
        export: Export,
        search: &Search<'_>,
        watch: &mut dyn FnMut(u64),
    ) -> Outcome<(File, ExportManifest)> {
        let folder = partial.parent().filter(|folder| !folder.as_os_str().is_empty());
        let export = export.waiting_in(folder.unwrap_or(Path::new(".")));
        let file = File::create(partial);
        let file = file.map_err(|error| Failure::file("create", partial, error))?;
        let mut out = BufWriter::with_capacity(256 << 10, file);
        let written = export.write_watched(search, &mut out, watch);
        let manifest = written.map_err(|error| failed(partial, error))?;
        let file = out.into_inner().map_err(|error| error.into_error());
        Ok((file.map_err(|error| Failure::file("write", partial, error))?, manifest))
    }
}

/// Tells which texts of a file were cut.
///
/// # Errors
/// [`Failure::Partial`] if some were.
pub(crate) fn tell_cut(manifest: &ExportManifest) -> Outcome {
    let Some(CutCells { count, first }) = &manifest.cut else {
        return Ok(());
    };
    tell(format_args!(
        "note: texts that were cut because a cell has at most 32,767 characters: {count}, the \
         first in {first}; csv and ndjson have them whole"
    ));
    Err(Failure::Partial)
}

/// Writes a line to a file that has its name only when it is whole.
fn write_whole(path: &Path, line: &str) -> Outcome {
    let partial = beside(path, "partial");
    let write = || {
        let mut file = File::create(&partial)?;
        writeln!(file, "{line}")?;
        file.sync_data()?;
        fs::rename(&partial, path)
    };
    write().map_err(|error| Failure::file("write", path, error))
}

/// A failure about the file, where the engine knows only an output without a name.
fn failed(path: &Path, error: Error) -> Failure {
    match error {
        Error::Io { action: "write", source, path: output } if output == Path::new("output") => {
            let kind = source.kind();
            let source = Arc::try_unwrap(source).unwrap_or_else(|_| kind.into());
            Failure::file("write", path, source)
        }
        error => Failure::Engine(error),
    }
}

/// The name of a file beside another one.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}
