//! Parts of the report that run in a process of their own, and what they cost.

use super::Outcome;
use super::reporting::allocator::ALLOCATOR;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Ticks of a second in `/proc/self/stat`, the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a part has cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) events: u64,
    pub(crate) seconds: f64,
    /// Of all threads, in the program and in the kernel.
    pub(crate) cpu_seconds: f64,
    /// The most memory that was resident at once.
    pub(crate) peak_bytes: u64,
}

impl Cost {
    /// Reads what is printed of a cost.
    pub(crate) fn parse(text: &str) -> Outcome<Cost> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [events, seconds, cpu_seconds, peak_bytes] = words[..] else {
            return Err(format!("`{text}` is no cost").into());
        };
        Ok(Cost {
            events: events.parse()?,
            seconds: seconds.parse()?,
            cpu_seconds: cpu_seconds.parse()?,
            peak_bytes: peak_bytes.parse()?,
        })
    }

    pub(crate) fn events_per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { events, seconds, cpu_seconds, peak_bytes } = self;
        write!(f, "{events} {seconds} {cpu_seconds} {peak_bytes}")
    }
}

/// Measures from its making on.
#[derive(Debug)]
pub(crate) struct Meter {
    start: Instant,
    cpu_start: f64,
}

impl Meter {
    pub(crate) fn start() -> Outcome<Meter> {
        Ok(Meter { cpu_start: cpu_seconds()?, start: Instant::now() })
    }

    /// Prints the cost for [`run`], which is waiting for it.
    pub(crate) fn finish(self, events: u64) -> Outcome {
        self.finish_with(events, 0.0)
    }

    /// The same where another process has worked, too.
    pub(crate) fn finish_with(self, events: u64, others_cpu_seconds: f64) -> Outcome {
        let seconds = self.start.elapsed().as_secs_f64();
        let cpu_seconds = cpu_seconds()? - self.cpu_start + others_cpu_seconds;
        println!("{}", Cost { events, seconds, cpu_seconds, peak_bytes: peak_bytes()? });
        Ok(())
    }
}

/// Runs a part of this bench in another process.
pub(crate) fn run(part: &str, file: &Path, into: &Path) -> Outcome<Cost> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(part).args([file, into]).envs(ALLOCATOR).stderr(Stdio::inherit());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{part}: {}", output.status).into());
    }
    let cost = Cost::parse(&String::from_utf8(output.stdout)?);
    cost.map_err(|error| format!("{part}: {error}").into())
}

fn cpu_seconds() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is the name in parentheses; user and system time are the 14th and 15th.
    let behind = text.rsplit(')').next().unwrap_or_default();
    let times = behind.split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = times.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}

fn peak_bytes() -> Outcome<u64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let line = line.ok_or("/proc/self/status has no VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024)
}
