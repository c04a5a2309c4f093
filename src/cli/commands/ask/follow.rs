//! `follow`: every event once, in the order of the log, also those to come.

use super::place_file::PlaceFile;
use crate::cli::failure::tell;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::budget::read_duration;
use crate::cli::input::options::{QueryOptions, StoreOptions};
use crate::cli::print::layout::{ColumnOptions, EventFormat, Layout, RawOption, SinkFormat};
use crate::cli::print::sink::Sink;
use annals::Error;
use annals::event::StoredEvent;
use annals::query::{Follow, FollowCursor, Selection};
use annals::store::StoreReader;
use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Events between two looks at limits; stdout is flushed at least as often.
const BATCH_EVENTS: u64 = 1024;
/// How long one wait lasts, so that a reader of stdout that went away is noticed.
const WAIT: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
#[command(after_help = "\
Without a place to begin at, every event of the store is printed first. Ends when it is killed, \
when stdout is closed, or as the options say. Each event is printed at least once over all runs \
with one cursor file: after a kill, drop lines up to the last seq that you have.")]
pub(crate) struct FollowArguments {
    #[command(flatten)]
    query: QueryOptions,
    /// Begin with the event that has this seq, or the first one behind it
    #[arg(long, value_name = "N")]
    from_seq: Option<u64>,
    /// Begin with the first event that is stored from now on
    #[arg(long, conflicts_with = "from_seq")]
    from_now: bool,
    /// Begin where this file says, if it is there, and keep the place in it
    #[arg(long, value_name = "FILE")]
    cursor_file: Option<PathBuf>,
    /// End after this many events; 0 is never
    #[arg(long, value_name = "N", default_value_t = 0)]
    limit: u64,
    /// End when nothing was found for this long: 500ms, 10s, 5m, 1h
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    idle_exit: Option<Duration>,
    /// End when everything that is there now was printed
    #[arg(long, conflicts_with = "idle_exit")]
    no_wait: bool,
    /// End with exit code 7 when printed events were lost in a recovery of the store
    #[arg(long)]
    stop_on_rewind: bool,
    /// How to print: ndjson or csv; ndjson, unless columns are named
    #[arg(long, value_name = "FORMAT")]
    format: Option<EventFormat>,
    #[command(flatten)]
    columns: ColumnOptions,
    #[command(flatten)]
    raw: RawOption,
}

pub(crate) fn run(options: &StoreOptions, arguments: &FollowArguments) -> Outcome {
    let format = match arguments.format {
        None if arguments.columns.ask_for_csv() => SinkFormat::Csv,
        None => SinkFormat::Ndjson,
        Some(format @ (EventFormat::Ndjson | EventFormat::Csv)) => format.into(),
        Some(_) => return Err(Failure::usage("--format", "follow prints ndjson or csv")),
    };
    let file = arguments.cursor_file.clone().map(PlaceFile::new);
    let store = options.open_to_read()?;
    let speech = arguments.query.speech.settle(store.snapshot().profiles())?;
    let raw = arguments.raw.raw();
    let sink = Sink::to_stdout(Layout::new(format, &arguments.columns, raw, &speech)?)?;
    let mut selection = arguments.query.selection(&speech)?;
    if let Some(language) = &speech.language {
        selection = selection.language(language);
    }
    let begin = match file.as_ref().map(PlaceFile::read).transpose()?.flatten() {
        Some(place) => place,
        None => first_place(&store, &selection, arguments)?,
    };
    let follow = store.follow(begin).select(selection);
    let mut printer = Printer { follow, sink, file, place: begin, printed: 0, arguments };
    let outcome = printer.run();
    match outcome {
        // What could not be printed must not count as printed.
        Err(error @ Failure::Stdout(_)) => Err(error),
        outcome => printer.settle(true).and(outcome),
    }
}

fn first_place(
    store: &StoreReader,
    selection: &Selection,
    arguments: &FollowArguments,
) -> Outcome<FollowCursor> {
    let snapshot = store.snapshot();
    Ok(match arguments.from_seq {
        _ if arguments.from_now => snapshot.end_of(selection)?,
        Some(seq) => FollowCursor { epoch: snapshot.epoch(), seq: seq.saturating_sub(1) },
        None => FollowCursor::START,
    })
}

/// Brings events from the store to stdout.
struct Printer<'a> {
    follow: Follow<'a>,
    sink: Sink,
    file: Option<PlaceFile>,
    /// Behind everything that was printed.
    place: FollowCursor,
    printed: u64,
    arguments: &'a FollowArguments,
}

impl Printer<'_> {
    fn run(&mut self) -> Outcome {
        let no_wait = self.arguments.no_wait.then_some(Duration::ZERO);
        let idle_max = no_wait.or(self.arguments.idle_exit);
        let mut idle_since = Instant::now();
        while !self.is_full() {
            let rest = idle_max.map_or(WAIT, |max| max.saturating_sub(idle_since.elapsed()));
            let pause = self.file.as_ref().and_then(PlaceFile::due_in).unwrap_or(WAIT);
            let before = self.printed;
            self.batch(rest.min(pause).min(WAIT))?;
            self.settle(false)?;
            if self.printed > before {
                idle_since = Instant::now();
            } else if idle_max.is_some_and(|max| idle_since.elapsed() >= max) || is_stdout_gone() {
                break;
            }
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.arguments.limit > 0 && self.printed >= self.arguments.limit
    }

    /// Prints what comes within `wait`, and what is there behind it.
    fn batch(&mut self, mut wait: Duration) -> Outcome {
        for _ in 0..BATCH_EVENTS {
            let Some(event) = self.next(wait)? else { break };
            self.sink.write(&event)?;
            self.place = self.follow.cursor();
            self.printed += 1;
            if self.is_full() {
                break;
            }
            wait = Duration::ZERO;
        }
        Ok(())
    }

    /// The next event; a rewind is told, and ends the command if that was asked for.
    fn next(&mut self, wait: Duration) -> Outcome<Option<StoredEvent>> {
        loop {
            match self.follow.poll(wait) {
                Err(Error::Rewound { seq, .. }) if !self.arguments.stop_on_rewind => {
                    // In order: what was printed before it, the notice, what takes its place.
                    self.sink.flush()?;
                    tell(format_args!(
                        "rewound: {seq} (events from there on, printed before, were lost in a \
                         recovery; those that follow take their place)"
                    ));
                }
                Ok(None) => {
                    self.place = self.follow.cursor();
                    return Ok(None);
                }
                found => return Ok(found?),
            }
        }
    }

    /// Writes out what was printed, then notes the place; at once, or when it is due.
    fn settle(&mut self, at_once: bool) -> Outcome {
        self.sink.flush()?;
        match &mut self.file {
            Some(file) => file.note(self.place, at_once),
            None => Ok(()),
        }
    }
}

/// Whether stdout is a pipe that nobody reads any more.
fn is_stdout_gone() -> bool {
    let stdout = std::io::stdout();
    let mut pipe = [PollFd::new(&stdout, PollFlags::empty())];
    let polled = poll(&mut pipe, Some(&Timespec::default()));
    polled.is_ok() && pipe[0].revents().contains(PollFlags::ERR)
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let expected = "expected a number with a unit, such as 10s (ms, s, m, h)";
    read_duration(text).ok_or_else(|| expected.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(parse_time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_time("0s"), Ok(Duration::ZERO));
        assert_eq!(parse_time("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "5", "s", "-1s", "1d", "1.5s", "18446744073709551615h"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
