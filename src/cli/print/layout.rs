//! What of an event is printed, and how: the options that all commands with events share.

use crate::cli::failure::{Failure, Outcome, of_option, tell};
use annals::event::Raw;
use annals::export::{Column, CsvOptions, Export, ExportFormat};
use annals::interface::Speech;
use annals::profile::Registry;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use std::fmt;

/// How events are printed by commands that print them to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventFormat {
    Table,
    Ndjson,
    Json,
    Csv,
}

/// All forms in which events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SinkFormat {
    Table,
    Pretty,
    Ndjson,
    Json,
    Csv,
    Xlsx,
}

impl From<EventFormat> for SinkFormat {
    fn from(format: EventFormat) -> SinkFormat {
        match format {
            EventFormat::Table => SinkFormat::Table,
            EventFormat::Ndjson => SinkFormat::Ndjson,
            EventFormat::Json => SinkFormat::Json,
            EventFormat::Csv => SinkFormat::Csv,
        }
    }
}

impl fmt::Display for SinkFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            SinkFormat::Table => "table",
            SinkFormat::Pretty => "pretty",
            SinkFormat::Ndjson => "ndjson",
            SinkFormat::Json => "json",
            SinkFormat::Csv => "csv",
            SinkFormat::Xlsx => "xlsx",
        })
    }
}

/// The payload as received.
#[derive(Debug, Args)]
pub(crate) struct RawOption {
    /// Print the payload as received, too; tables and CSV have it in a column `raw`, as JSON
    #[arg(long)]
    with_raw: bool,
}

impl RawOption {
    /// Whether it is printed.
    pub(crate) fn raw(&self) -> Raw {
        if self.with_raw { Raw::With } else { Raw::Without }
    }
}

/// What of linked events is one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fold {
    /// An action with all its effects: its primary event, and the number of the others
    Linked,
}

/// Whether linked events are one line.
#[derive(Debug, Args)]
pub(crate) struct FoldOption {
    /// One line for an action and its effects (correlation_id, caused_by), with a column `effects`:
    /// the primary event stands for it, also where only an effect matches
    #[arg(long, value_name = "WHAT")]
    fold: Option<Fold>,
}

impl FoldOption {
    /// Whether events are folded into actions.
    pub(crate) fn is_linked(&self) -> bool {
        self.fold == Some(Fold::Linked)
    }
}

/// The columns, and how cells of CSV are written.
#[derive(Debug, Args)]
pub(crate) struct ColumnOptions {
    /// The columns of a table, CSV or XLSX file: paths such as actor.email, separated by commas;
    /// without it, CSV and XLSX have every field
    #[arg(long, value_name = "A,B")]
    columns: Option<String>,
    /// Leave cells of CSV as they are that a spreadsheet takes for formulas; else they get a '
    #[arg(long)]
    no_guard: bool,
    /// How null is written in CSV; what is absent is empty always [default: null]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    null: Option<String>,
    /// Begin CSV with the byte order mark of UTF-8, which some spreadsheets need
    #[arg(long)]
    bom: bool,
}

impl ColumnOptions {
    /// Whether columns are named.
    pub(crate) fn are_named(&self) -> bool {
        self.columns.is_some()
    }

    /// Whether something is asked for that NDJSON does not have.
    pub(crate) fn ask_for_csv(&self) -> bool {
        self.columns.is_some() || self.null.is_some() || self.bom
    }
}

/// What of an event is printed, and how; checked before anything is opened.
pub(crate) struct Layout {
    pub(super) format: SinkFormat,
    /// The columns that were named, or those of a file.
    pub(super) columns: Option<Vec<Column>>,
    pub(super) raw: Raw,
    pub(super) zone: Tz,
    /// The profiles that labels are read by.
    pub(super) names: Registry,
    pub(super) language: Option<String>,
    null: Option<String>,
    is_guarded: bool,
    has_bom: bool,
}

impl Layout {
    /// Puts the options together; with `raw` there is a column of it.
    ///
    /// # Errors
    /// A usage error for options that the format does not have, and for what is no column.
    pub(crate) fn new(
        format: SinkFormat,
        options: &ColumnOptions,
        raw: Raw,
        speech: &Speech,
    ) -> Outcome<Layout> {
        let named = options.columns.as_deref().map(|list| speech.columns(list));
        let named = named.transpose().map_err(of_option)?;
        let columns = named_or_default(named, format, speech)?;
        Layout::with_columns(format, options, raw, speech, columns)
    }

