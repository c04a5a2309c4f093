//! `history`: all that was done to one thing, and what is known of it in the end.

use crate::cli::failure::{Failure, Outcome, tell};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::layout::RawOption;
use crate::cli::print::output::{Output, print_line};
use crate::cli::print::table::{shown, table};
use crate::cli::print::zoned;
use annals::event::StoredEvent;
use annals::interface::{history_value, read_at};
use annals::json::Value;
use annals::query::{FieldState, History};
use chrono_tz::Tz;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    /// The id of the thing, as targets of events have it
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    target: String,
    /// Only a target of this type, where things of several types have the id
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only events of this tenant
    #[arg(long, value_name = "T")]
    tenant: Option<String>,
    /// The state at this instant, or at the end of this day; without it, after the last event
    #[arg(long, value_name = "T")]
    at: Option<String>,
    /// Also events that are past their visible time, but not past their kept time
    #[arg(long)]
    include_hidden: bool,
    /// The time zone of days, and of times in tables, an IANA name
    #[arg(long = "tz", value_name = "ZONE", default_value = "UTC")]
    zone: Tz,
    #[command(flatten)]
    report: ReportOptions,
    #[command(flatten)]
    raw: RawOption,
}

pub(crate) fn run(options: &StoreOptions, arguments: &HistoryArguments) -> Outcome {
    let at = arguments.at.as_deref().map(|text| read_at(text, arguments.zone)).transpose();
    let at = at.map_err(|error| Failure::usage("--at", error))?;
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let mut asked = snapshot.history(&arguments.target);
    if let Some(kind) = &arguments.kind {
        asked = asked.kind(kind);
    }
    if let Some(tenant) = &arguments.tenant {
        asked = asked.tenant(tenant);
    }
    if let Some(at) = at {
        asked = asked.at(at);
    }
    if arguments.include_hidden {
        asked = asked.include_hidden();
    }
    let history = asked.read()?;
    if history.events.is_empty() {
        tell(format_args!("note: no event has a target with the id `{}`", arguments.target));
    }
    match arguments.report.format() {
        ReportFormat::Json => print_line(history_value(&history, arguments.raw.raw()).to_json()),
        ReportFormat::Table => print_tables(&history, arguments.zone),
    }
}

fn print_tables(history: &History, zone: Tz) -> Outcome {
    let time = format!("time ({})", zone.name());
    let mut events = table(["seq", time.as_str(), "who", "action", "changes"]);
    for event in &history.events {
        events.add_row(row(event, zone));
    }
    let mut output = Output::new();
    output.line(events.to_string())?;
    output.line("")?;
    if let Some(deleted) = &history.deleted {
        output.line(format!("deleted by event {}", deleted.seq))?;
        return output.finish();
    }
    let mut state = table(["field", "value", "since", "by event"]);
    for (field, FieldState { value, set_by, changed_by, .. }) in &history.state {
        let mut value = text_of(value);
        if let Some(later) = changed_by {
            value.push_str(&format!(" (until event {}, then not known)", later.seq));
        }
        let since = zoned::short(set_by.occurred_at, zone);
        state.add_row([shown(field), shown(&value), since, set_by.seq.to_string()]);
    }
    match history.state.is_empty() {
        true => output.line("no value of it is known")?,
        false => output.line(state.to_string())?,
    }
    output.finish()
}

fn row(stored: &StoredEvent, zone: Tz) -> [String; 5] {
    let event = stored.event.to_value();
    let text = |object: &Value, keys: &[&str]| {
        let texts = keys.iter().filter_map(|key| object.get(key)?.as_str());
        texts.map(shown).next().unwrap_or_default()
    };
    let who = event.get("actor").map(|who| text(who, &["display_name", "email", "id", "type"]));
    let action = format!("{}.{}", text(&event, &["category"]), text(&event, &["activity"]));
    let changes = event.get("changes").and_then(Value::as_list).unwrap_or_default();
    let change = |change: &Value| {
        let before = side(change, "before", "before_state");
        let after = side(change, "after", "after_state");
        format!("{}: {before} -> {after}", text(change, &["field"]))
    };
    let changes: Vec<String> = changes.iter().map(change).collect();
    let time = zoned::short(stored.event.occurred_at(), zone);
    [stored.seq.to_string(), time, who.unwrap_or_default(), action, shown(&changes.join("; "))]
}

/// One side of a change: its value, or why there is none.
fn side(change: &Value, key: &str, state: &str) -> String {
    match (change.get(state).and_then(Value::as_str), change.get(key)) {
        (Some("derived"), Some(value)) => format!("{} (derived)", text_of(value)),
        (Some(state @ ("absent" | "unknown" | "redacted" | "derived")), _) => format!("({state})"),
        (_, Some(value)) => text_of(value),
        (_, None) => "(unknown)".to_owned(),
    }
}

/// A text as it is, anything else as JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_json(),
    }
}
