//! Options that several commands take in the same form.

use super::budget::BudgetOptions;
use super::scope::ScopeOptions;
use super::speech::SpeechOptions;
use crate::cli::failure::{Failure, Outcome, of_option, tell};
use annals::interface::{Question, Speech};
use annals::query::{Query, Search, Selection};
use annals::store::{Snapshot, Store, StoreBuilder, StoreReader};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often a command that runs for long drops what is past its time.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Where the store is.
#[derive(Debug, Args)]
pub(crate) struct StoreOptions {
    /// The folder of the store
    #[arg(long = "store", value_name = "DIR", env = "ANNALS_STORE", global = true)]
    dir: Option<PathBuf>,
}

impl StoreOptions {
    /// The folder, if one was named.
    pub(crate) fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// The folder, which must have been named.
    pub(crate) fn required_dir(&self) -> Outcome<&Path> {
        self.dir().ok_or_else(|| {
            Failure::Usage("name the store with --store DIR or ANNALS_STORE".to_owned())
        })
    }

    /// Opens the store for reading, beside a writer if there is one.
    pub(crate) fn open_to_read(&self) -> Outcome<StoreReader> {
        Ok(StoreReader::open(self.required_dir()?)?)
    }

    /// Opens the store for writing; with `create`, makes one where there is none. As long as it is
    /// open, what is past its time is dropped every hour.
    pub(crate) fn open_to_write(&self, create: bool) -> Outcome<Store> {
        self.open_with(Store::builder().create(create))
    }

    /// As [`StoreOptions::open_to_write`], creating the store; `derive` as in
    /// [`StoreBuilder::derive_before`].
    pub(crate) fn open_to_import(&self, derive: bool) -> Outcome<Store> {
        self.open_with(Store::builder().derive_before(derive))
    }

    fn open_with(&self, builder: StoreBuilder) -> Outcome<Store> {
        let store = builder.sweep_every(SWEEP_EVERY).open(self.required_dir()?)?;
        let report = store.open_report();
        if report.torn_bytes > 0 {
            tell(format_args!(
                "note: cut {} bytes of an unfinished write off the log",
                report.torn_bytes
            ));
        }
        for name in &report.moved_aside {
            tell(format_args!("note: moved {name} aside, the store does not know it"));
        }
        Ok(store)
    }
}

/// A query with its time range, scope and zone.
///
/// Its words stand behind `--` when they get here; see [`super::arguments`].
#[derive(Debug, Args)]
pub(crate) struct QueryOptions {
    /// What to look for (`annals help query`); every event without it. Several words are joined by
    /// spaces
    query: Vec<String>,
    /// Only events of the last time: 30s, 15m, 12h, 7d, 2w, 3mo, 1y
    #[arg(long, value_name = "AGE")]
    since: Option<String>,
    /// Only events at or after this instant or day
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// Only events before this instant or day
    #[arg(long, value_name = "T")]
    to: Option<String>,
    #[command(flatten)]
    scope: ScopeOptions,
    #[command(flatten)]
    pub(crate) speech: SpeechOptions,
    /// Also events that are past their visible time, but not past their kept time
    #[arg(long)]
    include_hidden: bool,
    /// Take conditions on actors as they are; else one that names a person (see `alias`) finds
    /// what the person did under all names
    #[arg(long)]
    no_alias: bool,
    /// How the query is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    query_format: QueryFormat,
}

/// A query, and how much the search for it may cost.
#[derive(Debug, Args)]
pub(crate) struct SearchOptions {
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    budget: BudgetOptions,
}

impl SearchOptions {
    /// Begins the search on `snapshot`; its time begins now.
    pub(crate) fn search<'a>(
        &self,
        snapshot: &'a Snapshot,
        speech: &Speech,
    ) -> Outcome<Search<'a>> {
        let search = snapshot.select(self.query.selection(speech)?);
        Ok(self.budget.apply(speech.apply(search)))
    }

    /// The query as it was typed, without the options of time.
    pub(crate) fn typed(&self, speech: &Speech) -> Outcome<Query> {
        self.query.typed(speech)
    }

    /// Language, names, zone and habits, by the profiles of the store.
    pub(crate) fn speech(&self, snapshot: &Snapshot) -> Outcome<Speech> {
        self.query.speech.settle(snapshot.profiles())
    }
}

/// How a query is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum QueryFormat {
    /// Words, fields and operators
    Text,
    /// An object as `annals schema query` describes it
    Json,
}

impl QueryOptions {
    /// The events that are asked for.
    pub(crate) fn selection(&self, speech: &Speech) -> Outcome<Selection> {
        let selection = Selection::new(self.question().query(speech).map_err(of_option)?);
        let selection = selection.zone(speech.zone);
        let mut selection = self.scope.apply(selection)?;
        if self.no_alias {
            selection = selection.without_aliases();
        }
        Ok(if self.include_hidden { selection.include_hidden() } else { selection })
    }

    /// The query without the options of time.
    fn typed(&self, speech: &Speech) -> Outcome<Query> {
        Ok(self.question().typed(speech)?)
    }

    fn question(&self) -> Question {
        Question {
            query: self.query.join(" "),
            is_json: self.query_format == QueryFormat::Json,
            since: self.since.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
        }
    }
}

/// How a report is printed: a table for people, JSON for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Table,
    Json,
}

/// The format of a report.
#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// How to print; a table on a terminal, else JSON
    #[arg(long, value_name = "FORMAT")]
    format: Option<ReportFormat>,
}

impl ReportOptions {
    /// The format asked for, or the one that suits where stdout goes.
    pub(crate) fn format(&self) -> ReportFormat {
        self.format.unwrap_or(match std::io::stdout().is_terminal() {
            true => ReportFormat::Table,
            false => ReportFormat::Json,
        })
    }
}

/// `--limit 0` and `--top 0` mean all.
pub(crate) fn all_if_zero(number: usize) -> Option<usize> {
    (number > 0).then_some(number)
}
