//! Running the program on a store of its own.

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A store in a folder that goes away, and the program to work on it.
pub(crate) struct Annals {
    folder: TempDir,
}

impl Annals {
    pub(crate) fn new() -> Annals {
        Annals { folder: TempDir::new().expect("a folder for temporary files") }
    }

    /// A folder for other files of the test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Runs a command and gives what it did, whatever that was.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        Command::new(env!("CARGO_BIN_EXE_annals"))
            .args(arguments)
            .env("ANNALS_STORE", self.store())
            .output()
            .expect("the program can be started")
    }

    /// Runs a command that must succeed and gives what it printed.
    pub(crate) fn text<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", output.status);
        String::from_utf8(output.stdout).expect("the program prints text")
    }

    /// As [`Annals::text`], read as one JSON value.
    pub(crate) fn json<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let text = self.text(arguments);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// As [`Annals::text`], one JSON value a line.
    pub(crate) fn events<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Vec<Value> {
        let text = self.text(arguments);
        let event = |line| serde_json::from_str(line).expect("a line is JSON");
        text.lines().map(event).collect()
    }

    /// Imports a file and gives `[read, appended, duplicates, rejected]`.
    pub(crate) fn import(&self, options: &[&str], file: &Path) -> [u64; 4] {
        let arguments = ["import"].iter().chain(options).map(OsStr::new);
        summary(&self.json(arguments.chain([file.as_os_str()])))
    }

    pub(crate) fn count(&self, query: &str) -> usize {
        let text = self.text(["count", query]);
        text.trim().parse().expect("count prints one number")
    }

    /// The length of all files of the store.
    pub(crate) fn bytes(&self) -> u64 {
        bytes_of(&self.store())
    }
}

/// What an import says that it did: `[read, appended, duplicates, rejected]`.
pub(crate) fn summary(answer: &Value) -> [u64; 4] {
    let figure = |key| answer[key].as_u64().expect("a figure of the summary");
    ["read", "appended", "duplicates", "rejected"].map(figure)
}

fn bytes_of(folder: &Path) -> u64 {
    let items = fs::read_dir(folder).expect("a readable folder");
    let bytes = items.map(|item| {
        let item = item.expect("a readable folder");
        let metadata = item.metadata().expect("a file of the store");
        match metadata.is_dir() {
            true => bytes_of(&item.path()),
            false => metadata.len(),
        }
    });
    bytes.sum()
}
