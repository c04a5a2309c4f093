//! `export`: all events that match, to a file or stdout, in constant memory.

use super::search::{OrderOption, stream};
use crate::cli::failure::tell;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{SearchOptions, StoreOptions};
use crate::cli::print::sink::{ColumnOptions, EventFormat, Sink};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Events between two looks of the progress display.
const PROGRESS_EVENTS: u64 = 1000;

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    query: SearchOptions,
    /// How to write
    #[arg(long, value_name = "FORMAT", default_value = "ndjson")]
    format: FileFormat,
    /// The file to write, replacing an older one; stdout without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which events come first
    #[arg(long, value_name = "ORDER", default_value = "newest")]
    order: OrderOption,
    #[command(flatten)]
    columns: ColumnOptions,
}

/// The format of an exported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileFormat {
    /// An event per line, all of it
    Ndjson,
    /// A line per event
    Csv,
    /// A row per event, in as many sheets as it takes; needs --output
    Xlsx,
}

pub(crate) fn run(options: &StoreOptions, arguments: &ExportArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let search = arguments.order.apply(arguments.query.search(&snapshot)?);
    let path = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = match arguments.format {
        FileFormat::Ndjson => Some(EventFormat::Ndjson),
        FileFormat::Csv => Some(EventFormat::Csv),
        FileFormat::Xlsx => None,
    };
    let zone = arguments.query.zone();
    let Some(path) = path else {
        if format.is_none() {
            return Err(Failure::usage("--format xlsx", "needs a file: --output FILE"));
        }
        let mut sink = Sink::to_stdout(format, &arguments.columns, zone)?;
        stream(search, &mut |event| sink.write(event))?;
        return sink.finish(None, true);
    };
    let partial = partial_path(path);
    let create = || match format {
        None => Sink::to_xlsx(&partial, &arguments.columns, zone),
        Some(format) => {
            let file = File::create(&partial);
            let file = file.map_err(|error| Failure::file("create", &partial, error))?;
            let out: Box<dyn Write> = Box::new(BufWriter::with_capacity(256 << 10, file));
            Sink::new(out, format, &arguments.columns, zone)
        }
    };
    let bar = ProgressBar::new_spinner();
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    let mut count = 0_u64;
    let written = create().and_then(|mut sink| {
        stream(search, &mut |event| {
            count += 1;
            if count.is_multiple_of(PROGRESS_EVENTS) {
                bar.set_message(format!("{count} events"));
                bar.tick();
            }
            sink.write(event)
        })?;
        sink.finish(None, true)
    });
    bar.finish_and_clear();
    match written {
        // All events are there, though some of their texts are not whole, which was told.
        Ok(()) | Err(Failure::Partial) => {
            let renamed = std::fs::rename(&partial, path);
            renamed.map_err(|error| Failure::file("rename", &partial, error))?;
            tell(format_args!("wrote {count} events to {}", path.display()));
        }
        // A file that is not whole must not look like one; what is told is the first failure.
        Err(_) => drop(std::fs::remove_file(&partial)),
    }
    written
}

/// The file is written under this name and renamed when it is whole.
fn partial_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}
