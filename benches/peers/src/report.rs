//! The report: runs all parts one after the other and prints a Markdown table.

use super::batches::Batches;
use super::kind::{Kind, Sources};
use super::line::{Line, columns};
use super::memory;
use super::million::process::{Cost, run as run_part};
use super::million::{brute, raw, single};
use super::prepare::prepare;
use super::reporting::data_set::DataSet;
use super::reporting::found::texts;
use super::reporting::instructions;
use super::reporting::sheet::{Cell, Sheet, decimal, whole};
use super::reporting::times::millis;
use super::rounds::{Asked, Times, ask, compare};
use super::rows::RowReader;
use super::support::parameters::{PAGE, Parameters, VARIANTS};
use super::support::question::{Ask, Filter, Question};
use super::support::table::rows;
use super::system::{Reply, System};
use super::systems::annals_store::Annals;
use super::systems::postgresql::Server;
use super::{Outcome, setting};
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

/// A report on one data set that is being made.
struct Report<'a> {
    set: DataSet,
    count: u64,
    kinds: &'a [Kind],
    folder: Folder,
    sources: Sources,
    sheet: &'a mut Sheet,
    /// Lines on which a peer is ahead.
    behind: &'a mut Vec<String>,
}

/// Where everything lies.
enum Folder {
    /// Gone with the report.
    Passing(TempDir),
    /// Kept: what a report before this one took in need not be taken in again.
    Kept(PathBuf),
}

