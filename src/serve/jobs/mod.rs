//! Exports that are written aside: jobs, their files, and signed links to them.
//!
//! Each job has a folder of its own, `exports/ID`, with `job.json` and the file. A job that was cut
//! short by the end of the server begins again with the next one. A file goes 24 hours after it was
//! done.

mod job;
mod link;

pub(crate) use job::{Job, JobEnd, JobState};
pub(crate) use link::Refusal;

use super::auth::role::{Caller, Role};
use super::files::{private_folder, read, replace};
use crate::event::Timestamp;
use crate::io::{Random, SystemRandom};
use crate::text::hex;
use crate::{Error, Result};
use job::FILE_KEPT_MICROS;
use link::LinkKey;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const FOLDER: &str = "exports";
const JOB_FILE: &str = "job.json";
const KEY_FILE: &str = "key";
/// Jobs that are kept. Those without a file make room, the oldest first; else more are refused.
const JOBS_MAX: usize = 1_000;
/// Jobs of one caller that have a file or will have one; more are refused.
const JOBS_OF_ONE_MAX: usize = 100;
/// How long a job is told of after its file is gone.
const TOLD_MICROS: i64 = 7 * FILE_KEPT_MICROS;

/// The jobs of a store.
#[derive(Debug)]
pub(crate) struct Jobs {
    folder: PathBuf,
    jobs: Mutex<BTreeMap<String, Job>>,
    /// Made with the first job.
    key: Mutex<Option<LinkKey>>,
    queue: Sender<String>,
    waiting: Mutex<Receiver<String>>,
    /// Set when the server stops: jobs that run end, and go on with the next server.
    cancel: Arc<AtomicBool>,
}

