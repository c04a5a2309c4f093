//! `generate`: made-up events as native NDJSON.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::print::output::Output;
use annals::event::Timestamp;
use annals::testing::generate::{Generator, Likeness};
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct GenerateArguments {
    /// Number of events; 0 writes none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    events: u64,
    /// The same seed gives the same events
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The instant at which the events begin; 1,000 and more end about 90 days later
    #[arg(long, value_name = "T", default_value = "2026-01-01T00:00:00Z")]
    start: String,
    /// What the events are like
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Like::Product)]
    like: Like,
}

/// The values of `--like`; see [`Likeness`].
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Like {
    /// One product: texts come from templates, one event in five is linked to others
    Product,
    /// A whole company: sessions, hashes in several fields, free text, some rare shapes
    Life,
}

pub(crate) fn run(arguments: &GenerateArguments) -> Outcome {
    let start: Timestamp =
        arguments.start.parse().map_err(|error| Failure::usage("--start", error))?;
    let likeness = match arguments.like {
        Like::Product => Likeness::Product,
        Like::Life => Likeness::Life,
    };
    let mut generator = Generator::of(likeness, arguments.seed, start).spread(arguments.events);
    let mut output = Output::new();
    for _ in 0..arguments.events {
        output.line(generator.next_event())?;
    }
    output.finish()
}
