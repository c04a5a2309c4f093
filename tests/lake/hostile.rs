//! The fuzz target `lake_table` as an ordinary test, where the lake is built anyway: its seeds, its
//! regressions, and random inputs.

#[allow(dead_code, reason = "some instructions are read by other targets only")]
#[path = "../../fuzz/src/input.rs"]
mod input;
#[allow(unreachable_pub, reason = "the target is public in the package of all targets")]
#[path = "../../fuzz/src/lake_table.rs"]
mod lake_table;

use annals::io::SeededRandom;
use std::path::Path;

/// Random inputs; `ANNALS_FUZZ_TIMES` multiplies them.
const INPUTS: u64 = 100;
/// The most memory that the process may have had, in KiB.
const MEMORY_KIB_MAX: u64 = 1 << 20;

/// Says which input it was, when it panics.
struct Witness<'i>(&'i [u8]);

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("lake_table failed with {:?}", self.0);
        }
    }
}

fn feed(input: &[u8]) {
    let _witness = Witness(input);
    lake_table::run(input);
}

fn regressions() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions/lake_table");
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    files.map(|file| std::fs::read(file.expect("a folder lists").path()).expect("read")).collect()
}

/// The most memory that this process had, in KiB, where the system says so.
fn memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn a_table_of_somebody_else_survives() {
    lake_table::seeds().iter().chain(&regressions()).for_each(|input| feed(input));
    let times = std::env::var("ANNALS_FUZZ_TIMES").ok().and_then(|text| text.parse().ok());
    let random = SeededRandom::new(1);
    for _ in 0..INPUTS * times.unwrap_or(1) {
        let len = 1 + random.below(40);
        let input: Vec<u8> = (0..len).map(|_| random.next_u64() as u8).collect();
        feed(&input);
    }
    let memory = memory_kib();
    assert!(memory.is_none_or(|kib| kib < MEMORY_KIB_MAX), "{memory:?} KiB of memory");
}
