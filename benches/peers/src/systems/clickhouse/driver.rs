//! The process of Python that runs statements.

use crate::Outcome;
use crate::systems::processor::cpu_seconds_of;
use serde_json::json;
use std::ffi::OsString;
use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const PROGRAM: &str = include_str!("driver.py");

/// A running process with an open database; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// Whether there is a Python with `chdb`.
pub(crate) fn is_installed() -> bool {
    let mut command = Command::new(python());
    command.args(["-c", "import chdb"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// `ANNALS_PYTHON`, else the one of the path.
fn python() -> OsString {
    std::env::var_os("ANNALS_PYTHON").unwrap_or_else(|| "python3".into())
}

impl Driver {
    /// Opens the database in `folder`, or an empty one.
    pub(super) fn open(folder: &Path) -> Outcome<Driver> {
        std::fs::create_dir_all(folder)?;
        let mut command = Command::new(python());
        command.args(["-c", PROGRAM]).arg(folder);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().ok_or("Python has no output")?);
        Ok(Driver { process, input, output })
    }

    /// Runs a statement; its answer in `format`.
    pub(super) fn run(&mut self, sql: &str, format: &str) -> Outcome<Vec<u8>> {
        let mut line = json!({"sql": sql, "format": format}).to_string();
        line.push('\n');
        let input = self.input.as_mut().ok_or("the input is open until the end")?;
        input.write_all(line.as_bytes())?;
        input.flush()?;
        let mut state = [0];
        self.output.read_exact(&mut state)?;
        let mut len = [0; 8];
        self.output.read_exact(&mut len)?;
        let mut answer = vec![0; usize::try_from(u64::from_le_bytes(len))?];
        self.output.read_exact(&mut answer)?;
        match state {
            [0] => Ok(answer),
            _ => Err(format!("{sql:.200}: {}", String::from_utf8_lossy(&answer)).into()),
        }
    }

    /// Runs a statement without an answer.
    pub(super) fn execute(&mut self, sql: &str) -> Outcome {
        self.run(sql, "Null").map(drop)
    }

    /// Runs a statement whose answer is a number.
    pub(super) fn number(&mut self, sql: &str) -> Outcome<u64> {
        Ok(String::from_utf8(self.run(sql, "TabSeparatedRaw")?)?.trim().parse()?)
    }

    /// Processor time of the process so far.
    pub(super) fn cpu_seconds(&self) -> Outcome<f64> {
        cpu_seconds_of(self.process.id())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It ends with its input.
        self.input = None;
        if let Err(error) = self.process.wait() {
            eprintln!("Python did not end: {error}");
        }
    }
}
