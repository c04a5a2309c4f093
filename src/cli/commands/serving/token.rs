//! `token`: make, list and revoke the tokens of the server.

use crate::cli::failure::{Failure, Outcome, of_option};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::table::{shown, table};
use annals::StoreReader;
use annals::event::Timestamp;
use annals::serve::{AccessFile, NewToken, Role, Token};
use annals::store::Keep;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, this once; a running server takes it within 3 s
    Create(CreateArguments),
    /// List the tokens, without their secrets
    List(ReportOptions),
    /// Take a token out; a running server refuses it within 3 s
    Revoke {
        /// The name of the token
        name: String,
    },
}

#[derive(Debug, Args)]
struct CreateArguments {
    /// The name of the token, unlike all others
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What its holder may do: writer, reader, auditor or admin
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// Only events of this tenant
    #[arg(long, value_name = "T")]
    tenant: Option<String>,
    /// Only events of this data source; several times for several sources
    #[arg(long, value_name = "S")]
    source: Vec<String>,
    /// When the token ends: a time from now, such as 90d or 12h
    #[arg(long, value_name = "AGE")]
    expires: Option<String>,
}

pub(crate) fn run(options: &StoreOptions, arguments: &TokenArguments) -> Outcome {
    let dir = options.required_dir()?;
    // There must be a store, or the token would open nothing.
    drop(StoreReader::open(dir)?);
    let access = AccessFile::new(dir);
    match &arguments.command {
        TokenCommand::Create(arguments) => {
            let new = NewToken {
                name: arguments.name.clone(),
                role: arguments.role,
                tenant: arguments.tenant.clone(),
                sources: arguments.source.clone(),
                expires_at: arguments.expires.as_deref().map(end).transpose()?,
            };
            print_line(access.create(&new).map_err(of_option)?)
        }
        TokenCommand::List(report) => print(&access.list()?, report.format()),
        TokenCommand::Revoke { name } => Ok(access.revoke(name).map_err(of_option)?),
    }
}

/// The instant after a time from now.
fn end(text: &str) -> Outcome<Timestamp> {
    match text.parse().map_err(|error| Failure::usage("--expires", error))? {
        Keep::Micros(micros) => Ok(Timestamp(Timestamp::now().0.saturating_add(micros))),
        Keep::Forever | Keep::Nothing => {
            Err(Failure::usage("--expires", "is a time from now, such as 90d"))
        }
    }
}

fn print(tokens: &[Token], format: ReportFormat) -> Outcome {
    if format == ReportFormat::Json {
        let without_hash = |token: &Token| {
            let mut value = serde_json::to_value(token).unwrap_or_default();
            if let Some(members) = value.as_object_mut() {
                members.remove("sha256");
            }
            value
        };
        return print_json(&tokens.iter().map(without_hash).collect::<Vec<_>>());
    }
    let mut lines = table(["name", "role", "tenant", "sources", "made", "ends"]);
    for token in tokens {
        let any = |text: Option<&str>| text.map_or_else(|| "any".to_owned(), shown);
        let sources = token.sources.as_ref().map(|sources| sources.join(", "));
        lines.add_row([
            shown(&token.name),
            token.role.to_string(),
            any(token.tenant.as_deref()),
            any(sources.as_deref()),
            token.created_at.clone(),
            token.expires_at.clone().unwrap_or_else(|| "never".to_owned()),
        ]);
    }
    print_line(lines.to_string())
}