impl Jobs {
    /// Opens the jobs in a folder; those that were not done wait.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn open(folder: &Path) -> Result<Jobs> {
        let folder = folder.join(FOLDER);
        let (queue, waiting) = channel();
        let mut jobs = BTreeMap::new();
        for mut job in found_in(&folder)? {
            if matches!(job.state, JobState::Waiting | JobState::Running) {
                job.state = JobState::Waiting;
                // The other end is here.
                let _ = queue.send(job.id.clone());
            }
            jobs.insert(job.id.clone(), job);
        }
        let (jobs, waiting) = (Mutex::new(jobs), Mutex::new(waiting));
        let cancel = Arc::default();
        Ok(Jobs { folder, jobs, key: Mutex::default(), queue, waiting, cancel })
    }

    /// Takes a job in; it runs when one of the workers is free. `file` is what people call its
    /// file, `stored` what it is called in the folder of the job.
    ///
    /// Durability: on `Ok` the job survives power loss.
    ///
    /// # Errors
    /// [`Error::Invalid`] where there are too many; [`Error::Io`].
    pub(crate) fn create(
        &self,
        owner: &Caller,
        parameters: String,
        file: String,
        stored: String,
    ) -> Result<Job> {
        let mut id = [0; 16];
        SystemRandom.fill(&mut id);
        let job = Job::new(hex(&id), owner, parameters, file, stored);
        self.make_room(owner)?;
        let folder = self.folder.join(&job.id);
        private_folder().create(&folder).map_err(|error| Error::io("create", &folder, error))?;
        self.save(&job)?;
        self.lock().insert(job.id.clone(), job.clone());
        // The other end is here.
        let _ = self.queue.send(job.id.clone());
        Ok(job)
    }

    /// Sees to it that a caller may have one job more.
    fn make_room(&self, owner: &Caller) -> Result<()> {
        let has_file = |job: &&Job| !matches!(job.state, JobState::Failed | JobState::Expired);
        let jobs = self.lock();
        let own = jobs.values().filter(has_file).filter(|job| job.caller() == *owner).count();
        if own >= JOBS_OF_ONE_MAX {
            let problem = format!("{} has {own} already; take some out", owner.name);
            return Err(Error::invalid("exports", problem));
        }
        if jobs.len() < JOBS_MAX {
            return Ok(());
        }
        let over = jobs.values().filter(|job| !has_file(job));
        let oldest = over.min_by(|one, other| one.created_at.cmp(&other.created_at)).cloned();
        drop(jobs);
        match oldest {
            Some(job) => self.forget(&job),
            None => {
                return Err(Error::invalid("exports", format!("there are {JOBS_MAX} already")));
            }
        }
        Ok(())
    }

    /// Takes a job out, with its file. `None` where the caller has no such job; `Some(false)`
    /// while it runs.
    pub(crate) fn remove(&self, id: &str, caller: &Caller) -> Option<bool> {
        let job = self.get(id, caller)?;
        if job.state == JobState::Running {
            return Some(false);
        }
        self.forget(&job);
        Some(true)
    }

    fn forget(&self, job: &Job) {
        self.lock().remove(&job.id);
        // What cannot be removed now is found when the server starts, and is nobody's.
        let _ = fs::remove_file(self.folder.join(&job.id).join(JOB_FILE));
        let _ = fs::remove_dir_all(self.folder.join(&job.id));
    }

    /// The jobs of a caller, the newest first; an administrator's are all.
    pub(crate) fn list(&self, caller: &Caller) -> Vec<Job> {
        let jobs = self.lock();
        let mut jobs: Vec<Job> = jobs.values().filter(|job| is_of(job, caller)).cloned().collect();
        jobs.sort_by(|one, other| other.created_at.cmp(&one.created_at));
        jobs
    }

    /// One of them.
    pub(crate) fn get(&self, id: &str, caller: &Caller) -> Option<Job> {
        self.lock().get(id).filter(|job| is_of(job, caller)).cloned()
    }

    /// The address of the file of a job that is done.
    ///
    /// # Errors
    /// [`Error::Io`] where there is no key and none can be made.
    pub(crate) fn link(&self, job: &Job) -> Result<Option<String>> {
        let Some(end) = job.expires_at().filter(|_| job.state == JobState::Done) else {
            return Ok(None);
        };
        let seconds = end.0.div_euclid(1_000_000);
        let signature = self.with_key(|key| key.sign(&job.id, seconds))?;
        let file = format!("/api/v1/exports/{}/file", job.id);
        Ok(Some(format!("{file}?expires={seconds}&signature={signature}")))
    }

    /// The file that a link leads to, and its name.
    ///
    /// # Errors
    /// The inner one: why the link leads nowhere. The outer one: [`Error::Io`].
    pub(crate) fn file(
        &self,
        id: &str,
        expires: &str,
        signature: &str,
    ) -> Result<Result<(PathBuf, String), Refusal>> {
        let checked = self.with_key(|key| key.check(id, expires, signature))?;
        if let Err(refusal) = checked {
            return Ok(Err(refusal));
        }
        let job = self.lock().get(id).filter(|job| job.state == JobState::Done).cloned();
        let file = job.map(|job| (self.file_of(&job), job.file));
        Ok(file.filter(|(path, _)| path.is_file()).ok_or(Refusal::Gone))
    }

    /// Ends the jobs that run; they begin again with the next server.
    pub(crate) fn stop(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// The next job that waits, if one comes within a while.
    pub(crate) fn next(&self, within: Duration) -> Option<String> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.recv_timeout(within).ok()
    }

    /// A job that begins to run; `None` if it is gone.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn start(&self, id: &str) -> Result<Option<Job>> {
        self.change(id, |job| job.state = JobState::Running)?;
        Ok(self.lock().get(id).cloned())
    }

    /// So many rows are written.
    pub(crate) fn note_progress(&self, id: &str, rows: u64) {
        if let Some(job) = self.lock().get_mut(id) {
            job.rows = rows;
        }
    }

    /// Notes how a job ended: with a file, with an error, or not yet, since the server stops.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn end(&self, id: &str, end: JobEnd) -> Result<()> {
        self.change(id, |job| job.end(end))
    }

    /// The job, if nobody was told of its file yet. From then on somebody was: after a crash
    /// nobody is told twice.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn to_be_told(&self, id: &str) -> Result<Option<Job>> {
        let job = self.lock().get(id).filter(|job| !job.is_told).cloned();
        if job.is_some() {
            self.change(id, |job| job.is_told = true)?;
        }
        Ok(job)
    }

    /// Is set when the server stops.
    pub(crate) fn cancel(&self) -> &Arc<AtomicBool> {
        &self.cancel
    }

    /// The path of the file of a job.
    pub(crate) fn file_of(&self, job: &Job) -> PathBuf {
        self.folder.join(&job.id).join(job.stored.as_ref().unwrap_or(&job.file))
    }

    /// Changes a job, in memory and on disk.
    fn change(&self, id: &str, change: impl FnOnce(&mut Job)) -> Result<()> {
        let changed = {
            let mut jobs = self.lock();
            let Some(job) = jobs.get_mut(id) else { return Ok(()) };
            change(job);
            job.clone()
        };
        self.save(&changed)
    }

    /// Removes the files that are past their time, and forgets jobs long after that.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn sweep(&self, now: Timestamp) -> Result<()> {
        let over = |job: &Job| job.expires_at().is_some_and(|end| end <= now);
        let ended: Vec<Job> = self.lock().values().filter(|job| over(job)).cloned().collect();
        for job in ended {
            if job.state == JobState::Done {
                // A file that is gone already is as gone.
                let _ = fs::remove_file(self.file_of(&job));
                self.change(&job.id, |job| job.state = JobState::Expired)?;
            }
            if job.expires_at().is_some_and(|end| end.0.saturating_add(TOLD_MICROS) <= now.0) {
                self.forget(&job);
            }
        }
        Ok(())
    }

    fn save(&self, job: &Job) -> Result<()> {
        let text = serde_json::to_vec(job);
        let text = text.map_err(|error| Error::invalid("job", error.to_string()))?;
        replace(&self.folder.join(&job.id).join(JOB_FILE), &text)
    }

    fn with_key<T>(&self, with: impl FnOnce(&LinkKey) -> T) -> Result<T> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if key.is_none() {
            *key = Some(LinkKey::open(&self.folder, KEY_FILE)?);
        }
        Ok(with(key.as_ref().expect("it was made above")))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_of(job: &Job, caller: &Caller) -> bool {
    caller.role == Role::Admin || job.caller() == *caller
}

