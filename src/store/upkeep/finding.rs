//! What a verification finds wrong, one thing at a time, and what became of the rest.

use crate::Error;
use crate::error::Reading;
use crate::store::folder::paths::within;
use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::Range;
use std::path::Path;

/// A run of sequences, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeqRange {
    /// The first one.
    pub first: u64,
    /// The last one; `None`: nothing tells how far it goes.
    pub last: Option<u64>,
}

impl SeqRange {
    pub(crate) fn new(first: u64, last: u64) -> SeqRange {
        SeqRange { first, last: Some(last) }
    }

    /// Whether a sequence is in it.
    pub fn contains(&self, seq: u64) -> bool {
        self.first <= seq && self.last.is_none_or(|last| seq <= last)
    }
}

impl fmt::Display for SeqRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            Some(last) if last == self.first => write!(formatter, "event {last}"),
            Some(last) => write!(formatter, "events {} to {last}", self.first),
            None => write!(formatter, "the events from {} on", self.first),
        }
    }
}

/// What is wrong with a file or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// It is not there.
    Missing,
    /// Its bytes are not what was written.
    Damaged,
    /// It is sound, but not the file that belongs here.
    Foreign,
    /// A later version wrote it.
    Unsupported,
    /// People wrote it, and it says nothing that can be followed.
    Invalid,
    /// The operating system does not give it out.
    Unreadable,
}

/// The part of a file that is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// The whole file.
    File,
    /// The first bytes, which say what the file is.
    Header,
    /// The end of a segment, with its checksums and its table of contents.
    Footer,
    /// One or several blocks of 16 KiB of a segment; the message names the sections in them.
    Blocks,
    /// The index of words of a segment.
    Words,
    /// Rows of a segment whose bytes are as they were written and make no sense.
    Rows,
    /// Frames and commits of a log.
    Frames,
    /// Edits of the manifest.
    Edits,
    /// The settings: `store.toml`, a profile that it names, or `captured.toml`.
    Rules,
    /// The names of persons.
    Aliases,
}

/// One thing that is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Path of the file within the store, with `/` between folders.
    pub file: String,
    /// What is wrong.
    pub kind: FindingKind,
    /// Where in the file.
    pub part: Part,
    /// The bytes that are wrong, as far as that can be told; serialised as `from` and `upto`.
    #[serde(flatten, serialize_with = "bounds")]
    pub bytes: Option<Range<u64>>,
    /// The sequences among which events cannot be read because of it. `None`: nothing is lost,
    /// what is wrong can be made again from the rest.
    pub lost: Option<SeqRange>,
    /// All of that for people: one line with file and offset.
    pub message: String,
}

/// The bounds of a range as two members, both null without one.
fn bounds<S: Serializer>(bytes: &Option<Range<u64>>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Bounds {
        from: Option<u64>,
        upto: Option<u64>,
    }
    let bytes = bytes.as_ref();
    let (from, upto) = (bytes.map(|bytes| bytes.start), bytes.map(|bytes| bytes.end));
    Bounds { from, upto }.serialize(serializer)
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.lost {
            Some(lost) => write!(formatter, "; {lost} cannot be read"),
            None => Ok(()),
        }
    }
}

impl Finding {
    /// A finding from the error that reading a file of the store at `root` gave.
    pub(crate) fn of(root: &Path, path: &Path, part: Part, error: &Error) -> Finding {
        let (kind, bytes) = match error {
            Error::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                (FindingKind::Missing, None)
            }
            Error::Corrupt { reading: Reading::Listing(_), .. } => (FindingKind::Foreign, None),
            Error::Corrupt { offset, .. } => (FindingKind::Damaged, Some(*offset..*offset + 1)),
            Error::Unsupported { .. } => (FindingKind::Unsupported, None),
            Error::Invalid { .. } => (FindingKind::Invalid, None),
            _ => (FindingKind::Unreadable, None),
        };
        let message = error.to_string();
        Finding { file: within(root, path), kind, part, bytes, lost: None, message }
    }

    /// Bytes of a file that are not what was written.
    pub(crate) fn bytes(root: &Path, path: &Path, part: Part, bytes: Range<u64>) -> Finding {
        let Range { start, end } = bytes;
        let message = format!("{}: bytes {start} to {end} are damaged", path.display());
        let kind = FindingKind::Damaged;
        Finding { file: within(root, path), kind, part, bytes: Some(bytes), lost: None, message }
    }

    /// The same, with the events that cannot be read because of it.
    pub(crate) fn losing(self, lost: Option<SeqRange>) -> Finding {
        Finding { lost, ..self }
    }

    /// The same, with more in its message.
    pub(crate) fn noting(self, note: impl fmt::Display) -> Finding {
        Finding { message: format!("{} ({note})", self.message), ..self }
    }
}

/// What a verification read, and what it found.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Events read and found sound.
    pub events: u64,
    /// Blocks of segments whose checksum was compared.
    pub blocks: u64,
    /// Frames of logs that were read.
    pub frames: u64,
    /// The findings in one line each.
    pub problems: Vec<String>,
    /// What is wrong; empty: everything is as it was written.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    pub(crate) fn add(&mut self, finding: Finding) {
        self.problems.push(finding.to_string());
        self.findings.push(finding);
    }

    /// Forgets the findings that `is_one` does not hold for.
    pub(crate) fn retain(&mut self, is_one: impl Fn(&Finding) -> bool) {
        let findings = std::mem::take(&mut self.findings);
        self.problems.clear();
        findings.into_iter().filter(is_one).for_each(|finding| self.add(finding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_serialised_with_the_bounds_of_its_bytes() {
        let (root, path) = (Path::new("s"), Path::new("s/log/1"));
        let finding = Finding::bytes(root, path, Part::Frames, 5..9);
        assert_eq!(
            serde_json::to_string(&finding.losing(Some(SeqRange::new(1, 2)))).unwrap(),
            "{\"file\":\"log/1\",\"kind\":\"damaged\",\"part\":\"frames\",\"from\":5,\"upto\":9,\
             \"lost\":{\"first\":1,\"last\":2},\"message\":\"s/log/1: bytes 5 to 9 are damaged\"}"
        );
    }
}
