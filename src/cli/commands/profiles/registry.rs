//! `registry`: categories, activities and attributes of profiles, with their labels.

use super::{registry_table, unregistered};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::print_line;
use annals::Error;
use annals::interface::registry_value;
use annals::profile::{Profile, Registry};
use clap::Args;
use std::fs;
use std::path::Path;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct RegistryArguments {
    /// The profile: calendly, calenso, google, clockify, or a TOML file; may be given several
    /// times. Without it, those of the store or, where it has none, all built-in ones
    #[arg(long = "profile", value_name = "PROFILE")]
    profiles: Vec<String>,
    /// The language of labels; English where it has none
    #[arg(long = "lang", value_name = "LANGUAGE")]
    language: Option<String>,
    /// The codes of the events of the store that are in no profile, with counts
    #[arg(long)]
    unregistered: bool,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &RegistryArguments) -> Outcome {
    let registry = read_registry(options, &arguments.profiles)?;
    let language = arguments.language.as_deref();
    if let Some(language) = language {
        registry.check_language(language).map_err(|error| of_option("--lang", error))?;
    }
    if arguments.unregistered {
        return unregistered::run(options, &registry, arguments.report.format());
    }
    match arguments.report.format() {
        ReportFormat::Json => print_line(registry_value(&registry, language).to_json()),
        ReportFormat::Table => registry_table::print(&registry, language.unwrap_or("en")),
    }
}

/// The profiles that are named; else those of the store, if one is named that has some; else all
/// built-in ones.
fn read_registry(options: &StoreOptions, names: &[String]) -> Outcome<Registry> {
    if names.is_empty() {
        if options.dir().is_some() {
            let snapshot = options.open_to_read()?.snapshot();
            if snapshot.profiles().profiles().next().is_some() {
                return Ok(snapshot.profiles().clone());
            }
        }
        return Ok(Registry::built_in());
    }
    let profiles: Outcome<Vec<Arc<Profile>>> = names.iter().map(|name| read(name)).collect();
    Registry::new(profiles?).map_err(|error| of_option("--profile", error))
}

fn read(name: &str) -> Outcome<Arc<Profile>> {
    let path = Path::new(name);
    if path.extension().is_none_or(|ending| ending != "toml") {
        return Profile::built_in(name).map_err(|error| of_option("--profile", error));
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, error))?;
    Ok(Arc::new(Profile::parse(&text, name)?))
}

/// An error of the library about the value of an option.
fn of_option(option: &str, error: Error) -> Failure {
    match error {
        Error::Invalid { problem, .. } => Failure::usage(option, problem),
        error => Failure::Engine(error),
    }
}
