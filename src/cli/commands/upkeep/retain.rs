//! `retain`: drop what is past its time; show and set how long events are kept.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{Output, print_json};
use crate::cli::print::report::print_change;
use crate::cli::print::table::table;
use annals::event::Timestamp;
use annals::store::{Class, Keep, Retention};
use clap::Args;

const SECOND_MICROS: i64 = 1_000_000;
/// Units of a duration, the longest first.
const UNITS: [(&str, i64); 5] = [
    ("w", 7 * 86_400 * SECOND_MICROS),
    ("d", 86_400 * SECOND_MICROS),
    ("h", 3_600 * SECOND_MICROS),
    ("m", 60 * SECOND_MICROS),
    ("s", SECOND_MICROS),
];

#[derive(Debug, Args)]
pub(crate) struct RetainArguments {
    /// The instant that counts as now, for clocks that jumped
    #[arg(long, value_name = "T")]
    now: Option<String>,
    /// Say what would be dropped, and drop nothing
    #[arg(long)]
    dry_run: bool,
    /// Show the rules, and drop nothing
    #[arg(long, conflicts_with_all = ["now", "dry_run", "set"])]
    show: bool,
    /// Set how long a class is kept, such as default:kept=90d,visible=30d (s m h d w, forever);
    /// drops nothing
    #[arg(long, value_name = "CLASS:RULES", conflicts_with_all = ["now", "dry_run"])]
    set: Vec<String>,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &RetainArguments) -> Outcome {
    let format = arguments.report.format();
    if arguments.show {
        return print_rules(&options.open_to_read()?.retention(), format);
    }
    if !arguments.set.is_empty() {
        return set(options, &arguments.set, format);
    }
    let now = arguments.now.as_deref().map(read_now).transpose()?;
    let store = options.open_to_write(false)?;
    let change = match arguments.dry_run {
        true => store.retain_dry_run(now),
        false => store.retain(now),
    };
    let closed = store.close();
    print_change(&change?, format, arguments.dry_run)?;
    Ok(closed?)
}

/// An instant, or a day as its first instant in UTC.
fn read_now(text: &str) -> Outcome<Timestamp> {
    let day = || format!("{text}T00:00:00Z").parse();
    let wrong = |_| Failure::usage("--now", format!("`{text}` is neither an instant nor a day"));
    text.parse().or_else(|_| day()).map_err(wrong)
}

fn set(options: &StoreOptions, settings: &[String], format: ReportFormat) -> Outcome {
    let store = options.open_to_write(false)?;
    let mut retention = store.retention();
    let outcome = settings
        .iter()
        .try_for_each(|setting| apply(&mut retention, setting))
        .and_then(|()| Ok(store.set_retention(retention)?));
    let rules = store.retention();
    let closed = store.close();
    outcome?;
    closed?;
    print_rules(&rules, format)
}

/// Changes one class as `CLASS:kept=90d,visible=30d` says; what is not named stays.
fn apply(retention: &mut Retention, setting: &str) -> Outcome {
    let wrong = |problem: String| Failure::usage(format!("--set {setting}"), problem);
    let (name, rules) = setting
        .split_once(':')
        .ok_or_else(|| wrong("expected CLASS:kept=90d,visible=30d".to_owned()))?;
    let place = match retention.classes.iter().position(|class| class.name == name) {
        Some(place) => place,
        None => {
            retention.classes.push(Class {
                name: name.to_owned(),
                kept_for: Keep::Forever,
                visible_for: Keep::Forever,
            });
            retention.classes.len() - 1
        }
    };
    let class = &mut retention.classes[place];
    for rule in rules.split(',') {
        let (key, value) =
            rule.split_once('=').ok_or_else(|| wrong(format!("`{rule}` is not KEY=DURATION")))?;
        let keep = read_keep(value)
            .ok_or_else(|| wrong(format!("`{value}` is no duration such as 90d, nor forever")))?;
        match key {
            "kept" => class.kept_for = keep,
            "visible" => class.visible_for = keep,
            _ => return Err(wrong(format!("`{key}` is neither kept nor visible"))),
        }
    }
    Ok(())
}

fn read_keep(text: &str) -> Option<Keep> {
    if text == "forever" {
        return Some(Keep::Forever);
    }
    let (unit, micros) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let count = text.strip_suffix(unit)?;
    if !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: i64 = count.parse().ok()?;
    Some(Keep::Micros(count.checked_mul(*micros)?))
}

fn print_rules(retention: &Retention, format: ReportFormat) -> Outcome {
    if format == ReportFormat::Json {
        return print_json(retention);
    }
    let mut classes = table(["class", "kept for", "visible for"]);
    for class in &retention.classes {
        let (kept, visible) = (class.kept_for.to_string(), class.visible_for.to_string());
        classes.add_row([class.name.clone(), kept, visible]);
    }
    let mut output = Output::new();
    output.line(classes.to_string())?;
    if !retention.rules.is_empty() {
        let mut rules = table(["class", "tenant", "data source", "category"]);
        for rule in &retention.rules {
            let any = |text: &Option<String>| text.clone().unwrap_or_else(|| "any".to_owned());
            let (tenant, source) = (any(&rule.tenant), any(&rule.data_source));
            rules.add_row([rule.class.clone(), tenant, source, any(&rule.category)]);
        }
        output.line(rules.to_string())?;
    }
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_printed_alike() {
        for text in ["90d", "1h", "15m", "3s", "forever", "0d"] {
            assert_eq!(read_keep(text).unwrap().to_string(), text);
        }
        assert_eq!(read_keep("2w").unwrap().to_string(), "14d");
        for text in ["", "d", "90", "-1d", "+1d", "1.5d", "90x", "99999999999999999w"] {
            assert!(read_keep(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_setting_changes_only_what_it_names() {
        let mut retention = Retention {
            classes: vec![Class {
                name: "default".to_owned(),
                kept_for: Keep::Forever,
                visible_for: Keep::Micros(5),
            }],
            rules: Vec::new(),
        };
        apply(&mut retention, "default:kept=1d").unwrap();
        apply(&mut retention, "short:kept=2d,visible=1d").unwrap();
        let day = 86_400 * SECOND_MICROS;
        assert_eq!(retention.classes[0].kept_for, Keep::Micros(day));
        assert_eq!(retention.classes[0].visible_for, Keep::Micros(5));
        assert_eq!(retention.classes[1].kept_for, Keep::Micros(2 * day));
        for wrong in ["default", "default:kept", "default:seen=1d", "default:kept=soon"] {
            assert!(apply(&mut retention, wrong).is_err(), "{wrong}");
        }
    }
}
