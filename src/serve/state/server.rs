//! A store that is served, and all that goes with it.

use super::metrics::{Kind, Metrics};
use super::news::News;
use super::options::ServeOptions;
use super::searches::SavedSearches;
use super::served::Served;
use super::shares::Shares;
use crate::Result;
use crate::event::{Actor, Event, EventBuilder, Timestamp};
use crate::serve::auth::access::AccessFile;
use crate::serve::auth::role::Caller;
use crate::serve::auth::session::Sessions;
use crate::serve::http::hosts::Hosts;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::jobs::Jobs;
use crate::serve::limits::{APPENDS_MAX, LOOKS_MAX, QUESTION_WAITS, QUESTIONS_MAX};
use crate::store::OWN_CATEGORY;
use axum::http::request::Parts;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// A store that is served.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) store: Served,
    pub(crate) options: ServeOptions,
    pub(crate) access: AccessFile,
    pub(crate) sessions: Sessions,
    pub(crate) searches: SavedSearches,
    pub(crate) jobs: Jobs,
    pub(crate) metrics: Metrics,
    pub(crate) news: News,
    pub(crate) shares: Shares,
    /// The names under which it listens, once it does.
    listening: OnceLock<Hosts>,
    questions: Arc<Semaphore>,
    appends: Arc<Semaphore>,
    looks: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

/// Stops a question whose asker is gone.
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Server {
    /// Opens the files of the server.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub(crate) fn open(store: Served, options: ServeOptions) -> Result<Arc<Server>> {
        Ok(Arc::new(Server {
            access: AccessFile::new(&options.folder),
            searches: SavedSearches::new(&options.folder),
            jobs: Jobs::open(&options.folder)?,
            sessions: Sessions::default(),
            metrics: Metrics::new(),
            news: News::new(),
            shares: Shares::default(),
            listening: OnceLock::new(),
            questions: Arc::new(Semaphore::new(QUESTIONS_MAX)),
            appends: Arc::new(Semaphore::new(APPENDS_MAX)),
            looks: Arc::new(Semaphore::new(LOOKS_MAX)),
            stopping: watch::channel(false).0,
            store,
            options,
        }))
    }

    /// The names that it goes by.
    pub(crate) fn hosts(&self) -> &Hosts {
        self.listening.get().unwrap_or(&self.options.hosts)
    }

    /// Goes by these names from now on, which are known only now.
    pub(crate) fn listen_as(&self, hosts: Hosts) {
        // A second call would change nothing, and there is none.
        let _ = self.listening.set(hosts);
    }

    /// Who calls, as the service around knows it.
    pub(crate) fn authenticate(&self, parts: &Parts) -> Option<Caller> {
        self.options.authenticate.as_ref().and_then(|authenticate| authenticate(parts))
    }

    /// No new requests are taken, and those that wait for events end.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether it stops.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Ends once it stops.
    pub(crate) async fn stopped(&self) {
        // The sender is part of the server, so it is there.
        let _ = self.stopping.subscribe().wait_for(|is_stopping| *is_stopping).await;
    }

    /// Questions that run now.
    pub(crate) fn questions_running(&self) -> usize {
        QUESTIONS_MAX - self.questions.available_permits()
    }

    /// A place among the questions that run.
    ///
    /// # Errors
    /// 503 where there is none for a while.
    pub(crate) async fn turn(&self) -> Answer<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.questions).acquire_owned();
        match tokio::time::timeout(QUESTION_WAITS, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Problem::busy(format!("{QUESTIONS_MAX} questions run already"))),
        }
    }

    /// Runs a look of a follower on the pool of threads. Looks are short and wait for each other,
    /// so that thousands of followers take a few threads.
    ///
    /// # Errors
    /// What the look says.
    pub(crate) async fn look<T: Send + 'static>(
        self: &Arc<Self>,
        look: impl FnOnce(&Server) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let turn = Arc::clone(&self.looks).acquire_owned().await;
        self.on_pool(turn, look).await
    }

    /// Runs a question on the pool of threads. It gets a handle that is set once nobody waits for
    /// the answer any more.
    ///
    /// # Errors
    /// What the question says, and 503 where too many run.
    pub(crate) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        kind: Kind,
        question: impl FnOnce(&Server, &Arc<AtomicBool>) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let answer = async {
            let turn = self.turn().await?;
            let cancel = Cancel(Arc::new(AtomicBool::new(false)));
            let handle = Arc::clone(&cancel.0);
            self.on_pool(turn, move |server| question(server, &handle)).await
        };
        self.counted(kind, answer).await
    }

    /// Appends on the pool of threads.
    ///
    /// # Errors
    /// What `append` says, and 503 where too many wait for the disk.
    pub(crate) async fn append<T: Send + 'static>(
        self: &Arc<Self>,
        append: impl FnOnce(&Server) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let answer = async {
            let turn = Arc::clone(&self.appends).try_acquire_owned();
            let full = || format!("{APPENDS_MAX} appends wait for the disk already");
            let turn = turn.map_err(|_| Problem::busy(full()))?;
            self.on_pool(turn, append).await
        };
        self.counted(Kind::Append, answer).await
    }

    /// Counts an answer by its status and by how long it takes.
    async fn counted<T>(&self, kind: Kind, answer: impl Future<Output = Answer<T>>) -> Answer<T> {
        let begun = Instant::now();
        let answer = answer.await;
        let status = answer.as_ref().map_or_else(|problem| problem.status.as_u16(), |_| 200);
        self.metrics.count(kind, status, begun.elapsed());
        answer
    }

    /// Runs what may wait on a thread that may; `turn` is given back when it has ended, whether or
    /// not anybody still waits for it.
    ///
    /// # Errors
    /// What the work says, and 500 where it panics.
    async fn on_pool<P: Send + 'static, T: Send + 'static>(
        self: &Arc<Self>,
        turn: P,
        work: impl FnOnce(&Server) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let server = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let answer = work(&server);
            drop(turn);
            answer
        });
        done.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request ended without an answer");
            let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
            Err(Problem::new(status, "internal", "the server met an error of its own"))
        })
    }

    /// Begins an event about the log itself, done by a caller.
    pub(crate) fn own_event(&self, activity: &str, caller: &Caller) -> EventBuilder {
        let actor = Actor::user(&caller.name).display_name(&caller.name).role(caller.role.name());
        let event = Event::builder(Timestamp::now(), OWN_CATEGORY, activity);
        event.data_source(OWN_CATEGORY).outcome("success").actor(actor)
    }
}
