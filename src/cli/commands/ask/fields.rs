//! `fields`: which fields the events have.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, SearchOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::table::{shown, table};
use annals::query::FoundField;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct FieldsArguments {
    #[command(flatten)]
    query: SearchOptions,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &FieldsArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let fields = arguments.query.search(&snapshot, &speech)?.fields()?;
    match arguments.report.format() {
        ReportFormat::Json => print_json(&fields),
        ReportFormat::Table => print_line(lines(&fields)),
    }
}

fn lines(fields: &[FoundField]) -> String {
    let mut table = table(["path", "kinds", "events", "distinct"]);
    for field in fields {
        let kinds: Vec<&str> = field.kinds.iter().map(|kind| kind.as_str()).collect();
        table.add_row([
            shown(&field.path.to_string()),
            kinds.join(", "),
            field.events.to_string(),
            field.distinct.map_or_else(|| "not counted".to_owned(), |count| count.to_string()),
        ]);
    }
    table.to_string()
}
