//! `export`: all events that match, to a file or stdout, in constant memory.

use super::search::OrderOption;
use crate::cli::failure::{Failure, Outcome, tell};
use crate::cli::input::options::{SearchOptions, StoreOptions, all_if_zero};
use crate::cli::print::file::{EventFile, tell_cut};
use crate::cli::print::layout::{ColumnOptions, FoldOption, Layout, RawOption, SinkFormat};
use crate::cli::print::output::Output;
use crate::cli::print::sink::stdout_failed;
use annals::export::{Export, ExportManifest};
use annals::interface::Speech;
use annals::query::Search;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    query: SearchOptions,
    /// How to write; without it the ending of the file decides, and where there is none, ndjson
    #[arg(long, value_name = "FORMAT")]
    format: Option<FileFormat>,
    /// The file to write, replacing an older one: .ndjson, .jsonl, .json, .csv or .xlsx, packed
    /// where .gz or .zst stands behind it; stdout without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which events come first
    #[arg(long, value_name = "ORDER", default_value = "newest")]
    order: OrderOption,
    /// At most this many events; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0)]
    limit: usize,
    /// Continue behind this cursor, as the manifest or `next:` gave it
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    #[command(flatten)]
    fold: FoldOption,
    #[command(flatten)]
    columns: ColumnOptions,
    /// A column for each path that events have, instead of JSON in one cell, in CSV and XLSX
    #[arg(long)]
    flatten: bool,
    #[command(flatten)]
    raw: RawOption,
}

const AFTER_HELP: &str = "\
Beside FILE stands FILE.manifest.json: rows, bytes, sha256, query, from, to, zone, language, \
columns, truncated, cursor. With --limit, --after and the cursor of the manifest go on behind the \
last row. A file that is not whole has the name FILE.partial.";

/// The format of an exported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileFormat {
    /// An event per line, all of it
    Ndjson,
    /// One object with all events in a list
    Json,
    /// A line per event
    Csv,
    /// A row per event, in as many sheets as it takes; needs --output
    Xlsx,
}

impl From<FileFormat> for SinkFormat {
    fn from(format: FileFormat) -> SinkFormat {
        match format {
            FileFormat::Ndjson => SinkFormat::Ndjson,
            FileFormat::Json => SinkFormat::Json,
            FileFormat::Csv => SinkFormat::Csv,
            FileFormat::Xlsx => SinkFormat::Xlsx,
        }
    }
}

pub(crate) fn run(options: &StoreOptions, arguments: &ExportArguments) -> Outcome {
    let asked = arguments.format.map(SinkFormat::from);
    let path = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    let file = path.map(|path| EventFile::new(path, asked)).transpose()?;
    let format = file.as_ref().map_or(asked, |file| Some(file.format));
    let format = format.unwrap_or(SinkFormat::Ndjson);
    if file.is_none() && format == SinkFormat::Xlsx {
        return Err(Failure::usage("--format xlsx", "needs a file: --output FILE"));
    }
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let (fold, raw) = (&arguments.fold, arguments.raw.raw());
    let layout = Layout::folded(fold, format, &arguments.columns, raw, &speech)?;
    let export = arguments.of_layout(&layout, &speech)?;
    let mut search = arguments.order.apply(arguments.query.search(&snapshot, &speech)?);
    if let Some(cursor) = &arguments.after {
        let cursor = cursor.parse();
        search = search.after(cursor.map_err(|error| Failure::usage("--after", error))?);
    }
    let manifest = match file.zip(path) {
        Some((file, path)) => {
            let manifest = write_file(arguments, file.with_manifest(), export, &search, &speech)?;
            tell(format_args!("wrote {} events to {}", manifest.rows, path.display()));
            manifest
        }
        None => {
            let mut out = Output::new();
            let manifest = export.write(&search, &mut out).map_err(stdout_failed)?;
            out.finish()?;
            manifest
        }
    };
    if manifest.rows > 0 {
        layout.tell_zone();
    }
    if let Some(cursor) = manifest.cursor {
        tell(format_args!("note: more events match; go on with --after and this cursor"));
        tell(format_args!("next: {cursor}"));
    }
    tell_cut(&manifest)
}

impl ExportArguments {
    /// The export of a layout, with at most as many rows as the profile allows.
    fn of_layout(&self, layout: &Layout, speech: &Speech) -> Outcome<Export> {
        let limit = all_if_zero(self.limit).into_iter().chain(speech.rows_max()).min();
        let mut export = layout.export()?.limit(limit);
        if self.fold.is_linked() {
            export = export.folded();
        }
        Ok(match self.flatten {
            true if !layout.has_columns() => {
                return Err(Failure::usage("--flatten", "goes with csv and xlsx only"));
            }
            true => export.flatten(),
            false => export,
        })
    }
}

/// Writes the file with progress on a terminal. Its manifest has the query as it was typed: the
/// times of options are in its range.
fn write_file(
    arguments: &ExportArguments,
    file: EventFile<'_>,
    export: Export,
    search: &Search<'_>,
    speech: &Speech,
) -> Outcome<ExportManifest> {
    let bar = ProgressBar::new_spinner();
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    let typed = arguments.query.typed(speech)?.to_string();
    let describe = |mut manifest: ExportManifest| {
        manifest.query = typed;
        manifest
    };
    let written = file.write(export, search, describe, &mut |count| {
        bar.set_message(format!("{count} events"));
        bar.tick();
    });
    bar.finish_and_clear();
    written
}
