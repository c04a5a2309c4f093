//! `schema`: what programs that talk to this one go by.

use crate::cli::failure::Outcome;
use crate::cli::print::output::Output;
use annals::query::Query;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// What to describe
    #[arg(default_value = "query")]
    what: Subject,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Queries as `--query-format json` takes them
    Query,
}

pub(crate) fn run(arguments: &SchemaArguments) -> Outcome {
    let schema = match arguments.what {
        Subject::Query => Query::JSON_SCHEMA,
    };
    let mut output = Output::new();
    output.bytes(schema)?;
    output.finish()
}
