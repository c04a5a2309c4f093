//! A folder of its own for each test, and the program run in it.

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Three events: two tenants, three days, one text that a spreadsheet would run.
pub(crate) const EVENTS: &str = r#"{"id":"e-1","tenant":"acme","occurred_at":"2026-05-04T22:30:00Z","category":"teams","activity":"created","actor":{"id":"u-1","email":"ada@acme.example","display_name":"Ada Müller"},"details":{"note":"first","formula":"=1+1"}}
{"id":"e-2","tenant":"acme","occurred_at":"2026-05-05T08:00:00Z","category":"teams","activity":"deleted","actor":{"id":"u-2"},"targets":[{"type":"team","id":"t-1","name":"Vertrieb"},{"type":"team","id":"t-2","name":"Support"}]}
{"id":"e-3","tenant":"nord","occurred_at":"2026-05-06T00:00:00Z","category":"login","activity":"failed","outcome":"failure","actor":{"id":"u-1"},"raw":{"kept":true}}
"#;

/// A folder in which the program runs.
pub(crate) struct Desk {
    pub(crate) dir: TempDir,
}

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    /// An empty folder.
    pub(crate) fn new() -> Desk {
        Desk { dir: tempfile::tempdir().unwrap() }
    }

    /// A folder whose store `s` holds [`EVENTS`].
    pub(crate) fn with_events() -> Desk {
        let desk = Desk::new();
        desk.write("events.ndjson", EVENTS);
        desk.ok("import --store s events.ndjson");
        desk
    }

    /// A folder whose store `s` holds `count` made-up events.
    pub(crate) fn with_made_up_events(count: usize) -> Desk {
        let desk = Desk::new();
        let events = desk.ok(&format!("generate --seed 5 --events {count}"));
        desk.write("made.ndjson", &events);
        desk.ok("import --store s made.ndjson");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs the program with arguments that hold no spaces.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        self.run_with(&arguments, b"")
    }

    /// Runs the program with these arguments and this stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Ran {
        let output = cargo_bin_cmd!("annals")
            .args(arguments)
            .current_dir(self.dir.path())
            .env_remove("ANNALS_STORE")
            .env("TMPDIR", self.dir.path())
            .write_stdin(stdin)
            .output()
            .unwrap();
        Ran {
            code: output.status.code().expect("the program is not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts an import into the store `s` that reads its stdin.
    pub(crate) fn importing(&self) -> Child {
        Command::new(cargo_bin("annals"))
            .args(["import", "--store", "s", "-"])
            .current_dir(self.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// The stdout of a run that must succeed.
    pub(crate) fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        ran.out
    }

    /// The JSON on the stdout of a run that must succeed.
    pub(crate) fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.ok(line)).unwrap()
    }

    /// The ids of the events on the stdout of a run that must succeed.
    pub(crate) fn ids(&self, line: &str) -> Vec<String> {
        ids(&self.ok(line))
    }
}

/// The ids of NDJSON events.
pub(crate) fn ids(ndjson: &str) -> Vec<String> {
    ndjson
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}
