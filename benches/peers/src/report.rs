//! The report: runs all parts one after the other and prints a Markdown table.

use super::Outcome;
use super::annals_store::Annals;
use super::kind::{Kind, Sources};
use super::line::{Cell, Line, millis, print_head};
use super::memory;
use super::million::process::{Cost, run as run_part};
use super::million::{brute, life, raw, single};
use super::prepare::prepare;
use super::rounds::{Asked, Times, ask, compare};
use super::support::parameters::{PAGE, Parameters, VARIANTS};
use super::support::question::{Ask, Filter, Question};
use super::support::table::rows;
use super::system::{Reply, System};
use annals::event::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const EVENTS_DEFAULT: u64 = 1_000_000;
/// With fewer there is not enough to ask for.
const EVENTS_MIN: u64 = 20_000;
const REPEATS_DEFAULT: u64 = 200;
/// How often each system is opened.
const OPENINGS: usize = 9;

/// A report that is being made.
struct Report {
    count: u64,
    folder: Folder,
    sources: Sources,
    /// Lines on which a peer is ahead.
    behind: Vec<String>,
}

/// Where everything lies.
enum Folder {
    /// Gone with the report.
    Passing(TempDir),
    /// Kept: what a report before this one took in need not be taken in again.
    Kept(PathBuf),
}

impl Folder {
    fn of_settings() -> Outcome<Folder> {
        Ok(match std::env::var_os("ANNALS_FOLDER") {
            Some(path) => {
                fs::create_dir_all(&path)?;
                Folder::Kept(path.into())
            }
            None => Folder::Passing(TempDir::new()?),
        })
    }

    fn path(&self) -> &Path {
        match self {
            Folder::Passing(folder) => folder.path(),
            Folder::Kept(path) => path,
        }
    }
}

/// Runs everything and prints as it goes.
pub(crate) fn run() -> Outcome {
    let count = setting("ANNALS_EVENTS", EVENTS_DEFAULT)?;
    if count < EVENTS_MIN {
        return Err(format!("ANNALS_EVENTS: at least {EVENTS_MIN}").into());
    }
    let repeats = setting("ANNALS_REPEATS", REPEATS_DEFAULT)?;
    let folder = Folder::of_settings()?;
    let at = |name: &str| folder.path().join(name);
    let sources = Sources { events: at("events.ndjson"), rows: at("events.rows") };
    let mut report = Report { count, folder, sources, behind: Vec::new() };
    report.prepare()?;
    let load = fs::read_to_string("/proc/loadavg")?;
    println!("Load of the machine before: {}\n", load.trim());
    print_head(count);
    report.ingest()?;
    report.append_singly()?;
    if let Folder::Passing(_) = report.folder {
        // The space is needed from here on.
        fs::remove_file(&report.sources.rows)?;
    }
    report.open_and_ask()?;
    report.questions(repeats.max(1) as usize)?;
    report.drop_half()?;
    report.end();
    Ok(())
}

fn setting(name: &str, default: u64) -> Outcome<u64> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse().map_err(|_| format!("{name}: `{text}` is no count"))?),
        Err(_) => Ok(default),
    }
}

impl Report {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn folder_of(&self, kind: Kind) -> PathBuf {
        self.at(kind.name())
    }

    fn line(&mut self, line: &Line) {
        self.behind.extend(line.print());
    }

    /// One value of each system, by the same question to it.
    fn each<T>(&self, mut value: impl FnMut(Kind) -> Outcome<T>) -> Outcome<Vec<T>> {
        Kind::ALL.into_iter().map(&mut value).collect()
    }

    /// Makes the events, if no report before this one did.
    fn prepare(&self) -> Outcome {
        let note = self.at("prepared");
        match fs::read_to_string(&note) {
            Ok(text) if text == self.count.to_string() => Ok(()),
            Ok(text) => Err(format!("ANNALS_FOLDER holds {text} events").into()),
            Err(_) => {
                prepare(&self.sources, self.count)?;
                Ok(fs::write(note, self.count.to_string())?)
            }
        }
    }

