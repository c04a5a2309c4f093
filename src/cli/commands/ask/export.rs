//! `export`: all events that match, to a file or stdout, in constant memory.

use super::search::{OrderOption, stream, stream_actions};
use crate::cli::failure::{Failure, Outcome, tell};
use crate::cli::input::options::{SearchOptions, StoreOptions};
use crate::cli::print::file::EventFile;
use crate::cli::print::layout::{ColumnOptions, FoldOption, Layout, RawOption, SinkFormat};
use crate::cli::print::sink::Sink;
use annals::query::Search;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget};
use std::path::{Path, PathBuf};

/// Events between two looks of the progress display.
const PROGRESS_EVENTS: u64 = 1000;

#[derive(Debug, Args)]
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
    #[command(flatten)]
    fold: FoldOption,
    #[command(flatten)]
    columns: ColumnOptions,
    #[command(flatten)]
    raw: RawOption,
}

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
    let (raw, zone) = (arguments.raw.raw(), arguments.query.zone());
    let fold = &arguments.fold;
    let layout = Layout::folded(fold, format, &arguments.columns, raw, zone)?;
    if file.is_none() && format == SinkFormat::Xlsx {
        return Err(Failure::usage("--format xlsx", "needs a file: --output FILE"));
    }
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let search = arguments.order.apply(arguments.query.search(&snapshot)?);
    let Some((file, path)) = file.zip(path) else {
        let mut sink = Sink::to_stdout(layout)?;
        write_all(search, fold, &mut sink, &mut || {})?;
        return sink.finish(None, true);
    };
    let bar = ProgressBar::new_spinner();
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    let mut count = 0_u64;
    let written = file.write(layout, |sink| {
        write_all(search, fold, sink, &mut || {
            count += 1;
            if count.is_multiple_of(PROGRESS_EVENTS) {
                bar.set_message(format!("{count} events"));
                bar.tick();
            }
        })
    });
    bar.finish_and_clear();
    if matches!(written, Ok(()) | Err(Failure::Partial)) {
        tell(format_args!("wrote {count} events to {}", path.display()));
    }
    written
}

/// Writes all events of a search, or all actions, and calls `progress` before each.
fn write_all(
    search: Search<'_>,
    fold: &FoldOption,
    sink: &mut Sink,
    progress: &mut dyn FnMut(),
) -> Outcome {
    if fold.is_linked() {
        return stream_actions(search, &mut |action| {
            progress();
            sink.write_action(action)
        });
    }
    stream(search, &mut |event| {
        progress();
        sink.write(event)
    })
}
