//! `import`: events of any known format, from a file or stdin.

use super::importer;
use super::rejects::Rejects;
use super::summary::Summary;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::StoreOptions;
use crate::cli::input::source::Input;
use annals::import::{Calendly, Google, JsonMap, Native, Source};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The format of the records
    #[arg(long, value_name = "FORMAT", default_value = "native")]
    from: SourceFormat,
    /// The map from records to events, for `--from json`
    #[arg(long, value_name = "FILE.toml")]
    map: Option<PathBuf>,
    /// Where records go that cannot be stored, as NDJSON; added to what the file holds
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Fill the value before a change that the source could not tell from the last value after that
    /// was recorded of the same field of the same target, as `derived`
    #[arg(long)]
    derive_before: bool,
    /// NDJSON, a JSON array or pages of an API; plain, .gz or .zst; `-` is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SourceFormat {
    /// Events as annals prints them
    Native,
    /// Activities of the Google Workspace Admin SDK Reports API
    Google,
    /// Records of the Calendly activity log
    Calendly,
    /// Any JSON records, with --map
    Json,
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
        if self.map.is_some() && self.from != SourceFormat::Json {
            return Err(Failure::usage("--map", "goes with --from json only"));
        }
        Ok(match self.from {
            SourceFormat::Native => Arc::new(Native),
            SourceFormat::Google => Arc::new(Google),
            SourceFormat::Calendly => Arc::new(Calendly),
            SourceFormat::Json => {
                let path = self
                    .map
                    .as_deref()
                    .ok_or_else(|| Failure::usage("--from json", "needs --map FILE.toml"))?;
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| Failure::file("read", path, error))?;
                let map = JsonMap::parse(&text);
                Arc::new(map.map_err(|error| Failure::usage(path.display(), error))?)
            }
        })
    }
}
