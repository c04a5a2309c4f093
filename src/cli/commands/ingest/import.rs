//! `import`: events of any known format, from a file or stdin.

use super::importer;
use super::rejects::Rejects;
use super::summary::Summary;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::StoreOptions;
use crate::cli::input::source::Input;
use annals::import::{Calendly, Calenso, Clockify, CsvMap, Google, JsonMap, Native, Source};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// What the help says behind the options.
const FORMATS: &str = "\
Formats (--from), with the shape of a record; docs/import.md has where each member goes:
  native    {\"occurred_at\":..,\"category\":..,\"activity\":..}, as annals prints events
  google    {\"id\":{\"time\":..,\"applicationName\":..},\"events\":[..]}, pages with \"items\"
  calendly  {\"occurred_at\":..,\"namespace\":..,\"action\":..}, pages with \"collection\"; or CSV with the
            columns Category, Activity, By whom, Date and time, Details (English, German, French)
  clockify  {\"action\":..,\"content\":..,\"previousContent\":..,\"timestamp\":..}, pages with \"response\"
  calenso   {\"time\":..,\"source\":..,\"type\":..,\"worker\":..,\"raw\":{..},\"meta\":{..}}
  json      anything, by a map: [fields] occurred_at = \"path\", id = { hash = [\"a\", \"b\"] },
            [time] format, zone, [values.\"activity\"] from = \"to\"
  csv       anything, by a map whose paths are columns, and [csv] delimiter, header

The formats of products store the codes of their profiles. A record imported again is a duplicate.
A record that cannot be stored is told with its line, and the exit code is 7.";

#[derive(Debug, Args)]
#[command(after_help = FORMATS)]
pub(crate) struct ImportArguments {
    /// The format of the records
    #[arg(long, value_name = "FORMAT", default_value = "native")]
    from: SourceFormat,
    /// The map from records to events, for `--from json` and `--from csv`
    #[arg(long, value_name = "FILE.toml")]
    map: Option<PathBuf>,
    /// The zone of times without one in the CSV of `--from calendly`; UTC if not given
    #[arg(long = "tz", value_name = "ZONE")]
    zone: Option<Tz>,
    /// Where records go that cannot be stored, as NDJSON; added to what the file holds
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Fill the value before a change that the source could not tell from the last value after that
    /// was recorded of the same field of the same target, as `derived`
    #[arg(long)]
    derive_before: bool,
    /// NDJSON, a JSON array, pages of an API or CSV; plain, .gz or .zst; `-` is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SourceFormat {
    /// Events as annals prints them
    Native,
    /// Activities of the Google Workspace Admin SDK Reports API
    Google,
    /// Entries of the Calendly activity log: pages of its API, or the CSV that it lets one download
    Calendly,
    /// Entries of the Clockify audit log, from its API
    Clockify,
    /// Entries of the Calenso audit logs, as a JSON of what their page shows
    Calenso,
    /// Any JSON records, with --map
    Json,
    /// Any CSV, with --map
    Csv,
}

pub(crate) fn run(store: &StoreOptions, arguments: &ImportArguments) -> Outcome {
    store.required_dir()?;
    let source = arguments.source()?;
    let input = Input::open(&arguments.file)?;
    let mut rejects = Rejects::new(arguments.rejects.as_deref(), &arguments.file)?;
    let store = store.open_to_import(arguments.derive_before)?;
    let mut summary = Summary::default();
    let outcome = importer::import(&store, input, source, &mut rejects, &mut summary);
    summary.faults = rejects.faults;
    let rejected = rejects.finish();
    let closed = store.close();
    // What was stored before a failure is stored: the counts are told in any case.
    summary.rejected = *rejected.as_ref().unwrap_or(&0);
    summary.print()?;
    outcome?;
    rejected?;
    closed?;
    match summary.rejected + summary.faults {
        0 => Ok(()),
        _ => Err(Failure::Partial),
    }
}

impl ImportArguments {
    fn source(&self) -> Outcome<Arc<dyn Source>> {
        use SourceFormat::{Csv, Json};
        if self.map.is_some() && !matches!(self.from, Json | Csv) {
            return Err(Failure::usage("--map", "goes with --from json and --from csv only"));
        }
        if self.zone.is_some() && self.from != SourceFormat::Calendly {
            let problem = "goes with --from calendly only; a map has its own, under [time]";
            return Err(Failure::usage("--tz", problem));
        }
        Ok(match self.from {
            SourceFormat::Native => Arc::new(Native),
            SourceFormat::Google => Arc::new(Google),
            SourceFormat::Calendly => match self.zone {
                Some(zone) => Arc::new(Calendly.in_zone(zone.name())?),
                None => Arc::new(Calendly),
            },
            SourceFormat::Clockify => Arc::new(Clockify),
            SourceFormat::Calenso => Arc::new(Calenso),
            Json => Arc::new(self.read_map("--from json", JsonMap::parse)?),
            Csv => Arc::new(self.read_map("--from csv", CsvMap::parse)?),
        })
    }

    /// Reads the map of a format that needs one.
    fn read_map<M>(&self, format: &str, parse: fn(&str) -> annals::Result<M>) -> Outcome<M> {
        let path = self.map.as_deref();
        let path = path.ok_or_else(|| Failure::usage(format, "needs --map FILE.toml"))?;
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| Failure::file("read", path, error))?;
        parse(&text).map_err(|error| Failure::usage(path.display(), error))
    }
}
