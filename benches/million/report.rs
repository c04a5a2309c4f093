//! The report: runs all parts one after the other and prints a Markdown table.

use super::batches::Batches;
use super::halved::drop_half;
use super::life::{bytes_of, open_and_ask, replay_per_second};
use super::process::{Cost, run as run_part};
use super::questions::{Times, ask};
use super::reporting::data_set::DataSet;
use super::reporting::found::texts;
use super::reporting::instructions;
use super::reporting::sheet::{Cell, Sheet, decimal, whole};
use super::reporting::times::{millis, percentile};
use super::single::{Appends, append, write};
use super::support::parameters::Parameters;
use super::support::table::rows;
use super::{Outcome, brute, raw, setting};
use annals::store::Store;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
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
    let sets = DataSet::of_settings()?;
    println!("Load of the machine before: {} (above 1: noisy)\n", load()?);
    let mut sheet = Sheet::begin("million", count, vec!["value"]);
    for set in sets {
        // Gone with the data set.
        let folder = TempDir::new()?;
        Report { set, count, folder, sheet: &mut sheet }.run()?;
    }
    sheet.finish()
}

/// Programs that ran or wanted to run during the last minute, this one not counted.
fn load() -> Outcome<String> {
    let text = std::fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}

/// The report on one data set.
struct Report<'a> {
    set: DataSet,
    count: u64,
    folder: TempDir,
    sheet: &'a mut Sheet,
}