    /// Takes everything into one system, if no report before this one did; the cost of it.
    fn ingest_into(&self, kind: Kind) -> Outcome<Cost> {
        let folder = self.folder_of(kind);
        let note = cost_of(&folder);
        if let Ok(text) = fs::read_to_string(&note) {
            return Cost::parse(&text);
        }
        clear(&folder)?;
        let cost = run_part(kind.name(), kind.source(&self.sources), &folder)?;
        fs::write(note, cost.to_string())?;
        Ok(cost)
    }

    fn ingest(&mut self) -> Outcome {
        let copy = self.at("copy");
        let limit = run_part("raw", &self.sources.events, &copy)?;
        fs::remove_file(copy)?;
        let costs = self.each(|kind| self.ingest_into(kind))?;
        let cells = |figure: &dyn Fn(&Cost) -> f64, digits: usize| -> Vec<Cell> {
            let cell = |cost| Some((figure(cost), format!("{:.digits$}", figure(cost))));
            costs.iter().map(cell).collect()
        };
        let raw_rate = format!("raw append + CRC + fdatasync: {:.0}", limit.events_per_second());
        self.line(
            &Line::more("ingest, batches of 1000, events/s", cells(&Cost::events_per_second, 0))
                .with_note(raw_rate),
        );
        self.line(
            &Line::less("CPU of ingest, s", cells(&|cost| cost.cpu_seconds, 2))
                .with_note(format!("raw append: {:.2}", limit.cpu_seconds)),
        );
        let anonymous = self.each(|kind| {
            let megabytes = memory::read(&self.folder_of(kind))? as f64 / 1e6;
            Ok(Some((megabytes, format!("{megabytes:.0}"))))
        })?;
        self.line(&Line::less("peak anonymous memory of ingest, MB", anonymous));
        let resident = cells(&|cost| cost.peak_bytes as f64 / 1e6, 0);
        self.line(&Line::less("the same with mapped files, MB", resident));
        self.size()
    }

    fn size(&mut self) -> Outcome {
        let per_event = |bytes: u64| bytes as f64 / self.count as f64;
        let cells = self.each(|kind| {
            let bytes = per_event(life::bytes_of(&self.folder_of(kind))?);
            Ok(Some((bytes, format!("{bytes:.1}"))))
        })?;
        let json = per_event(fs::metadata(&self.sources.events)?.len());
        let zstd = per_event(raw::zstd_len(&self.sources.events)?);
        let note = format!("NDJSON: {json:.1}, under zstd -3: {zstd:.1}");
        self.line(&Line::less("disk, bytes/event", cells).with_note(note));
        Ok(())
    }

    fn append_singly(&mut self) -> Outcome {
        let file = self.at("plain");
        let plain = Times::sorted(single::write(&file, true)?.times);
        fs::remove_file(file)?;
        let times = self.each(|kind| {
            let folder = self.at(&format!("{}-single", kind.name()));
            clear(&folder)?;
            let times = kind.append_singly(&self.sources.rows, &folder)?;
            clear(&folder)?;
            Ok(Times::sorted(times))
        })?;
        let note = format!("plain write + fdatasync: {}", millis(plain.percentile(50)));
        self.line(&Line::times("one durable append", &times).with_note(note));
        Ok(())
    }

    fn open_and_ask(&mut self) -> Outcome {
        let question = Question { filter: Filter::default(), ask: PAGE };
        let time = |open: &dyn Fn() -> Outcome<Box<dyn System>>| -> Outcome<Duration> {
            let mut reply = Reply::default();
            let start = Instant::now();
            let system = open()?;
            system.answer(&question, &mut reply)?;
            Ok(start.elapsed())
        };
        let mut times = vec![Vec::new(); Kind::ALL.len()];
        let mut as_writer = Vec::new();
        let folder = self.folder_of(Kind::Annals);
        for _ in 0..OPENINGS {
            for (kind, times) in Kind::ALL.into_iter().zip(&mut times) {
                times.push(time(&|| kind.open(&self.folder_of(kind)))?);
            }
            as_writer.push(time(&|| Ok(Box::new(Annals::open_as_writer(&folder)?)))?);
        }
        let times: Vec<Times> = times.into_iter().map(Times::sorted).collect();
        let as_writer = Times::sorted(as_writer);
        let [half, most] = [50, 99].map(|percent| millis(as_writer.percentile(percent)));
        let note = format!("annals as the writer: {half} / {most}");
        self.line(&Line::times("open for reading + newest 50", &times).with_note(note));
        Ok(())
    }

