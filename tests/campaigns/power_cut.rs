//! The campaign of power cuts: gate 2 of the faults, on real file systems. A process appends,
//! seals, merges and sweeps; its file system is cut off without flushing, and mounted again.

use crate::churn::{Churn, churn_options};
use crate::kill::{number_from, random_delay};
use crate::look::Look;
use crate::mount::{Kind, Mounted};
use crate::numbered::is_kept;
use crate::random::Random;
use annals::store::VerifyReport;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Cuts of an ordinary test run, on each file system.
const CUTS_DEFAULT: u64 = 3;
/// Cuts of one store, so that what was recovered is written to, sealed and cut off again.
const CUTS_PER_STORE: u64 = 10;
/// Cuts of one file system, which is then made anew.
const CUTS_PER_IMAGE: u64 = 100;
const DELAY_MAX: Duration = Duration::from_millis(300);

/// What a campaign counts.
#[derive(Debug, Default)]
struct Figures {
    promised: u64,
    changes: u64,
    /// Kept events that were acknowledged and are not there under their `seq`.
    lost: u64,
    violations: Vec<String>,
}

/// The process that cuts file systems off.
struct Cutter(Child);

impl Cutter {
    fn start() -> Cutter {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaigns/power_cut.py");
        let mut command = Command::new("python3");
        let command = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        Cutter(command.spawn().expect("python3 is there"))
    }

    fn cut(&mut self, mounted: &Path) {
        let stdin = self.0.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{}", mounted.display()).expect("it listens");
        let mut answer = String::new();
        let stdout = self.0.stdout.as_mut().expect("a pipe");
        BufReader::new(stdout).read_line(&mut answer).expect("it answers");
        assert_eq!(answer, "cut\n");
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Cuts one file system off, round after round.
fn campaign(kind: Kind, cuts: u64, random: &mut Random) -> Option<Figures> {
    const SIZE_KIB: u64 = 400 << 10;
    let mut figures = Figures::default();
    let mut mounted = Mounted::new(kind, SIZE_KIB)?;
    let mut cutter = Cutter::start();
    let mut promises = HashMap::new();
    for cut in 0..cuts {
        if cut > 0 && cut % CUTS_PER_IMAGE == 0 {
            mounted = Mounted::new(kind, SIZE_KIB)?;
        }
        if cut % CUTS_PER_STORE == 0 {
            promises.clear();
        }
        let folder = mounted.path().join(format!("store-{}", cut / CUTS_PER_STORE));
        let mut churn = Churn::start(&folder, cut);
        std::thread::sleep(random_delay(DELAY_MAX, random));
        cutter.cut(&mounted.path());
        churn.kill();
        mounted.unmount();
        mounted.mount().expect("the file system recovers");
        let said = &churn.said;
        promises.extend(said.promises.lock().expect("no panic").iter());
        figures.promised += said.promises.lock().expect("no panic").len() as u64;
        figures.changes += said.changes.load(Ordering::Relaxed);
        // Between the cut and its end the process got errors of the disk, and reported them as
        // such.
        let told = said.violations.lock().expect("no panic");
        let wrong = told.iter().filter(|told| !told.contains("Input/output error"));
        figures.violations.extend(wrong.cloned());
        drop(told);
        if folder.join("manifest").exists() || !promises.is_empty() {
            // Sometimes only a reader opens the store, which repairs nothing: then the next round
            // recovers, and may be cut off during that.
            let only_read = random.below(3) == 0 && cut + 1 < cuts;
            let mut checked = check_as_reader(&folder);
            if !only_read {
                checked = checked.and(check(&folder, &promises, &mut figures.lost));
            }
            let note = |violation| format!("cut {cut} of {kind:?}: {violation}");
            figures.violations.extend(checked.err().map(note));
        }
    }
    Some(figures)
}

/// Recovers what is left and compares it with what was acknowledged.
fn check(folder: &Path, promises: &HashMap<u64, u64>, lost: &mut u64) -> Result<(), String> {
    let store = churn_options().open(folder).map_err(|error| error.to_string())?;
    let look = Look::at(&store.snapshot())?;
    let kept = promises.iter().filter(|(number, _)| is_kept(**number));
    *lost += kept.filter(|(number, seq)| look.seqs.get(*number) != Some(*seq)).count() as u64;
    look.check_has(promises)?;
    check_bytes(&store.verify().expect("verify reports"))
}

/// A reader may show less until a writer has recovered the store: the hint that it goes by is never
/// synced. What it shows must be sound.
fn check_as_reader(folder: &Path) -> Result<(), String> {
    let options = churn_options();
    let store = match options.open_reader(folder) {
        Err(annals::Error::Missing { .. }) => return Ok(()),
        store => store.map_err(|error| format!("a reader: {error}"))?,
    };
    Look::at(&store.snapshot())?;
    check_bytes(&store.verify().expect("verify reports"))
}

fn check_bytes(report: &VerifyReport) -> Result<(), String> {
    let problems = &report.problems;
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

fn cut_and_report(kind: Kind) {
    let cuts = number_from("ANNALS_CUTS", CUTS_DEFAULT);
    let seed = number_from("ANNALS_SEED", 1);
    let Some(figures) = campaign(kind, cuts, &mut Random::new(seed)) else {
        return;
    };
    let Figures { promised, changes, lost, violations } = figures;
    let count = violations.len();
    let line = format!(
        "power cuts {cuts} on {kind:?}: promised {promised}, changes {changes}, lost {lost}, \
         violations {count}\n"
    );
    // Straight to the output: also a run that passes shows its figures.
    let _ = std::io::stdout().write_all(line.as_bytes());
    assert!(violations.is_empty() && lost == 0, "seed {seed}: {violations:#?}");
    assert!(promised > cuts, "only {promised} promises");
}

#[test]
fn a_power_cut_of_ext4_takes_nothing_that_was_acknowledged() {
    cut_and_report(Kind::Ext4);
}

#[test]
fn a_power_cut_of_xfs_takes_nothing_that_was_acknowledged() {
    cut_and_report(Kind::Xfs);
}
