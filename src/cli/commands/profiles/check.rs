//! `profile check`: reads a profile and says what is wrong with it.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::print::output::print_line;
use annals::profile::Profile;
use clap::{Args, Subcommand};
use std::fs;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct ProfileArguments {
    #[command(subcommand)]
    command: ProfileCommand,
}

#[derive(Debug, Subcommand)]
enum ProfileCommand {
    /// Read a profile of your own; print `ok` with counts, or each mistake with line and key
    Check(CheckArguments),
    /// Print the file of a built-in profile, to begin your own with
    Print(PrintArguments),
}

#[derive(Debug, Args)]
struct CheckArguments {
    /// The TOML file
    file: PathBuf,
}

#[derive(Debug, Args)]
struct PrintArguments {
    /// calendly, calenso, google or clockify
    name: String,
}

pub(crate) fn run(arguments: &ProfileArguments) -> Outcome {
    match &arguments.command {
        ProfileCommand::Check(arguments) => check(arguments),
        ProfileCommand::Print(arguments) => {
            print_line(Profile::built_in_text(&arguments.name)?.trim_end())
        }
    }
}

fn check(arguments: &CheckArguments) -> Outcome {
    let path = &arguments.file;
    let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, error))?;
    let profile = Profile::check(&text).map_err(|problems| {
        let lines = problems.iter().map(|problem| format!("{}:{problem}", path.display()));
        Failure::Usage(lines.collect::<Vec<_>>().join("\n"))
    })?;
    let counts = [
        (profile.categories().len(), "categories"),
        (profile.activities().len(), "activities"),
        (profile.attributes().len(), "attributes"),
        (profile.plans().len(), "plans"),
        (profile.languages().len(), "languages"),
    ];
    let counts = counts.map(|(count, what)| format!("{count} {what}")).join(", ");
    print_line(format!("ok: profile `{}` with {counts}", profile.name()))
}
