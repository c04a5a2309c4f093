//! The names of cases: one line that is enough to run a case again.
//!
//!     ANNALS_SEED=crash-300-17-2 cargo test --lib a_case_by_its_seed

use super::*;
use std::fmt;
use std::str::FromStr;

/// Cases that failed once, with what was wrong.
const REGRESSION_SEEDS: &str = include_str!("regression_seeds.txt");
const VARIABLE: &str = "ANNALS_SEED";

/// A case of one of the campaigns; the numbers say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) kind: Kind,
    pub(super) numbers: [u64; 3],
}

/// The campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// World, point, outcome.
    Crash,
    /// World, point, chance.
    Recovery,
    /// Scenario, operation, way of failing.
    Fault,
    /// World, operation, chance.
    Misdirected,
}

const KINDS: [(&str, Kind); 4] = [
    ("crash", Kind::Crash),
    ("recovery", Kind::Recovery),
    ("fault", Kind::Fault),
    ("misdirected", Kind::Misdirected),
];

impl Case {
    /// Runs the case.
    ///
    /// # Errors
    /// What was found wrong.
    pub(super) fn run(self) -> Result<(), String> {
        match self.kind {
            Kind::Crash => explore::run(self.numbers),
            Kind::Recovery => recovery::run(self.numbers),
            Kind::Fault => faults::run(self.numbers),
            Kind::Misdirected => misdirected::run(self.numbers),
        }
    }

    /// Fails with the line that runs the case again.
    pub(super) fn report(self, problem: &str) -> ! {
        panic!("{problem}\n{VARIABLE}={self} cargo test --lib a_case_by_its_seed\n");
    }
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(_, kind)| *kind == self.kind).expect("all are listed").0;
        let [one, two, three] = self.numbers;
        write!(formatter, "{name}-{one}-{two}-{three}")
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Case, String> {
        let wrong = || format!("`{text}` is no seed");
        let mut parts = text.split('-');
        let name = parts.next().unwrap_or_default();
        let kind = KINDS.iter().find(|(known, _)| *known == name).ok_or_else(wrong)?.1;
        let numbers: Vec<u64> =
            parts.map(|part| part.parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
        Ok(Case { kind, numbers: numbers.try_into().map_err(|_| wrong())? })
    }
}

/// The number in an environment variable, or `default`.
pub(super) fn number_from(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Prints the figure of a campaign, also when the test passes.
pub(super) fn print(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[test]
fn cases_are_named_in_one_line() {
    for text in ["crash-1-2-3", "recovery-0-0-18446744073709551615", "fault-4-5-6"] {
        assert_eq!(text.parse::<Case>().expect("a seed").to_string(), text);
    }
    for text in ["", "crash", "crash-1-2", "crash-1-2-3-4", "crash-1-2-x", "cash-1-2-3"] {
        assert!(text.parse::<Case>().is_err(), "{text}");
    }
}

#[test]
fn cases_that_failed_once_go_well() {
    let lines = REGRESSION_SEEDS.lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for line in lines {
        let seed = line.split_whitespace().next().expect("a seed in every line");
        let case: Case = seed.parse().expect("a seed");
        if let Err(problem) = case.run() {
            case.report(&format!("{problem}: {line}"));
        }
        count += 1;
    }
    assert!(count > 0, "no seed is listed");
}

/// Does nothing unless it is asked for a case.
#[test]
fn a_case_by_its_seed() {
    let Ok(text) = std::env::var(VARIABLE) else {
        return;
    };
    let case: Case = text.parse().expect("a seed");
    if let Err(problem) = case.run() {
        case.report(&problem);
    }
}