    fn questions(&mut self, repeats: usize) -> Outcome {
        let annals = Annals::open(&self.folder_of(Kind::Annals))?;
        let rows = rows(&Parameters::of(annals.snapshot())?);
        let checked = match setting("ANNALS_CHECK", 1)? {
            0 => 0,
            _ => brute::check(&self.sources.events, annals.snapshot(), &rows, VARIANTS)?,
        };
        drop(annals);
        let systems =
            self.each(|kind| Ok(Asked { kind, system: kind.open(&self.folder_of(kind))? }))?;
        let compared = compare(&systems, &rows)?;
        for (row, times) in rows.iter().zip(ask(&systems, &rows, repeats)?) {
            self.line(&Line::times(row.name, &times));
        }
        let none = vec![None; Kind::ALL.len()];
        let note = format!("{checked} answers as by brute force, {compared} of peers the same");
        self.line(&Line::less("answers checked", none).with_note(note));
        Ok(())
    }

    fn drop_half(&mut self) -> Outcome {
        let annals = Annals::open(&self.folder_of(Kind::Annals))?;
        let (oldest, newest) = annals.range()?;
        drop(annals);
        let middle = Timestamp(newest.0 - (newest.0 - oldest.0) / 2);
        if let Folder::Passing(_) = self.folder {
            // The space is needed: what is asked for from here on is a number of events.
            fs::remove_file(&self.sources.events)?;
        }
        let mut counts = Vec::new();
        let cells = self.each(|kind| {
            let folder = self.folder_of(kind);
            let before = life::bytes_of(&folder)?;
            let taken = kind.drop_half(&folder, middle)?;
            let left = 100.0 * life::bytes_of(&folder)? as f64 / before as f64;
            counts.push(count_rest(kind, &folder, newest)?);
            fs::remove_file(cost_of(&folder))?;
            fs::remove_dir_all(folder)?;
            Ok(Some((taken.as_secs_f64(), format!("{} ({left:.0} % left)", millis(taken)))))
        })?;
        let note = "% of the bytes; annals frees whole segments";
        self.line(&Line::less("drop the older half, ms", cells).with_note(note));
        match counts.iter().all(|count| *count == counts[0]) {
            true => Ok(()),
            false => Err(format!("after dropping a half, {counts:?} events are left").into()),
        }
    }

    fn end(&self) {
        match self.behind.is_empty() {
            true => println!("\nannals is ahead on every line."),
            false => println!("\nA peer is ahead on: {}.", self.behind.join("; ")),
        }
    }
}

/// Removes a folder, which a report that was ended may have left.
fn clear(folder: &Path) -> Outcome {
    match folder.exists() {
        true => Ok(fs::remove_dir_all(folder)?),
        false => Ok(()),
    }
}

/// The file beside the folder of a system that says what filling it has cost.
fn cost_of(folder: &Path) -> PathBuf {
    folder.with_extension("cost")
}

/// How many events are left after the older half is dropped; `newest` is the time of the last one.
fn count_rest(kind: Kind, folder: &Path, newest: Timestamp) -> Outcome<u64> {
    if kind == Kind::Annals {
        return Annals::open(folder)?.count_at(newest);
    }
    let question = Question { filter: Filter::default(), ask: Ask::Count };
    let mut reply = Reply::default();
    kind.open(folder)?.answer(&question, &mut reply)?;
    Ok(reply.count.unwrap_or_default())
}
