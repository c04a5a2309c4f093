//! `facets`: how often which value stands at a path.

use super::empty::tell_why;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{
    ReportFormat, ReportOptions, SearchOptions, StoreOptions, all_if_zero,
};
use crate::cli::input::speech::Speech;
use crate::cli::print::output::{Output, print_line};
use crate::cli::print::table::{shown, table};
use annals::Error;
use annals::export::Column;
use annals::json::Value;
use annals::profile::Labelled;
use annals::query::FacetCount;
use clap::Args;
use std::collections::HashMap;

#[derive(Debug, Args)]
pub(crate) struct FacetsArguments {
    #[command(flatten)]
    query: SearchOptions,
    /// The paths whose values are counted, separated by commas
    #[arg(long, value_name = "PATH", required = true)]
    by: String,
    /// The most frequent values of each path; 0 is all
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &FacetsArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let columns = Column::parse_list_named(&arguments.by, &speech.names);
    let columns = columns.map_err(|error| match error {
        Error::Invalid { problem, .. } => Failure::usage("--by", problem),
        error => Failure::Engine(error),
    })?;
    let paths: Vec<&str> = columns.iter().map(Column::header).collect();
    let search = arguments.query.search(&snapshot, &speech)?;
    let facets = search.clone().facets(&paths, all_if_zero(arguments.top))?;
    if facets.iter().all(Vec::is_empty) {
        tell_why(&search)?;
    }
    let facets: Vec<(&str, Vec<FacetCount>)> = paths.into_iter().zip(facets).collect();
    match arguments.report.format() {
        ReportFormat::Json => print_line(json(facets, &speech)),
        ReportFormat::Table => print_tables(&facets, &speech),
    }
}

fn json(facets: Vec<(&str, Vec<FacetCount>)>, speech: &Speech) -> String {
    let members =
        facets.into_iter().map(|(path, counts)| (path, counts_value(path, counts, speech)));
    Value::object(members).to_json()
}

/// Values and their counts as a list of objects, with the label of a code in a language.
pub(super) fn counts_value(path: &str, counts: Vec<FacetCount>, speech: &Speech) -> Value {
    let names = CodeNames::at(path, speech);
    let object = |FacetCount { value, count }| {
        let label = names.of(&value).map(Value::String);
        let members = [("value", Some(value)), ("count", Some(count.into())), ("label", label)];
        Value::object(members.into_iter().filter_map(|(key, value)| Some((key, value?))))
    };
    Value::List(counts.into_iter().map(object).collect())
}

/// What codes are called in the language of the asker: what stands beside them.
struct CodeNames(HashMap<String, Vec<String>>);

impl CodeNames {
    /// The names of the codes at a path; none without a language, and for other paths.
    fn at(path: &str, speech: &Speech) -> CodeNames {
        let mut names = CodeNames(HashMap::new());
        let Some(language) = &speech.language else {
            return names;
        };
        let labelled = match path {
            "category" => speech.names.labelled_categories(language),
            "activity" | "action" => speech.names.labelled_activities(language),
            _ => Vec::new(),
        };
        for Labelled { label, category, activity, .. } in labelled {
            let code = match path {
                "category" => category,
                "activity" => activity,
                _ => category.zip(activity).map(|(category, code)| format!("{category}.{code}")),
            };
            let known = code.map(|code| names.0.entry(code).or_default());
            if let Some(known) = known.filter(|known| !known.contains(&label)) {
                known.push(label);
            }
        }
        names
    }

    /// The names of a code, each once; `None` where it has none.
    fn of(&self, code: &Value) -> Option<String> {
        self.0.get(code.as_str()?).map(|labels| labels.join(" / "))
    }
}

/// Values and their counts as a table.
pub(super) fn counts_table(path: &str, counts: &[FacetCount], speech: &Speech) -> String {
    let names = CodeNames::at(path, speech);
    let labels: Vec<Option<String>> = counts.iter().map(|facet| names.of(&facet.value)).collect();
    let is_labelled = labels.iter().any(Option::is_some);
    let mut table = match is_labelled {
        true => table([path, "label", "events"]),
        false => table([path, "events"]),
    };
    for (facet, label) in counts.iter().zip(labels) {
        let value = match &facet.value {
            Value::String(text) => shown(text),
            other => other.to_json(),
        };
        let label = label.as_deref().map(shown).unwrap_or_default();
        let cells = [Some(value), is_labelled.then_some(label), Some(facet.count.to_string())];
        table.add_row(cells.into_iter().flatten());
    }
    table.to_string()
}

fn print_tables(facets: &[(&str, Vec<FacetCount>)], speech: &Speech) -> Outcome {
    let mut output = Output::new();
    for (path, counts) in facets {
        output.line(counts_table(path, counts, speech))?;
    }
    output.finish()
}
