//! `capture`: show and switch which categories are captured.

use crate::cli::failure::{Failure, Outcome, tell};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::print_line;
use crate::cli::print::table::{shown, table};
use annals::Error;
use annals::interface::{capture_value, captured_in_general, word};
use annals::profile::Registry;
use annals::store::{CapturePolicy, Store};
use clap::{Args, Subcommand};
use std::collections::BTreeSet;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct CaptureArguments {
    #[command(subcommand)]
    command: Option<CaptureCommand>,
    #[command(flatten)]
    report: ReportOptions,
}

#[derive(Debug, Subcommand)]
enum CaptureCommand {
    /// Switch categories on or off; each change is an event `annals.capture_changed` of the log
    Set(SetArguments),
}

#[derive(Debug, Args)]
struct SetArguments {
    /// A category and what it is to be, such as time_entries=off
    #[arg(value_name = "CATEGORY=on|off", required = true)]
    switches: Vec<String>,
    /// Only for this tenant, whatever holds for the others
    #[arg(long, value_name = "T")]
    tenant: Option<String>,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &CaptureArguments) -> Outcome {
    if let Some(CaptureCommand::Set(arguments)) = &arguments.command {
        return set(options, arguments);
    }
    let snapshot = options.open_to_read()?.snapshot();
    print(snapshot.capture(), snapshot.profiles(), arguments.report.format())
}

fn set(options: &StoreOptions, arguments: &SetArguments) -> Outcome {
    let switches: Outcome<Vec<(&str, bool)>> =
        arguments.switches.iter().map(|text| read_switch(text)).collect();
    let switches = switches?;
    let change = |policy: &mut CapturePolicy, profiles: &Registry| {
        let mut switches = switches.iter();
        switches.try_for_each(|(category, is_on)| {
            policy.set(profiles, arguments.tenant.as_deref(), category, *is_on)
        })
    };
    match options.open_to_write(false) {
        Ok(store) => {
            let changed = store.change_capture(change);
            let closed = store.close();
            changed?;
            closed?;
        }
        Err(Failure::Engine(Error::Locked { .. })) => {
            Store::builder().change_capture(options.required_dir()?, change)?;
            tell(format_args!(
                "note: another process writes the store: it captures so from now on, and records \
                 the change with its next event"
            ));
        }
        Err(failure) => return Err(failure),
    }
    let snapshot = options.open_to_read()?.snapshot();
    for (category, _) in &switches {
        tell_if_unknown(snapshot.profiles(), category);
    }
    print(snapshot.capture(), snapshot.profiles(), arguments.report.format())
}

fn read_switch(text: &str) -> Outcome<(&str, bool)> {
    let wrong = || {
        Failure::usage("capture set", format!("`{text}` is neither CATEGORY=on nor CATEGORY=off"))
    };
    let (category, word) = text.rsplit_once('=').ok_or_else(wrong)?;
    let is_on = match word {
        "on" => true,
        "off" => false,
        _ => return Err(wrong()),
    };
    match category.trim() {
        "" => Err(wrong()),
        category => Ok((category, is_on)),
    }
}

/// A category that no profile has may be one that the store has all the same.
fn tell_if_unknown(profiles: &Registry, category: &str) {
    let known = switches(profiles);
    if !known.is_empty() && !known.contains(category) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        tell(format_args!(
            "note: no profile of the store has a category `{category}`; they have {}",
            known.join(", ")
        ));
    }
}

/// The categories of the profiles.
fn switches(profiles: &Registry) -> BTreeSet<String> {
    let categories = profiles.profiles().flat_map(|profile| profile.categories());
    categories.map(|category| category.code.clone()).collect()
}

fn print(policy: &CapturePolicy, profiles: &Registry, format: ReportFormat) -> Outcome {
    if format == ReportFormat::Json {
        return print_line(capture_value(policy, profiles).to_json());
    }
    let mut lines = table(["category", "tenant", "captured"]);
    for (category, word) in captured_in_general(policy, profiles) {
        lines.add_row([shown(&category), "any".to_owned(), word.to_owned()]);
    }
    for (tenant, switches) in &policy.tenants {
        for (category, is_on) in switches {
            lines.add_row([shown(category), shown(tenant), word(*is_on).to_owned()]);
        }
    }
    if lines.is_empty() {
        return print_line("everything is captured");
    }
    print_line(lines.to_string())
}
