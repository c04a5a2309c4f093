//! Findings and lost sequences as JSON.

use super::json::{Object, list, quoted};
use annals::store::{Finding, FindingKind, Part, SeqRange};

/// A list of findings.
pub(crate) fn findings_json(findings: &[Finding]) -> String {
    list(findings.iter().map(finding))
}

/// A list of runs of sequences.
pub(crate) fn ranges_json(ranges: &[SeqRange]) -> String {
    list(ranges.iter().map(range))
}

fn finding(finding: &Finding) -> String {
    let bytes = finding.bytes.as_ref();
    let lost = finding.lost.as_ref().map_or_else(|| "null".to_owned(), range);
    Object::new()
        .text("file", &finding.file)
        .text("kind", kind(finding.kind))
        .text("part", part(finding.part))
        .number_or_null("from", bytes.map(|bytes| bytes.start))
        .number_or_null("upto", bytes.map(|bytes| bytes.end))
        .raw("lost", lost)
        .raw("message", quoted(&finding.message))
        .finish()
}

fn range(range: &SeqRange) -> String {
    Object::new().raw("first", range.first).number_or_null("last", range.last).finish()
}

fn kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Missing => "missing",
        FindingKind::Damaged => "damaged",
        FindingKind::Foreign => "foreign",
        FindingKind::Unsupported => "unsupported",
        FindingKind::Invalid => "invalid",
        _ => "unreadable",
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Header => "header",
        Part::Footer => "footer",
        Part::Blocks => "blocks",
        Part::Words => "words",
        Part::Rows => "rows",
        Part::Frames => "frames",
        Part::Edits => "edits",
        Part::Rules => "rules",
        _ => "file",
    }
}
