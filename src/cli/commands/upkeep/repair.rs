//! `repair`: a damaged store opens again and serves what can be read.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{Output, print_json};
use crate::cli::print::report::segment_table;
use annals::store::{RepairReport, SeqRange, Store};
use clap::Args;

/// Ranges of lost sequences that are told one by one.
const LOST_TOLD_MAX: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct RepairArguments {
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &RepairArguments) -> Outcome {
    let dir = options.required_dir()?;
    let store = Store::builder();
    let report = match arguments.dry_run {
        true => store.repair_dry_run(dir)?,
        false => store.repair(dir)?,
    };
    match arguments.report.format() {
        ReportFormat::Json => print_json(&report)?,
        ReportFormat::Table => print_lines(&report)?,
    }
    match report.left.is_empty() {
        true => Ok(()),
        false => Err(Failure::Verification),
    }
}

fn print_lines(report: &RepairReport) -> Outcome {
    let mut output = Output::new();
    if report.findings.is_empty() {
        output.line("nothing to repair")?;
        return output.finish();
    }
    for finding in &report.findings {
        output.line(format!("damaged: {finding}"))?;
    }
    if report.dry_run {
        output.line("a repair would do this:")?;
    }
    if report.manifest_rebuilt {
        output.line("manifest: made again from the footers of the segments")?;
    }
    if report.rules_reset {
        output.line("store.toml: reset; everything is kept and shown for ever, look at it")?;
    }
    if report.aliases_reset {
        output
            .line("aliases.toml: gone; queries follow no names of persons, look at it in aside")?;
    }
    for (names, what) in
        [(&report.profiles_removed, "profiles"), (&report.switches_removed, "switches of capture")]
    {
        if !names.is_empty() {
            let names = names.join(", ");
            output.line(format!("store.toml: without these {what}: {names}"))?;
        }
    }
    if !report.added.is_empty() {
        output.line("segments written from what can be read:")?;
        output.line(segment_table(&report.added))?;
    }
    for path in &report.moved_aside {
        let expired = report.expired.contains(path);
        output.line(format!("moved aside: {path}{}", if expired { " (expired)" } else { "" }))?;
    }
    print_lost(&mut output, &report.lost)?;
    for finding in &report.left {
        output.line(format!("still damaged: {finding}"))?;
    }
    output.finish()
}

/// Damage in a column loses a row here and a row there, in hundreds of ranges.
fn print_lost(output: &mut Output, lost: &[SeqRange]) -> Outcome {
    if lost.is_empty() {
        return output.line("no event is lost");
    }
    for range in lost.iter().take(LOST_TOLD_MAX) {
        output.line(format!("lost: {range}"))?;
    }
    let more = lost.len().saturating_sub(LOST_TOLD_MAX);
    if more > 0 {
        let all = "--format json has them all";
        output.line(format!("lost: ... and {more} more ranges ({all})"))?;
    }
    // A range without an end is told above.
    let counts = lost.iter().map(|range| Some(range.last? - range.first + 1));
    match counts.sum::<Option<u64>>() {
        Some(count) => output.line(format!("events lost: {count}")),
        None => Ok(()),
    }
}
