//! `completions`: a script that makes a shell complete the commands.

use super::failure::Outcome;
use super::output::Output;
use clap::{Args, Command};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, program: &mut Command) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, program, "annals", &mut script);
    let mut output = Output::new();
    output.bytes(script)?;
    output.finish()
}
