//! The report: runs all parts one after the other and prints a Markdown table.

use super::life::{bytes_of, drop_half, open_and_ask, replay_per_second};
use super::process::{Cost, run as run_part};
use super::questions::{Times, ask, percentile};
use super::single::{Appends, append, write};
use super::support::corpus::generator;
use super::support::parameters::Parameters;
use super::support::table::rows;
use super::{Outcome, brute, raw};
use annals::store::Store;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const EVENTS_DEFAULT: u64 = 1_000_000;
const REPEATS_DEFAULT: u64 = 200;
/// Variants of each row that are compared with brute force.
const VARIANTS_CHECKED: usize = 2;
/// Threads that append single events at once.
const THREADS: usize = 16;

/// Runs everything and prints as it goes.
pub(crate) fn run() -> Outcome {
    let count = setting("ANNALS_EVENTS", EVENTS_DEFAULT)?;
    let repeats = setting("ANNALS_REPEATS", REPEATS_DEFAULT)?.max(200);
    let folder = TempDir::new()?;
    let at = |name: &str| folder.path().join(name);
    let file = at("events.ndjson");
    generate(&file, count)?;
    println!("| {count} events | value | beside |\n|---|---|---|");
    line("load of the machine before", &load()?, "above 1: noisy");
    ingest(&file, &at("store"), &at("copy"))?;
    let sealed = bytes_of(&at("store"))? as f64 / count as f64;
    line("disk as sealed, bytes/event", &format!("{sealed:.1}"), "");
    merge(&file, &at("store"))?;
    size(&file, &at("store"), count)?;
    let mut times: Vec<Duration> =
        (0..9).map(|_| open_and_ask(&at("store"))).collect::<Outcome<_>>()?;
    times.sort();
    line("open + newest 50, ms", &range(&times), "");
    let replay = replay_per_second(&at("replay"))?;
    line("replay after a crash, events/s", &whole(replay), "");
    questions(&file, &at("store"), repeats as usize)?;
    singles(&at)?;
    let (taken, change) = drop_half(&at("store"))?;
    let freed = format!(
        "{} events, {:.0} % of the bytes",
        change.events_removed,
        100.0 * change.bytes_freed as f64
            / (change.bytes_freed as f64 + bytes_of(&at("store"))? as f64)
    );
    line("drop the older half, ms", &millis(taken), &freed);
    Ok(())
}

fn setting(name: &str, default: u64) -> Outcome<u64> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse().map_err(|_| format!("{name}: `{text}` is no count"))?),
        Err(_) => Ok(default),
    }
}

/// Programs that ran or wanted to run during the last minute, this one not counted.
fn load() -> Outcome<String> {
    let text = std::fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}

fn generate(file: &Path, count: u64) -> Outcome {
    let mut source = generator(count);
    let mut output = BufWriter::new(File::create(file)?);
    for _ in 0..count {
        output.write_all(source.next_event().as_bytes())?;
        output.write_all(b"\n")?;
    }
    // On the disk before anything is measured.
    output.into_inner()?.sync_all()?;
    Ok(())
}

fn ingest(file: &Path, store: &Path, copy: &Path) -> Outcome {
    let before = run_part("raw", file, copy)?;
    let text = run_part("ingest-text", file, store)?;
    let after = run_part("raw", file, copy)?;
    let other = copy.with_extension("parsed");
    let parsed = run_part("ingest-parsed", file, &other)?;
    std::fs::remove_dir_all(other)?;
    std::fs::remove_file(copy)?;
    let raw = match before.seconds < after.seconds {
        true => before,
        false => after,
    };
    let beside = |cost: &Cost| {
        let share = cost.events_per_second() / raw.events_per_second();
        format!("{share:.3} of the raw append")
    };
    let rate = |cost: &Cost| whole(cost.events_per_second());
    line("raw append + CRC + fdatasync, events/s", &rate(&raw), "the better of two runs");
    line("ingest from NDJSON, batches of 1000, sealed, events/s", &rate(&text), &beside(&text));
    line("ingest of parsed events, events/s", &rate(&parsed), &beside(&parsed));
    let cpu = format!("raw append {:.2}", raw.cpu_seconds);
    line("CPU of ingest from NDJSON, s", &format!("{:.2}", text.cpu_seconds), &cpu);
    line("peak resident memory of it, MB", &whole(text.peak_bytes as f64 / 1e6), "");
    Ok(())
}

fn merge(file: &Path, store: &Path) -> Outcome {
    let cost = run_part("merge", file, store)?;
    let cpu = format!("CPU {:.2}", cost.cpu_seconds);
    line("merging all segments on request, s", &format!("{:.2}", cost.seconds), &cpu);
    line("peak resident memory of it, MB", &whole(cost.peak_bytes as f64 / 1e6), "");
    Ok(())
}

fn size(file: &Path, store: &Path, count: u64) -> Outcome {
    let per_event = |bytes: u64| bytes as f64 / count as f64;
    let json = per_event(std::fs::metadata(file)?.len());
    let (disk, zstd) = (per_event(bytes_of(store)?), per_event(raw::zstd_len(file)?));
    let beside = format!("zstd -3: {zstd:.1}, ratio {:.2}; NDJSON: {json:.1}", disk / zstd);
    line("disk, bytes/event", &format!("{disk:.1}"), &beside);
    Ok(())
}

fn questions(file: &Path, store: &Path, repeats: usize) -> Outcome {
    let store = Store::open(store)?;
    let snapshot = store.snapshot();
    let rows = rows(&Parameters::of(&snapshot)?);
    if std::env::var("ANNALS_CHECK").as_deref() != Ok("0") {
        let checked = brute::check(file, &snapshot, &rows, VARIANTS_CHECKED)?;
        line("answers equal to brute force", &format!("{checked} of {checked}"), "");
    }
    for Times { name, times } in ask(&snapshot, &rows, repeats)? {
        line(&format!("{name}, ms"), &range(&times), "");
    }
    drop(snapshot);
    Ok(store.close()?)
}

fn singles(at: &dyn Fn(&str) -> std::path::PathBuf) -> Outcome {
    let show = |name: &str, appends: &Appends| {
        let rate = format!("{:.0}/s; ms: {}", appends.per_second, range(&appends.times));
        line(name, &rate, "");
    };
    show("plain write + fdatasync, growing file", &write(&at("grow"), false)?);
    show("plain write + fdatasync, zeros written ahead", &write(&at("ahead"), true)?);
    let one = append(&at("one"), 1)?;
    show("durable single appends, 1 thread", &one);
    let many = append(&at("many"), THREADS)?;
    let times = format!("{:.1} times one thread", many.per_second / one.per_second);
    let rate = format!("{:.0}/s; ms: {}", many.per_second, range(&many.times));
    line("durable single appends, 16 threads", &rate, &times);
    Ok(())
}

fn line(name: &str, value: &str, beside: &str) {
    println!("| {name} | {value} | {beside} |");
}

fn range(times: &[Duration]) -> String {
    let [half, most] = [50, 99].map(|percent| millis(percentile(times, percent)));
    format!("p50 {half}, p99 {most}")
}

fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis < 10.0 {
        true => format!("{millis:.3}"),
        false => format!("{millis:.1}"),
    }
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}
