//! `generate`: made-up events as native NDJSON.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::print::output::Output;
use annals::event::Timestamp;
use annals::testing::generate::Generator;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct GenerateArguments {
    /// How many events
    #[arg(long, value_name = "N", default_value_t = 1000)]
    events: u64,
    /// The same seed gives the same events
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The time of the first event; the last one is about 90 days later
    #[arg(long, value_name = "T", default_value = "2026-01-01T00:00:00Z")]
    start: String,
}

pub(crate) fn run(arguments: &GenerateArguments) -> Outcome {
    let start: Timestamp =
        arguments.start.parse().map_err(|error| Failure::usage("--start", error))?;
    let mut generator = Generator::new(arguments.seed, start).spread(arguments.events);
    let mut output = Output::new();
    for _ in 0..arguments.events {
        output.line(generator.next_event())?;
    }
    output.finish()
}
