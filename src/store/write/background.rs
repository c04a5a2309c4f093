//! The one background thread: it seals full or old tails, merges segments, writes what nobody waits
//! for, syncs what was acknowledged before it was durable, and drops what is past its time.

use super::engine::Engine;
use super::signal::{Job, WakeOnExit};
use crate::store::options::Durability;
use crate::{Error, Result};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a buffered store is synced and the age of the tail is looked at.
const TICK: Duration = Duration::from_millis(200);

/// How long no tail has filled when it is calm: then there is time for merges that take longer than
/// a seal.
const CALM: Duration = Duration::from_millis(500);

/// The running thread; stops and joins when dropped.
#[derive(Debug)]
pub(crate) struct Background {
    engine: Arc<Engine>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    pub(crate) fn start(engine: &Arc<Engine>) -> Result<Background> {
        let shared = Arc::clone(engine);
        let thread = std::thread::Builder::new()
            .name("annals".into())
            .spawn(move || run(&shared))
            .map_err(|error| Error::io("start a thread for", engine.core.paths.root(), error))?;
        Ok(Background { engine: Arc::clone(engine), thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.engine.signal.stop();
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by the panic hook; this side goes on.
            let _ = thread.join();
        }
    }
}

fn run(engine: &Engine) {
    let _farewell = WakeOnExit(&engine.signal);
    let options = &engine.core.options;
    let buffered = options.durability == Durability::Buffered;
    let tick = (buffered || options.seal_age.is_some()).then_some(TICK);
    let mut sweeps = Sweeps::new(options.sweep_every);
    let mut merges = Merges { wanted: true, busy_at: Instant::now() };
    loop {
        let job =
            engine.signal.next([tick, sweeps.wait(), merges.wait()].into_iter().flatten().min());
        match job {
            Job::Stop => {
                // What was submitted is stored, also if nobody waited for it.
                engine.flush_queue();
                return sync(engine);
            }
            Job::Flush => engine.flush_queue(),
            Job::Seal => seal(engine, &mut merges),
            Job::Merge => merges.want(),
            Job::Tick => {
                sync(engine);
                if engine.is_seal_due() {
                    engine.signal.begin_seal();
                    seal(engine, &mut merges);
                } else if merges.are_due() {
                    merges.wanted = engine.compact_when_calm();
                }
            }
        }
        if sweeps.are_due() {
            sweep(engine);
            sweeps.begin_anew();
        }
    }
}

/// When the next sweep is due, by a clock that nobody sets.
struct Sweeps {
    every: Option<Duration>,
    last: Instant,
}

impl Sweeps {
    fn new(every: Option<Duration>) -> Sweeps {
        Sweeps { every, last: Instant::now() }
    }

    /// How long until the next one; `None`: for ever.
    fn wait(&self) -> Option<Duration> {
        self.every.map(|every| every.saturating_sub(self.last.elapsed()))
    }

    fn are_due(&self) -> bool {
        self.wait().is_some_and(|wait| wait.is_zero())
    }

    fn begin_anew(&mut self) {
        self.last = Instant::now();
    }
}

/// When it is calm enough to make large segments.
struct Merges {
    /// Segments have come since the last look.
    wanted: bool,
    /// When the first of them came, or when a tail was full since.
    busy_at: Instant,
}

impl Merges {
    /// How long until then; `None`: for ever.
    fn wait(&self) -> Option<Duration> {
        self.wanted.then(|| CALM.saturating_sub(self.busy_at.elapsed()))
    }

    fn are_due(&self) -> bool {
        self.wait().is_some_and(|wait| wait.is_zero())
    }

    /// Notes new segments.
    fn want(&mut self) {
        if !std::mem::replace(&mut self.wanted, true) {
            self.busy_at = Instant::now();
        }
    }
}

fn sweep(engine: &Engine) {
    match engine.retain(None) {
        Ok(report) if report.events_removed > 0 => {
            tracing::info!(events = report.events_removed, "dropped what is past its time");
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "no sweep of retention; it will be tried again"),
    }
}

/// What was acknowledged early becomes durable; a failure poisons the writer, which tells others.
fn sync(engine: &Engine) {
    if let Err(error) = engine.sync() {
        tracing::error!(%error, "what was acknowledged could not be made durable");
    }
}

fn seal(engine: &Engine, merges: &mut Merges) {
    let was_full = engine.is_tail_full();
    let result = engine.seal_due();
    if was_full {
        merges.busy_at = Instant::now();
    }
    if let Err(error) = &result {
        tracing::warn!(%error, "the tail could not be sealed; it will be tried again");
        // Nothing is merged before it succeeds, which tells of new segments again.
        merges.wanted = false;
    }
    engine.signal.end_seal(result);
}
