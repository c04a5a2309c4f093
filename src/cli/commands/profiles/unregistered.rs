//! `registry --unregistered`: the codes of a store that no profile knows.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, StoreOptions};
use crate::cli::print::output::print_line;
use crate::cli::print::table::{shown, table};
use annals::Value;
use annals::profile::Registry;
use annals::query::Query;
use annals::store::OWN_CATEGORY;
use annals::store::Snapshot;

/// Codes that stand together in events, and in how many.
struct UnregisteredAction {
    data_source: Option<String>,
    category: String,
    activity: String,
    events: u64,
}

pub(super) fn run(options: &StoreOptions, registry: &Registry, format: ReportFormat) -> Outcome {
    let store = options.open_to_read()?;
    let mut actions = unregistered(&store.snapshot(), registry)?;
    actions.sort_by_key(|action| std::cmp::Reverse(action.events));
    match format {
        ReportFormat::Json => {
            print_line(Value::List(actions.iter().map(value).collect()).to_json())
        }
        ReportFormat::Table => print_line(lines(&actions)),
    }
}

/// Facets by source, in each by category, in each by activity: exact for codes that hold dots.
fn unregistered(snapshot: &Snapshot, registry: &Registry) -> Outcome<Vec<UnregisteredAction>> {
    let mut actions = Vec::new();
    let source_field = || Query::field("data_source");
    let sources = counts(snapshot, &Query::all(), "data_source")?;
    let mut scopes: Vec<(Option<String>, Query)> = vec![(None, !source_field().exists())];
    for (source, _) in sources {
        let scope = source_field().equals(source.as_str());
        scopes.push((Some(source), scope));
    }
    for (data_source, scope) in scopes {
        for (category, _) in counts(snapshot, &scope, "category")? {
            if category == OWN_CATEGORY {
                continue;
            }
            let scope = scope.clone().and(Query::field("category").equals(category.as_str()));
            for (activity, events) in counts(snapshot, &scope, "activity")? {
                let source = data_source.as_deref();
                if source
                    .is_none_or(|source| registry.meaning(source, &category, &activity).is_none())
                {
                    let (data_source, category) = (data_source.clone(), category.clone());
                    actions.push(UnregisteredAction { data_source, category, activity, events });
                }
            }
        }
    }
    Ok(actions)
}

/// The values of a field of codes in the events of a query, with their numbers of events.
fn counts(snapshot: &Snapshot, query: &Query, path: &str) -> Outcome<Vec<(String, u64)>> {
    let facets = snapshot.query(query).facets(&[path], None)?;
    let text = |facet: annals::query::FacetCount| match facet.value {
        Value::String(text) => Some((text, facet.count)),
        _ => None,
    };
    Ok(facets.into_iter().flatten().filter_map(text).collect())
}

fn value(action: &UnregisteredAction) -> Value {
    Value::object([
        ("data_source", Value::from(action.data_source.as_deref())),
        ("category", action.category.as_str().into()),
        ("activity", action.activity.as_str().into()),
        ("events", action.events.into()),
    ])
}

fn lines(actions: &[UnregisteredAction]) -> String {
    let mut table = table(["data_source", "category", "activity", "events"]);
    for action in actions {
        table.add_row([
            shown(action.data_source.as_deref().unwrap_or_default()),
            shown(&action.category),
            shown(&action.activity),
            action.events.to_string(),
        ]);
    }
    table.to_string()
}
