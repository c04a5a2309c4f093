//! `completions`: a script that makes a shell complete the commands.

use crate::cli::failure::Outcome;
use crate::cli::print::output::Output;
use clap::{Args, Command};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &CompletionsArguments, program: &mut Command) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, program, "annals", &mut script);
    let mut output = Output::new();
    output.bytes(script)?;
    output.finish()
}
