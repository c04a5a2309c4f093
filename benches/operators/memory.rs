//! The memory of this process, as Linux tells it.

use super::Outcome;
use std::fs;

/// What is resident, in bytes.
#[derive(Debug, Clone, Copy)]
struct Resident {
    all: u64,
    /// Of mapped files, which the system can take back at any time.
    mapped: u64,
    /// The most that was resident at once since the beginning or [`forget_peak`].
    peak: u64,
}

/// Measures from its making on.
#[derive(Debug)]
pub(crate) struct Growth {
    start: Resident,
}

impl Growth {
    /// Begins; the highest mark so far is forgotten where the system allows it.
    pub(crate) fn start() -> Outcome<Growth> {
        forget_peak();
        Ok(Growth { start: resident()? })
    }

    /// By how many bytes the heap grew at the highest mark, and how many bytes of files were
    /// mapped into memory since. The heap is right if what was mapped was so before the mark, and
    /// too low at most by the part that was not.
    pub(crate) fn finish(self) -> Outcome<(u64, u64)> {
        let now = resident()?;
        let mapped = now.mapped.saturating_sub(self.start.mapped);
        Ok((now.peak.saturating_sub(self.start.all).saturating_sub(mapped), mapped))
    }
}

/// Refused in some containers: then marks are those of the whole life.
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap_or_default();
}

fn resident() -> Outcome<Resident> {
    let text = fs::read_to_string("/proc/self/status")?;
    let bytes = |name: &str| -> Outcome<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let line = line.ok_or_else(|| format!("/proc/self/status has no {name}"))?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    };
    Ok(Resident { all: bytes("VmRSS:")?, mapped: bytes("RssFile:")?, peak: bytes("VmHWM:")? })
}