/// The jobs in a folder; one whose file cannot be read is told and left.
fn found_in(folder: &Path) -> Result<Vec<Job>> {
    let items = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        items => items.map_err(|error| Error::io("list", folder, error))?,
    };
    let mut jobs = Vec::new();
    for item in items {
        let path = item.map_err(|error| Error::io("list", folder, error))?.path().join(JOB_FILE);
        let text = match read(&path) {
            Ok(text) if !text.is_empty() => text,
            _ => continue,
        };
        match serde_json::from_str(&text) {
            Ok(job) => jobs.push(job),
            Err(error) => tracing::warn!(%error, path = %path.display(), "no job"),
        }
    }
    Ok(jobs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{Export, ExportManifest};
    use crate::query::Query;
    use crate::store::Store;

    fn manifest(folder: &Path) -> ExportManifest {
        let store = Store::open(folder.join("store")).unwrap();
        let (snapshot, all) = (store.snapshot(), Query::all());
        Export::csv().write(&snapshot.query(&all), std::io::sink()).unwrap()
    }

    fn caller() -> Caller {
        Caller { name: "ada".into(), role: Role::Reader, tenant: None, sources: None }
    }

    #[test]
    fn a_file_goes_a_day_after_it_was_done() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::open(folder.path()).unwrap();
        let job = jobs
            .create(&caller(), "format=csv".into(), "activity.csv".into(), "activity.csv".into())
            .unwrap();
        jobs.start(&job.id).unwrap();
        fs::write(jobs.file_of(&job), "seq\n").unwrap();
        jobs.end(&job.id, JobEnd::Done(Box::new(manifest(folder.path())))).unwrap();
        let job = jobs.get(&job.id, &caller()).unwrap();
        let end = job.expires_at().unwrap();
        jobs.sweep(Timestamp(end.0 - 1)).unwrap();
        assert!(jobs.file_of(&job).exists());
        assert!(jobs.link(&job).unwrap().is_some());
        jobs.sweep(end).unwrap();
        assert!(!jobs.file_of(&job).exists());
        let told = jobs.get(&job.id, &caller()).unwrap();
        assert_eq!((told.state, jobs.link(&told).unwrap()), (JobState::Expired, None));
        jobs.sweep(Timestamp(end.0 + TOLD_MICROS)).unwrap();
        assert_eq!(jobs.get(&job.id, &caller()), None);
    }

    #[test]
    fn one_caller_takes_no_room_of_others_and_their_jobs_can_go() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::open(folder.path()).unwrap();
        let create = |caller: &Caller| {
            jobs.create(caller, String::new(), "activity.csv".into(), "activity.csv".into())
        };
        let first = create(&caller()).unwrap();
        for _ in 1..JOBS_OF_ONE_MAX {
            create(&caller()).unwrap();
        }
        assert!(matches!(create(&caller()), Err(Error::Invalid { .. })));
        let other = Caller { tenant: Some("acme".into()), ..caller() };
        let others = create(&other).unwrap();
        assert_eq!(jobs.remove(&others.id, &caller()), None, "the same name, another tenant");
        assert_eq!(jobs.get(&first.id, &other), None);
        jobs.start(&first.id).unwrap();
        assert_eq!(jobs.remove(&first.id, &caller()), Some(false));
        jobs.end(&first.id, JobEnd::Failed("full".into())).unwrap();
        assert_eq!(jobs.remove(&first.id, &caller()), Some(true));
        assert!(!folder.path().join(FOLDER).join(&first.id).exists());
        assert!(create(&caller()).is_ok());
        assert_eq!(jobs.start(&first.id).unwrap(), None, "who waits for it finds it gone");
    }

    #[test]
    fn a_job_that_was_cut_short_waits_for_the_next_server() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::open(folder.path()).unwrap();
        let job = jobs
            .create(&caller(), "format=csv".into(), "activity.csv".into(), "activity.csv".into())
            .unwrap();
        assert_eq!(jobs.next(Duration::ZERO), Some(job.id.clone()));
        jobs.start(&job.id).unwrap();
        drop(jobs);
        let jobs = Jobs::open(folder.path()).unwrap();
        assert_eq!(jobs.get(&job.id, &caller()).unwrap().state, JobState::Waiting);
        assert_eq!(jobs.next(Duration::ZERO), Some(job.id));
        assert_eq!(jobs.next(Duration::ZERO), None);
    }
}