    /// As [`Layout::new`]; if events are folded, with the column `effects`, last unless it is
    /// named.
    pub(crate) fn folded(
        fold: &FoldOption,
        format: SinkFormat,
        options: &ColumnOptions,
        raw: Raw,
        speech: &Speech,
    ) -> Outcome<Layout> {
        if !fold.is_linked() {
            return Layout::new(format, options, raw, speech);
        }
        let named = options.columns.as_deref().map(|list| speech.columns_with_effects(list));
        let named = named.transpose().map_err(of_option)?;
        let mut columns = named_or_default(named, format, speech)?;
        if let Some(columns) = &mut columns
            && !columns.contains(&Column::effects())
        {
            columns.push(Column::effects());
        }
        Layout::with_columns(format, options, raw, speech, columns)
    }

    fn with_columns(
        format: SinkFormat,
        options: &ColumnOptions,
        raw: Raw,
        speech: &Speech,
        mut columns: Option<Vec<Column>>,
    ) -> Outcome<Layout> {
        use SinkFormat::{Csv, Table, Xlsx};
        if options.columns.is_some() && !matches!(format, Table | Csv | Xlsx) {
            return Err(Failure::usage("--columns", "goes with table, csv and xlsx only"));
        }
        for (option, is_given) in [("--null", options.null.is_some()), ("--bom", options.bom)] {
            if is_given && format != Csv {
                return Err(Failure::usage(option, "goes with csv only"));
            }
        }
        if let Some(columns) = &mut columns {
            match (columns.iter().any(Column::is_raw), raw) {
                (false, Raw::With) => columns.push(Column::raw()),
                (true, Raw::Without) => {
                    tell("note: columns of raw are empty without --with-raw");
                }
                _ => {}
            }
        }
        let (null, is_guarded, has_bom) = (options.null.clone(), !options.no_guard, options.bom);
        let (zone, language) = (speech.zone, speech.language.clone());
        let names = speech.names.clone();
        Ok(Layout { format, columns, raw, zone, names, language, null, is_guarded, has_bom })
    }

    /// How CSV is written.
    pub(super) fn csv(&self) -> CsvOptions {
        let mut csv = CsvOptions::new(self.columns.clone().unwrap_or_default()).zone(self.zone);
        if let Some(null) = &self.null {
            csv = csv.null(null);
        }
        if !self.is_guarded {
            csv = csv.unguarded();
        }
        if self.has_bom { csv.bom() } else { csv }
    }

    /// The same as a whole file.
    ///
    /// # Errors
    /// A usage error for what is printed for people only.
    pub(crate) fn export(&self) -> Outcome<Export> {
        let mut export = match self.format {
            SinkFormat::Ndjson => Export::ndjson(),
            SinkFormat::Json => Export::new(ExportFormat::Json),
            SinkFormat::Csv => Export::csv(),
            SinkFormat::Xlsx => Export::xlsx(),
            SinkFormat::Table | SinkFormat::Pretty => {
                return Err(Failure::usage("--format", format!("no file is of {}", self.format)));
            }
        };
        if let Some(columns) = &self.columns {
            export = export.columns(columns.clone());
        }
        if let Some(null) = &self.null {
            export = export.null(null);
        }
        if self.raw == Raw::With {
            export = export.with_raw();
        }
        if !self.is_guarded {
            export = export.unguarded();
        }
        Ok(if self.has_bom { export.bom() } else { export })
    }

    /// Whether there are columns rather than whole events.
    pub(crate) fn has_columns(&self) -> bool {
        self.columns.is_some()
    }

    /// Tells the zone of times, where the data cannot name it.
    pub(crate) fn tell_zone(&self) {
        if self.has_unnamed_zone() {
            tell(format_args!("note: times are in {}", self.zone.name()));
        }
    }

    /// Whether cells are times in a zone that their offsets do not name.
    pub(super) fn has_unnamed_zone(&self) -> bool {
        let has_time = self.columns.iter().flatten().any(Column::is_time);
        self.format == SinkFormat::Csv && has_time && self.zone != Tz::UTC
    }
}

/// The columns that were named, else those of a file, or of a table by profile.
fn named_or_default(
    named: Option<Vec<Column>>,
    format: SinkFormat,
    speech: &Speech,
) -> Outcome<Option<Vec<Column>>> {
    Ok(match (named, format) {
        (None, SinkFormat::Csv | SinkFormat::Xlsx) => Some(speech.file_columns()?),
        (None, SinkFormat::Table) => speech.profile_columns()?,
        (named, _) => named,
    })
}
