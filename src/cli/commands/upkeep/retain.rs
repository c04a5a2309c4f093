//! `retain`: drop what is past its time; show and set how long events are kept.

use crate::cli::failure::{Failure, Outcome, tell};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{Output, print_json};
use crate::cli::print::report::print_change;
use crate::cli::print::table::table;
use annals::event::Timestamp;
use annals::store::{ClassChange, Retention, Rule, Store};
use clap::Args;
use std::fmt::Display;

/// An instant that is ahead of the clock by more than this is told.
const AHEAD_MICROS_MAX: i64 = 3_600_000_000;

#[derive(Debug, Args)]
pub(crate) struct RetainArguments {
    /// The instant that counts as now, for clocks that jumped; what is past its time by then goes
    /// for good, so try it with --dry-run first
    #[arg(long, value_name = "T")]
    now: Option<String>,
    /// Say what would be dropped and what would be hidden, also by other rules (--set, --rule), and
    /// change nothing
    #[arg(long)]
    dry_run: bool,
    /// Show the rules, and drop nothing
    #[arg(
        long,
        conflicts_with_all = ["now", "dry_run", "set", "rule", "remove_rule"]
    )]
    show: bool,
    #[command(flatten)]
    changes: ChangeArguments,
    #[command(flatten)]
    report: ReportOptions,
}

/// Changes of the rules, which drop nothing themselves.
#[derive(Debug, Args)]
struct ChangeArguments {
    /// Set how long a class is kept and shown, such as default:kept=90d,visible=30d (s m h d w mo
    /// y, forever; visible also nothing); drops nothing, and a running writer takes it in at once
    #[arg(long, visible_alias = "class", value_name = "CLASS:RULES")]
    set: Vec<String>,
    /// Give the events of a tenant, source, category or activity a class, such as tenant=biz:short
    /// or tenant=biz,source=calendar,category=access:short; in the place of the rule for the same
    #[arg(long, value_name = "CRITERIA:CLASS")]
    rule: Vec<String>,
    /// Take out the rule for exactly these, such as tenant=biz,category=access
    #[arg(long, value_name = "CRITERIA")]
    remove_rule: Vec<String>,
}

/// What the rules are to become.
struct Changes {
    classes: Vec<ClassChange>,
    removed: Vec<Rule>,
    rules: Vec<Rule>,
}

pub(crate) fn run(options: &StoreOptions, arguments: &RetainArguments) -> Outcome {
    let format = arguments.report.format();
    if arguments.show {
        return print_rules(&options.open_to_read()?.retention(), format);
    }
    let now = arguments.now.as_deref().map(read_now).transpose()?;
    let changes = arguments.changes.read()?;
    match (changes, arguments.dry_run) {
        (None, false) => sweep(options, now, format),
        (changes, true) => try_out(options, now, changes, format),
        (Some(_), false) if now.is_some() => {
            Err(Failure::usage("--now", "goes with a sweep or --dry-run; rules count at any time"))
        }
        (Some(changes), false) => {
            let change = |rules| changes.applied(rules);
            let rules = Store::builder().change_retention(options.required_dir()?, change)?;
            print_rules(&rules, format)
        }
    }
}

fn sweep(options: &StoreOptions, now: Option<Timestamp>, format: ReportFormat) -> Outcome {
    if let Some(now) = now.filter(|now| now.0.saturating_sub(AHEAD_MICROS_MAX) > Timestamp::now().0)
    {
        tell(format_args!(
            "note: {now} is ahead of the clock; what is past its time by then is gone"
        ));
    }
    let store = options.open_to_write(false)?;
    let change = store.retain(now);
    let closed = store.close();
    print_change(&change?, format, false)?;
    Ok(closed?)
}

/// Says what a sweep would do; takes no lock.
fn try_out(
    options: &StoreOptions,
    now: Option<Timestamp>,
    changes: Option<Changes>,
    format: ReportFormat,
) -> Outcome {
    let store = options.open_to_read()?;
    let rules = changes.map(|changes| changes.applied(store.retention())).transpose()?;
    print_change(&store.retain_dry_run(now, rules)?, format, true)
}

/// An instant, or a day as its first instant in UTC.
fn read_now(text: &str) -> Outcome<Timestamp> {
    let day = || format!("{text}T00:00:00Z").parse();
    let wrong = |_| Failure::usage("--now", format!("`{text}` is neither an instant nor a day"));
    text.parse().or_else(|_| day()).map_err(wrong)
}

impl ChangeArguments {
    /// `None` if there are none.
    fn read(&self) -> Outcome<Option<Changes>> {
        let changes = Changes {
            classes: read_all("--set", &self.set, str::parse)?,
            removed: read_all("--remove-rule", &self.remove_rule, Rule::matching)?,
            rules: read_all("--rule", &self.rule, str::parse)?,
        };
        let count = changes.classes.len() + changes.removed.len() + changes.rules.len();
        Ok((count > 0).then_some(changes))
    }
}

fn read_all<T, E: Display>(
    option: &str,
    texts: &[String],
    read: impl Fn(&str) -> Result<T, E>,
) -> Outcome<Vec<T>> {
    let read = |text: &String| {
        read(text).map_err(|error| Failure::usage(format!("{option} {text}"), error))
    };
    texts.iter().map(read).collect()
}

impl Changes {
    /// The rules after the changes: classes first, so that a rule may give one that is new.
    fn applied(&self, mut rules: Retention) -> annals::Result<Retention> {
        self.classes.iter().for_each(|change| rules.change_class(change));
        self.removed.iter().try_for_each(|rule| rules.remove_rule(rule))?;
        self.rules.iter().try_for_each(|rule| rules.put_rule(rule.clone()))?;
        Ok(rules)
    }
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
        let mut rules = table(["class", "tenant", "data source", "category", "activity"]);
        for rule in &retention.rules {
            let any = |text: &Option<String>| text.clone().unwrap_or_else(|| "any".to_owned());
            let criteria = [&rule.tenant, &rule.data_source, &rule.category, &rule.activity];
            rules.add_row([rule.class.clone()].into_iter().chain(criteria.map(any)));
        }
        output.line(rules.to_string())?;
    }
    output.finish()
}
