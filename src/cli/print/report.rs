//! What a seal, a compaction or a sweep did, and the segments it touched.

use super::output::{Output, print_json};
use super::table::{bytes, table};
use super::zoned;
use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use annals::store::{ChangeReport, LeftBehind, SegmentSummary, Store};
use chrono_tz::UTC;
use serde::Serialize;

/// What a change did, as the line that is printed.
#[derive(Serialize)]
struct ChangeLine<'a> {
    dry_run: bool,
    #[serde(flatten)]
    change: &'a ChangeReport,
}

/// Segments as a table.
pub(crate) fn segment_table(segments: &[SegmentSummary]) -> String {
    let mut table = table(["id", "class", "events", "size", "oldest (UTC)", "newest (UTC)", "seq"]);
    for segment in segments {
        table.add_row([
            segment.id.clone(),
            segment.class.clone(),
            segment.events.to_string(),
            bytes(segment.bytes),
            zoned::short(segment.oldest, UTC),
            zoned::short(segment.newest, UTC),
            format!("{}..{}", segment.first_seq, segment.last_seq),
        ]);
    }
    table.to_string()
}

/// Changes the segments of a store and prints what became of them.
pub(crate) fn change_store(
    options: &StoreOptions,
    report: &ReportOptions,
    change: impl FnOnce(&Store) -> annals::Result<ChangeReport>,
) -> Outcome {
    let store = options.open_to_write(false)?;
    let change = change(&store);
    let closed = store.close();
    print_change(&change?, report.format(), false)?;
    Ok(closed?)
}

/// Prints what a change did; `dry_run` says that it only would have.
pub(crate) fn print_change(change: &ChangeReport, format: ReportFormat, dry_run: bool) -> Outcome {
    if format == ReportFormat::Json {
        return print_json(&ChangeLine { dry_run, change });
    }
    let mut output = Output::new();
    let would = if dry_run { "would be " } else { "" };
    for (what, segments) in [("added", &change.added), ("removed", &change.removed)] {
        if !segments.is_empty() {
            output.line(format!("{would}{what}:"))?;
            output.line(segment_table(segments))?;
        }
    }
    if change.added.is_empty() && change.removed.is_empty() && change.events_removed == 0 {
        output.line("nothing to do")?;
    } else {
        let (direction, size) = match change.bytes_freed {
            freed if freed < 0 => ("taken", freed.unsigned_abs()),
            freed => ("given back", freed.unsigned_abs()),
        };
        let (added, removed) = (change.added.len(), change.removed.len());
        output.line(format!("segments: {added} {would}added, {removed} {would}removed"))?;
        output.line(format!("events: {} {would}dropped", change.events_removed))?;
        output.line(format!("disk: {} {would}{direction}", bytes(size)))?;
    }
    for line in change.left.iter().flat_map(left_lines) {
        output.line(format!("left: {line}"))?;
    }
    output.finish()
}

/// What a sweep left, and why; nothing that is not there.
fn left_lines(left: &LeftBehind) -> Vec<String> {
    let lines = [
        (left.events_in_slack, "events past their time, in segments with younger ones"),
        (left.events_unsealed, "events past their time in the log: the disk is full"),
        (left.events_hidden, "events hidden from readers, not past their kept time"),
        (left.files_held, "files that snapshots of this process hold"),
        (left.segments_unreadable, "segments that cannot be read; see annals verify"),
        (left.files_aside, "files in the folder aside, which no rule reaches"),
    ];
    let is_there = lines.into_iter().filter(|(count, _)| *count > 0);
    is_there.map(|(count, what)| format!("{count} {what}")).collect()
}
