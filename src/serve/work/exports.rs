//! The workers that write the files of jobs.

use crate::event::Timestamp;
use crate::export::ExportManifest;
use crate::serve::api::export::ExportAsked;
use crate::serve::api::question::Running;
use crate::serve::door::asker::Asker;
use crate::serve::files::private;
use crate::serve::http::params::Params;
use crate::serve::http::problem::Answer;
use crate::serve::jobs::{Job, JobEnd};
use crate::serve::state::server::Server;
use crate::{Error, Result};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// Files that are written at once.
const WORKERS: usize = 2;
/// How often a worker that waits looks whether the server is still there.
const WAIT: Duration = Duration::from_millis(500);

/// Starts the workers; they end with the server.
pub(super) fn begin(server: &Arc<Server>) {
    for number in 0..WORKERS {
        let server = Arc::downgrade(server);
        let worker = thread::Builder::new().name(format!("annals-export-{number}"));
        if let Err(error) = worker.spawn(move || while work(&server).is_some() {}) {
            tracing::error!(%error, "exports are not written");
        }
    }
}

/// Waits a while for a job and does it; `None` once the server is gone or stops.
fn work(server: &Weak<Server>) -> Option<()> {
    let server = server.upgrade().filter(|server| !server.is_stopping())?;
    let done = match server.jobs.next(WAIT) {
        Some(id) => run(&server, &id),
        None => server.jobs.sweep(Timestamp::now()),
    };
    if let Err(error) = done {
        tracing::error!(%error, "an export cannot be noted");
    }
    Some(())
}

/// Writes the file of a job, and tells of it.
fn run(server: &Server, id: &str) -> Result<()> {
    let Some(job) = server.jobs.start(id)? else {
        return Ok(());
    };
    match write(server, &job) {
        Ok(manifest) => {
            server.jobs.end(id, JobEnd::Done(Box::new(manifest)))?;
            tell(server, id)
        }
        Err(_) if server.is_stopping() => server.jobs.end(id, JobEnd::PutOff),
        Err(problem) => server.jobs.end(id, JobEnd::Failed(problem.detail)),
    }
}

fn write(server: &Server, job: &Job) -> Answer<ExportManifest> {
    let jobs = &server.jobs;
    let mut params = Params::of_address(Some(&job.parameters))?;
    let wanted = ExportAsked::take(&mut params)?;
    let asker = Asker { caller: job.caller(), reason: None, address: String::new() };
    let running = Running::recorded(server, &asker, jobs.cancel());
    let speech = wanted.asked.settle(&running.snapshot)?;
    let path = jobs.file_of(job);
    let export = wanted.export(&speech)?.waiting_in(path.parent().unwrap_or(Path::new(".")));
    let search = wanted.search(&running, &speech)?;
    let partial = path.with_extension("partial");
    let write = || -> Answer<ExportManifest> {
        let file = private().create(true).truncate(true).write(true).open(&partial);
        let file = file.map_err(|error| Error::io("create", &partial, error))?;
        let mut file = BufWriter::with_capacity(256 << 10, file);
        let progress = &mut |rows| jobs.note_progress(&job.id, rows);
        let manifest = export.write_watched(&search, &mut file, progress)?;
        file.flush().map_err(|error| Error::io("write", &partial, error))?;
        file.get_ref().sync_all().map_err(|error| Error::io("sync", &partial, error))?;
        fs::rename(&partial, &path).map_err(|error| Error::io("rename", &partial, error))?;
        Ok(manifest)
    };
    // A file that is not whole is of no use.
    write().inspect_err(|_| drop(fs::remove_file(&partial)))
}

/// Runs the program for exports that are done, once for each.
fn tell(server: &Server, id: &str) -> Result<()> {
    let Some(program) = &server.options.on_export else {
        return Ok(());
    };
    let Some(job) = server.jobs.to_be_told(id)? else {
        return Ok(());
    };
    match Command::new(program).arg(server.jobs.file_of(&job)).status() {
        Ok(status) if status.success() => {}
        Ok(status) => tracing::warn!(%status, "the program for exports failed"),
        Err(error) => tracing::warn!(%error, "the program for exports cannot be run"),
    }
    Ok(())
}
