//! `serve`: the store over HTTP.

use crate::cli::commands::demo::{Folder, fill_with};
use crate::cli::failure::{Outcome, tell};
use crate::cli::input::options::StoreOptions;
use crate::cli::print::output::print_line;
use annals::json::Value;
use annals::serve::{Listen, Listening, ServeOptions, Served};
use annals::store::Keep;
use chrono_tz::Tz;
use clap::Args;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Events of `--demo`.
const DEMO_EVENTS: u64 = 20_000;
/// What their codes mean.
const DEMO_PROFILE: &str = "calendly";

#[derive(Debug, Args)]
#[command(after_help = "\
Answers a page at /, an API at /api/v1, and the products' own APIs for their clients: \
/activity_log_entries (Calendly), /v1/workspaces/ID/audit-log (Clockify), /admin/reports/v1 \
(Google).

Prints one line on stdout once it listens: its address, and where a browser signs in, once. Ends \
with SIGTERM or SIGINT: running requests may go on for 10 s, then the store is closed.")]
pub(crate) struct ServeArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7311")]
    listen: SocketAddr,
    /// Only read the store, beside another process that writes it
    #[arg(long, conflicts_with = "demo")]
    read_only: bool,
    /// Make a temporary store with 20,000 made-up events, and remove it at the end
    #[arg(long)]
    demo: bool,
    /// The certificates for HTTPS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key for HTTPS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy stands before the server and does HTTPS
    #[arg(long, conflicts_with = "tls_cert")]
    behind_proxy: bool,
    /// A name under which the server is reached, such as log.example.com; other hosts get 421.
    /// Several times for several names
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// The language of the page [default: that of the browser]
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// The time zone of the page, an IANA name
    #[arg(long = "tz", value_name = "ZONE", default_value = "UTC")]
    zone: Tz,
    /// A program that is run once for each export that is done, with the path of its file
    #[arg(long, value_name = "PROGRAM")]
    on_export: Option<OsString>,
}

pub(crate) fn run(options: &StoreOptions, arguments: &ServeArguments) -> Outcome {
    log_to_stderr();
    let demo = match arguments.demo {
        true => Some(Folder::new(options.dir())?),
        false => None,
    };
    let dir = match &demo {
        Some(folder) => folder.path(),
        None => options.required_dir()?,
    };
    let store = open(options, arguments, dir)?;
    let mut serve = ServeOptions::new(dir).zone(arguments.zone);
    if let Some(language) = &arguments.lang {
        serve = serve.language(language);
    }
    if let Some(program) = &arguments.on_export {
        serve = serve.on_export(program);
    }
    let listen = Listen {
        address: arguments.listen,
        tls: arguments.tls_cert.clone().zip(arguments.tls_key.clone()),
        behind_proxy: arguments.behind_proxy,
        hosts: arguments.host.clone(),
    };
    let served = annals::serve::run(store, serve, &listen, |listening| {
        if let Err(failure) = print_line(line(listening)) {
            tell(format_args!("note: the address cannot be printed: {failure:?}"));
        }
    });
    Ok(served?)
}

/// What goes wrong while it runs is told on stderr, a line each, with its time.
fn log_to_stderr() {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false);
    // Nobody else logs in this process.
    let _ = lines.with_max_level(tracing::Level::WARN).with_target(false).try_init();
}

fn open(options: &StoreOptions, arguments: &ServeArguments, dir: &Path) -> Outcome<Served> {
    if arguments.demo {
        let builder = annals::Store::builder().create(true).profile(DEMO_PROFILE);
        let store = builder.open(dir)?;
        let mut rules = store.retention();
        // The events are of the last 90 days, as long as the profile keeps them: none shall go
        // while somebody looks.
        for class in &mut rules.classes {
            (class.kept_for, class.visible_for) = (Keep::Forever, Keep::Forever);
        }
        store.set_retention(rules)?;
        fill_with(&store, DEMO_EVENTS, 1)?;
        store.seal()?;
        return Ok(store.into());
    }
    match arguments.read_only {
        true => Ok(options.open_to_read()?.into()),
        false => Ok(options.open_to_write(true)?.into()),
    }
}

fn line(listening: &Listening) -> String {
    let Listening { address, sign_in, .. } = listening;
    let members = [("listening", address), ("sign_in", sign_in)];
    Value::object(members.map(|(key, text)| (key, Value::from(text.as_str())))).to_json()
}
