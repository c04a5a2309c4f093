//! `alias`: names under which persons acted, which queries on actors follow.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::table::table;
use annals::event::Timestamp;
use annals::query::parse_when;
use annals::store::{Alias, Store};
use chrono_tz::Tz;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct AliasArguments {
    #[command(subcommand)]
    action: AliasAction,
}

#[derive(Debug, Subcommand)]
enum AliasAction {
    /// Add a name of a person, or say until when one is theirs
    Add(AddArguments),
    /// List the names of all persons, or of one
    List(ListArguments),
    /// Take out the names of a person, or one of them
    Remove(RemoveArguments),
}

#[derive(Debug, Args)]
struct AddArguments {
    /// The id of the person, which does not change
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    id: String,
    /// A name under which events have the person: an address, a display name, an earlier id
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    name: String,
    /// The first instant or day at which it is a name of this person; without it, when it ended as
    /// that of another
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// The first instant or day at which it no longer is; without it, when it begins as that of
    /// another
    #[arg(long, value_name = "T")]
    until: Option<String>,
    #[command(flatten)]
    report: ReportOptions,
}

#[derive(Debug, Args)]
struct ListArguments {
    /// Only the names of this person
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    id: Option<String>,
    #[command(flatten)]
    report: ReportOptions,
}

#[derive(Debug, Args)]
struct RemoveArguments {
    /// The id of the person
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    id: String,
    /// The name; without it, all names of the person
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    name: Option<String>,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &AliasArguments) -> Outcome {
    match &arguments.action {
        AliasAction::Add(arguments) => add(options, arguments),
        AliasAction::List(ListArguments { id, report }) => {
            let aliases = options.open_to_read()?.aliases()?;
            let is_asked_for = |one: &&Alias| id.as_ref().is_none_or(|id| one.id == *id);
            print(aliases.list().iter().filter(is_asked_for), report.format())
        }
        AliasAction::Remove(arguments) => remove(options, arguments),
    }
}

fn add(options: &StoreOptions, arguments: &AddArguments) -> Outcome {
    let time = |option: &str, text: &Option<String>| -> Outcome<Option<Timestamp>> {
        let text = text.as_deref();
        let read = text.map(|text| parse_when(text, Tz::UTC)).transpose();
        read.map_err(|error| Failure::usage(option, error))
    };
    let mut alias = Alias::new(&arguments.id, &arguments.name);
    alias.from = time("--from", &arguments.from)?;
    alias.until = time("--until", &arguments.until)?;
    let changed = Store::builder().change_aliases(options.required_dir()?, |mut aliases| {
        aliases.add(alias)?;
        Ok(aliases)
    });
    let aliases = changed?;
    let is_theirs = |one: &&Alias| one.id == arguments.id;
    print(aliases.list().iter().filter(is_theirs), arguments.report.format())
}

fn remove(options: &StoreOptions, arguments: &RemoveArguments) -> Outcome {
    let mut count = 0;
    let changed = Store::builder().change_aliases(options.required_dir()?, |mut aliases| {
        count = aliases.remove(&arguments.id, arguments.name.as_deref())?;
        Ok(aliases)
    });
    let aliases = changed?;
    if count == 0 {
        let name = arguments.name.as_deref().map(|name| format!(" `{name}`")).unwrap_or_default();
        return Err(Failure::Usage(format!("`{}` has no name{name}", arguments.id)));
    }
    let is_theirs = |one: &&Alias| one.id == arguments.id;
    print(aliases.list().iter().filter(is_theirs), arguments.report.format())
}

fn print<'a>(names: impl Iterator<Item = &'a Alias>, format: ReportFormat) -> Outcome {
    if format == ReportFormat::Json {
        return print_json(&names.collect::<Vec<_>>());
    }
    let mut rows = table(["id", "name", "from", "until"]);
    for alias in names {
        let time = |time: Option<Timestamp>| time.map_or(String::new(), |time| time.to_string());
        let shown = crate::cli::print::table::shown;
        rows.add_row([shown(&alias.id), shown(&alias.name), time(alias.from), time(alias.until)]);
    }
    print_line(rows.to_string())
}
