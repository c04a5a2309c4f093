//! Instructions of a part of a report, which do not depend on what else the machine does.

use crate::{Outcome, setting};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

/// Events that are counted without `ANNALS_INSTRUCTION_EVENTS`.
const EVENTS_DEFAULT: u64 = 20_000;

/// How many events are counted; 0: none.
pub(crate) fn events() -> Outcome<u64> {
    setting("ANNALS_INSTRUCTION_EVENTS", EVENTS_DEFAULT)
}

/// Runs a part of this bench under callgrind; `None`, loudly, where there is no valgrind.
pub(crate) fn of_part(part: &str, source: &Path, target: &Path) -> Outcome<Option<u64>> {
    let log = target.with_extension("callgrind");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(format!("--log-file={}", log.display()));
    command.arg(std::env::current_exe()?).arg(part).args([source, target]);
    let output = match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("SKIPPED: instructions need valgrind");
            return Ok(None);
        }
        output => output?,
    };
    let text = fs::read_to_string(&log)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{part} under callgrind: {said}{text}").into());
    }
    fs::remove_file(log)?;
    let collected = text.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.ok_or("callgrind gave no figure")?;
    Ok(Some(count.trim().parse()?))
}
