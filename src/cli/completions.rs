//! `completions`: a script that makes a shell complete the commands.

use super::Cli;
use super::failure::Outcome;
use super::output::Output;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "annals", &mut script);
    let mut output = Output::new();
    output.bytes(script)?;
    output.finish()
}