impl Folder {
    fn of_settings(set: DataSet) -> Outcome<Folder> {
        Ok(match std::env::var_os("ANNALS_FOLDER") {
            Some(path) => {
                let path = Path::new(&path).join(set.name());
                fs::create_dir_all(&path)?;
                Folder::Kept(path)
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
    let repeats = setting("ANNALS_REPEATS", REPEATS_DEFAULT)?.max(1) as usize;
    let (sets, kinds) = (DataSet::of_settings()?, Kind::of_settings()?);
    let load = fs::read_to_string("/proc/loadavg")?;
    println!("Load of the machine before: {}\n", load.trim());
    let mut sheet = Sheet::begin("peers", count, columns(&kinds));
    let mut behind = Vec::new();
    for set in sets {
        let folder = Folder::of_settings(set)?;
        let at = |name: &str| folder.path().join(name);
        let sources = Sources { events: at("events.ndjson"), rows: at("events.rows") };
        let (sheet, behind) = (&mut sheet, &mut behind);
        Report { set, count, kinds: &kinds, folder, sources, sheet, behind }.run(repeats)?;
    }
    match behind.is_empty() {
        true => println!("\nannals is ahead on every line."),
        false => println!("\nA peer is ahead on: {}.", behind.join("; ")),
    }
    sheet.finish()
}

impl Report<'_> {
    fn run(&mut self, repeats: usize) -> Outcome {
        let note = self.prepare()?;
        let none = vec![None; self.kinds.len()];
        self.line(&Line::less("events", none).with_note(note));
        self.ingest()?;
        self.instructions()?;
        self.append_singly()?;
        if let Folder::Passing(_) = self.folder {
            // The space is needed from here on.
            fs::remove_file(&self.sources.rows)?;
        }
        let server = self.start_server()?;
        self.open_and_ask()?;
        self.questions(repeats)?;
        drop(server);
        self.drop_half()
    }

    /// Whoever asks a server finds it running.
    fn start_server(&self) -> Outcome<Option<Server>> {
        let is_asked = self.kinds.contains(&Kind::Postgresql);
        is_asked.then(|| Server::start(&self.folder_of(Kind::Postgresql))).transpose()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn folder_of(&self, kind: Kind) -> PathBuf {
        self.at(kind.name())
    }

    fn line(&mut self, line: &Line) {
        self.behind.extend(line.print(self.sheet, self.set));
    }

    /// One value of each system, by the same question to it.
    fn each<T>(&self, mut value: impl FnMut(Kind) -> Outcome<T>) -> Outcome<Vec<T>> {
        self.kinds.iter().copied().map(&mut value).collect()
    }

    /// Makes the events, if no report before this one did; where they come from.
    fn prepare(&self) -> Outcome<String> {
        let note = self.at("prepared");
        let Ok(text) = fs::read_to_string(&note) else {
            let origin = prepare(self.set, &self.sources, self.count)?;
            fs::write(note, format!("{} {origin}", self.count))?;
            return Ok(origin);
        };
        match text.split_once(' ') {
            Some((count, origin)) if count == self.count.to_string() => Ok(origin.to_owned()),
            _ => Err(format!("ANNALS_FOLDER holds other events: {text}").into()),
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
            costs.iter().map(|cost| decimal(figure(cost), digits)).collect()
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
        let anonymous = self.each(|kind| match kind.is_embedded() {
            true => Ok(whole(memory::read(&self.folder_of(kind))? as f64 / 1e6)),
            false => Ok(None),
        })?;
        self.line(&Line::less("peak anonymous memory of ingest, MB", anonymous));
        let resident = self.kinds.iter().zip(&costs).map(|(kind, cost)| {
            let megabytes = cost.peak_bytes as f64 / 1e6;
            kind.is_embedded().then_some(megabytes).and_then(whole)
        });
        let resident = resident.collect();
        self.line(&Line::less("the same with mapped files, MB", resident));
        self.size()
    }

    fn size(&mut self) -> Outcome {
        let per_event = |bytes: u64| bytes as f64 / self.count as f64;
        let cells =
            self.each(|kind| Ok(decimal(per_event(kind.bytes_of(&self.folder_of(kind))?), 1)))?;
        let json = per_event(fs::metadata(&self.sources.events)?.len());
        let zstd = per_event(raw::zstd_len(&self.sources.events)?);
        let note = format!("NDJSON: {json:.1}, under zstd -3: {zstd:.1}");
        self.line(&Line::less("disk, bytes/event", cells).with_note(note));
        Ok(())
    }

    /// The same ingest of some events, counted by callgrind.
    fn instructions(&mut self) -> Outcome {
        let count = instructions::events()?.min(self.count);
        let few = Sources { events: self.at("few.ndjson"), rows: self.at("few.rows") };
        if count == 0 {
            return Ok(());
        }
        Batches::copy(&self.sources.events, &few.events, count)?;
        RowReader::copy(&self.sources.rows, &few.rows, count)?;
        let counted = self.at("counted");
        let of_part = |part: &str, source: &Path| -> Outcome<Option<u64>> {
            clear(&counted)?;
            instructions::of_part(part, source, &counted)
        };
        let Some(start) = of_part("nothing", &few.events)? else {
            return Ok(());
        };
        let cells = self.each(|kind| {
            if !kind.is_embedded() {
                return Ok(None);
            }
            let all = of_part(kind.name(), kind.source(&few))?;
            Ok(all.and_then(|all| whole((all - start) as f64 / count as f64)))
        })?;
        clear(&counted)?;
        let note = format!("callgrind, {count} events, all threads");
        self.line(&Line::less("ingest, instructions/event", cells).with_note(note));
        Ok(())
    }

    fn append_singly(&mut self) -> Outcome {
        let file = self.at("plain");
        let plain = Times::sorted(single::write(&self.sources.events, &file, true)?.times);
        fs::remove_file(file)?;
        let times = self.each(|kind| {
            let folder = self.at(&format!("{}-single", kind.name()));
            clear(&folder)?;
            let times = kind.append_singly(&self.sources, &folder)?;
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
        let mut times = vec![Vec::new(); self.kinds.len()];
        let mut as_writer = Vec::new();
        let folder = self.folder_of(Kind::Annals);
        for _ in 0..OPENINGS {
            for (kind, times) in self.kinds.iter().zip(&mut times) {
                times.push(time(&|| kind.open(&self.folder_of(*kind)))?);
            }
            as_writer.push(time(&|| Ok(Box::new(Annals::open_as_writer(&folder)?)))?);
        }
        let times: Vec<Times> = times.into_iter().map(Times::sorted).collect();
        let as_writer = Times::sorted(as_writer);
        let [half, most] = [50, 99].map(|percent| millis(as_writer.percentile(percent)));
        let others = "PostgreSQL runs already, ClickHouse begins with Python";
        let note = format!("annals as the writer: {half} / {most}; {others}");
        self.line(&Line::times("open for reading + newest 50", &times).with_note(note));
        Ok(())
    }

    fn questions(&mut self, repeats: usize) -> Outcome {
        let annals = Annals::open(&self.folder_of(Kind::Annals))?;
        let snapshot = annals.snapshot();
        let (events, actor_path) = (&self.sources.events, self.set.actor_path());
        let parameters = Parameters::of(snapshot, actor_path)?;
        let rows = rows(&parameters, &texts(self.set, events, snapshot, &parameters)?);
        let checked = match setting("ANNALS_CHECK", 1)? {
            0 => 0,
            _ => brute::check(events, snapshot, &rows, actor_path, VARIANTS)?,
        };
        drop(annals);
        let systems =
            self.each(|kind| Ok(Asked { kind, system: kind.open(&self.folder_of(kind))? }))?;
        let compared = compare(&systems, &rows)?;
        for (row, times) in rows.iter().zip(ask(&systems, &rows, repeats)?) {
            self.line(&Line::times(row.name, &times));
        }
        let none = vec![None; self.kinds.len()];
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
            let before = kind.bytes_of(&folder)?;
            let taken = kind.drop_half(&folder, middle)?;
            let left = 100.0 * kind.bytes_of(&folder)? as f64 / before as f64;
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
