//! Changes to code, as a history of commits shows them: one event for each file.

use super::super::random::Xoshiro;
use super::words::{heading, push_sentences, word};
use std::fmt::Write;

/// Files of all repositories.
const FILES: usize = 30_000;
/// The most files of one change.
const CHANGED_MAX: usize = 40;
/// Directories at the top, each a category of its own.
const REPOSITORIES: usize = 24;
/// Hashes that texts refer to.
const REMEMBERED: usize = 64;

/// A change of which some files are still to come.
#[derive(Debug, Clone)]
pub(super) struct CodeChange {
    /// 40 hexadecimal digits; the events of the change have its beginning in their ids.
    pub(super) hash: String,
    pub(super) subject: String,
    /// Files that were written.
    pub(super) file: u64,
    pub(super) files: u64,
    /// Index of the directory at the top.
    repository: usize,
}

impl CodeChange {
    pub(super) fn begin(random: &mut Xoshiro) -> CodeChange {
        CodeChange {
            hash: random.hash(),
            subject: heading(random),
            file: 0,
            files: 1 + random.skewed(CHANGED_MAX) as u64,
            repository: random.skewed(REPOSITORIES),
        }
    }

    /// The directory at the top.
    pub(super) fn repository(&self) -> String {
        word(200 + self.repository)
    }

    /// A path below the directory at the top; frequent ones come again.
    pub(super) fn path(&self, random: &mut Xoshiro) -> String {
        let rank = random.skewed(FILES);
        let (folder, name) = (word(300 + rank % 211), word(600 + rank));
        let ending = ["rs", "md", "toml", "sql"][rank % 4];
        format!("{}/{folder}/{name}_{}.{ending}", self.repository(), word(rank % 97))
    }

    /// What was done to a file: activity and operation.
    pub(super) fn done(random: &mut Xoshiro) -> [&'static str; 2] {
        match random.below(100) {
            0..82 => ["file_modified", "update"],
            82..94 => ["file_added", "create"],
            _ => ["file_deleted", "delete"],
        }
    }
}

/// Hashes of the last changes, which texts and jobs refer to.
#[derive(Debug, Clone)]
pub(super) struct RecentHashes {
    hashes: Vec<String>,
    next: usize,
}

impl RecentHashes {
    pub(super) fn new(random: &mut Xoshiro) -> RecentHashes {
        RecentHashes { hashes: (0..REMEMBERED).map(|_| random.hash()).collect(), next: 0 }
    }

    /// Remembers a hash instead of the oldest one.
    pub(super) fn add(&mut self, hash: &str) {
        hash.clone_into(&mut self.hashes[self.next]);
        self.next = (self.next + 1) % self.hashes.len();
    }

    /// One of them, the last ones more often.
    pub(super) fn pick(&self, random: &mut Xoshiro) -> &str {
        let back = 1 + random.skewed(self.hashes.len());
        &self.hashes[(self.next + self.hashes.len() - back) % self.hashes.len()]
    }

    /// What a change says about itself: some sentences, of which one may name another change.
    pub(super) fn body(&self, random: &mut Xoshiro) -> String {
        let mut text = String::new();
        push_sentences(&mut text, random, 12);
        let written = match random.below(100) {
            0..15 => write!(text, "\\n\\nThis reverts commit {}.", self.pick(random)),
            15..35 => write!(text, " Follow-up of {}.", &self.pick(random)[..8]),
            _ => Ok(()),
        };
        written.expect("a String takes any text");
        text
    }
}