impl Report<'_> {
    fn run(&mut self) -> Outcome {
        let note = write_events(self.set, self.count, &self.at("events.ndjson"))?;
        self.line("events", whole(self.count as f64), &note);
        self.ingest()?;
        self.instructions()?;
        let sealed = bytes_of(&self.at("store"))? as f64 / self.count as f64;
        self.line("disk as sealed, bytes/event", decimal(sealed, 1), "");
        self.merge()?;
        self.size()?;
        let mut times: Vec<Duration> =
            (0..9).map(|_| open_and_ask(&self.at("store"))).collect::<Outcome<_>>()?;
        times.sort();
        self.line("open + newest 50, ms", range(&times), "");
        let replay = replay_per_second(&self.at("events.ndjson"), &self.at("replay"))?;
        self.line("replay after a crash, events/s", whole(replay), "");
        self.questions()?;
        self.singles()?;
        self.drop_half()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn line(&mut self, name: &str, cell: Cell, beside: &str) {
        self.sheet.line(self.set, name, &[cell], beside);
    }

    fn ingest(&mut self) -> Outcome {
        let (file, copy) = (self.at("events.ndjson"), self.at("copy"));
        let before = run_part("raw", &file, &copy)?;
        let text = run_part("ingest-text", &file, &self.at("store"))?;
        let after = run_part("raw", &file, &copy)?;
        let other = self.at("parsed");
        let parsed = run_part("ingest-parsed", &file, &other)?;
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
        self.line("raw append + CRC + fdatasync, events/s", rate(&raw), "the better of two runs");
        let name = "ingest from NDJSON, batches of 1000, sealed, events/s";
        self.line(name, rate(&text), &beside(&text));
        self.line("ingest of parsed events, events/s", rate(&parsed), &beside(&parsed));
        let cpu = format!("raw append {:.2}", raw.cpu_seconds);
        self.line("CPU of ingest from NDJSON, s", decimal(text.cpu_seconds, 2), &cpu);
        let peak = whole(text.peak_bytes as f64 / 1e6);
        self.line("peak resident memory of it, MB", peak, "");
        Ok(())
    }

    /// The same ingest of some events, counted by callgrind.
    fn instructions(&mut self) -> Outcome {
        let count = instructions::events()?.min(self.count);
        let few = self.at("few.ndjson");
        if count == 0 {
            return Ok(());
        }
        Batches::copy(&self.at("events.ndjson"), &few, count)?;
        let mut parts = Vec::new();
        for part in ["nothing", "ingest-unsealed", "ingest-text"] {
            let Some(counted) = instructions::of_part(part, &few, &self.at("counted"))? else {
                return Ok(());
            };
            parts.push(counted as f64);
            if self.at("counted").exists() {
                std::fs::remove_dir_all(self.at("counted"))?;
            }
        }
        let beside = format!("callgrind, {count} events");
        let each = |more: f64, less: f64| whole((more - less) / count as f64);
        let name = "ingest from NDJSON, not sealed, instructions/event";
        self.line(name, each(parts[1], parts[0]), &beside);
        self.line("sealing, instructions/event", each(parts[2], parts[1]), &beside);
        Ok(())
    }

    fn merge(&mut self) -> Outcome {
        let cost = run_part("merge", &self.at("events.ndjson"), &self.at("store"))?;
        let cpu = format!("CPU {:.2}", cost.cpu_seconds);
        self.line("merging all segments on request, s", decimal(cost.seconds, 2), &cpu);
        let peak = whole(cost.peak_bytes as f64 / 1e6);
        self.line("peak resident memory of it, MB", peak, "");
        Ok(())
    }

    fn size(&mut self) -> Outcome {
        let file = self.at("events.ndjson");
        let per_event = |bytes: u64| bytes as f64 / self.count as f64;
        let json = per_event(std::fs::metadata(&file)?.len());
        let disk = per_event(bytes_of(&self.at("store"))?);
        let zstd = per_event(raw::zstd_len(&file)?);
        let beside = format!("zstd -3: {zstd:.1}, ratio {:.2}; NDJSON: {json:.1}", disk / zstd);
        self.line("disk, bytes/event", decimal(disk, 1), &beside);
        Ok(())
    }

    fn questions(&mut self) -> Outcome {
        let repeats = setting("ANNALS_REPEATS", REPEATS_DEFAULT)?.max(200);
        let file = self.at("events.ndjson");
        let store = Store::open(self.at("store"))?;
        let snapshot = store.snapshot();
        let actor_path = self.set.actor_path();
        let parameters = Parameters::of(&snapshot, actor_path)?;
        let rows = rows(&parameters, &texts(self.set, &file, &snapshot, &parameters)?);
        if setting("ANNALS_CHECK", 1)? != 0 {
            let checked = brute::check(&file, &snapshot, &rows, actor_path, VARIANTS_CHECKED)?;
            let beside = format!("of {checked}");
            self.line("answers equal to brute force", whole(checked as f64), &beside);
        }
        for Times { name, times } in ask(&snapshot, &rows, repeats as usize)? {
            self.line(&format!("{name}, ms"), range(&times), "");
        }
        drop(snapshot);
        Ok(store.close()?)
    }

    fn singles(&mut self) -> Outcome {
        let file = self.at("events.ndjson");
        let times = |appends: &Appends| range(&appends.times);
        let rate = |appends: &Appends| format!("{:.0}/s", appends.per_second);
        let grow = write(&file, &self.at("grow"), false)?;
        self.line("plain write + fdatasync, growing file, ms", times(&grow), &rate(&grow));
        let ahead = write(&file, &self.at("ahead"), true)?;
        let name = "plain write + fdatasync, zeros written ahead, ms";
        self.line(name, times(&ahead), &rate(&ahead));
        let one = append(&file, &self.at("one"), 1)?;
        self.line("durable single appends, 1 thread, ms", times(&one), &rate(&one));
        let many = append(&file, &self.at("many"), THREADS)?;
        let ratio = many.per_second / one.per_second;
        let beside = format!("{}, {ratio:.1} times one thread", rate(&many));
        self.line("durable single appends, 16 threads, ms", times(&many), &beside);
        Ok(())
    }

    fn drop_half(&mut self) -> Outcome {
        let store = self.at("store");
        let (taken, change) = drop_half(&store)?;
        let all = change.bytes_freed as f64 + bytes_of(&store)? as f64;
        let share = 100.0 * change.bytes_freed as f64 / all;
        let freed = format!("{} events, {share:.0} % of the bytes", change.events_removed);
        let cell = Some((taken.as_secs_f64() * 1e3, millis(taken)));
        self.line("drop the older half, ms", cell, &freed);
        Ok(())
    }
}

/// Sorted times; the figure is the median.
fn range(times: &[Duration]) -> Cell {
    let [half, most] = [50, 99].map(|percent| percentile(times, percent));
    Some((half.as_secs_f64() * 1e3, format!("p50 {}, p99 {}", millis(half), millis(most))))
}

/// Writes events as NDJSON; they are on the disk when this returns. Says where they come from.
fn write_events(set: DataSet, count: u64, file: &Path) -> Outcome<String> {
    let mut output = BufWriter::new(File::create(file)?);
    let note = set.for_each(count, &mut |event| {
        output.write_all(event.as_bytes())?;
        Ok(output.write_all(b"\n")?)
    })?;
    output.into_inner()?.sync_all()?;
    Ok(note)
}
