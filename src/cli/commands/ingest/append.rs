//! `append`: native events as one batch, all or none.

use super::rejects::Rejects;
use super::summary::Summary;
use crate::cli::failure::{Failure, Outcome, tell};
use crate::cli::input::chunk::read_chunks;
use crate::cli::input::options::StoreOptions;
use crate::cli::input::source::Input;
use annals::Error;
use annals::event::Event;
use annals::import::Native;
use annals::limits::BATCH_EVENTS_MAX;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct AppendArguments {
    /// Native events as NDJSON or a JSON array, plain, .gz or .zst, at most 65,536; `-` is stdin
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
}

pub(crate) fn run(store: &StoreOptions, arguments: &AppendArguments) -> Outcome {
    store.required_dir()?;
    let mut summary = Summary::default();
    let events = read(&arguments.file, &mut summary)?;
    match events {
        Some(events) => store_all(store, &events, &mut summary),
        None => refused(&mut summary),
    }
}

/// All events of the input. `None` if a record is refused, the input has a fault, or there are more
/// events than a batch may have.
fn read(file: &Path, summary: &mut Summary) -> Outcome<Option<Vec<Event>>> {
    let mut rejects = Rejects::new(None, file)?;
    let mut events = Vec::new();
    for chunk in read_chunks(Input::open(file)?, Arc::new(Native)) {
        let chunk = chunk.map_err(|error| Failure::file("read", file, error))?;
        summary.read += chunk.record_count();
        rejects.add_chunk(&chunk)?;
        // Bounds memory: what is beyond a batch is only counted.
        if events.len() <= BATCH_EVENTS_MAX {
            events.extend(chunk.events);
        }
    }
    summary.faults = rejects.faults;
    let is_sound = rejects.finish()? + summary.faults == 0;
    let is_batch = events.len() <= BATCH_EVENTS_MAX;
    if !is_batch {
        tell(format_args!("batch: has more than {BATCH_EVENTS_MAX} events; use `annals import`"));
    }
    Ok((is_sound && is_batch).then_some(events))
}

/// Prints the counts of an input of which nothing was stored, and returns the failure.
fn refused(summary: &mut Summary) -> Outcome {
    summary.rejected = summary.read;
    summary.print()?;
    Err(Failure::Partial)
}

fn store_all(options: &StoreOptions, events: &[Event], summary: &mut Summary) -> Outcome {
    let store = options.open_to_write(true)?;
    let answer = match events {
        [] => Ok(Vec::new()),
        events => store.append_batch(events),
    };
    let closed = store.close();
    match answer {
        Ok(receipts) => {
            summary.add(&receipts);
            // The batch is stored even if the close failed.
            summary.print()?;
            Ok(closed?)
        }
        Err(error @ Error::Invalid { .. }) => {
            tell(error);
            closed?;
            refused(summary)
        }
        Err(error) => Err(error.into()),
    }
}
