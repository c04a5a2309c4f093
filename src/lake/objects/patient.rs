//! Requests that are made again: a single failure or a lost answer ends nothing.

use super::request::{Answer, FoundObject, Objects, PutAnswer, RequestFailure};
use crate::{Error, Result};
use bytes::Bytes;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a request is made.
const ATTEMPTS: u32 = 6;
/// No request is made again after so long. With one request that hangs, all ends in 150 s.
const AGAIN_FOR: Duration = Duration::from_secs(80);

/// What a put that must not replace anything came to, whatever answers were lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// The object has these bytes: they were put, now or by an earlier attempt.
    Here,
    /// It has others, which stay.
    Other(Bytes),
}

/// The objects of a table, with patience.
#[derive(Debug, Clone)]
pub struct Patient {
    objects: Arc<dyn Objects>,
    url: String,
    /// The wait before the second attempt; it doubles from attempt to attempt.
    first_wait: Duration,
}

impl Patient {
    /// `url` is for messages.
    pub fn new(objects: Arc<dyn Objects>, url: impl Into<String>) -> Patient {
        Patient { objects, url: url.into(), first_wait: Duration::from_millis(200) }
    }

    /// With another wait before the second attempt.
    #[must_use]
    pub fn first_wait(self, first_wait: Duration) -> Patient {
        Patient { first_wait, ..self }
    }

    /// The address, for messages.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All objects below a folder, in the order of their paths.
    ///
    /// # Errors
    /// [`Error::Io`] once patience is at its end, as all of these.
    pub fn list(&self, folder: &str, after: Option<&str>) -> Result<Vec<FoundObject>> {
        let mut found = self.insist("list", folder, || self.objects.list(folder, after))?;
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    /// The bytes of an object; `None` where there is none.
    ///
    /// # Errors
    /// As [`Patient::list`].
    pub fn get(&self, path: &str) -> Result<Option<Bytes>> {
        self.insist("read", path, || self.objects.get(path))
    }

    /// Puts an object where there is none. Where there is one, it is read and compared: an attempt
    /// whose answer was lost may have put it.
    ///
    /// # Errors
    /// As [`Patient::list`]; the object may be there or not.
    pub fn put_new(&self, path: &str, bytes: &Bytes) -> Result<Placed> {
        for _ in 0..ATTEMPTS {
            let put = || self.objects.put_new(path, bytes.clone());
            if self.insist("write", path, put)? == PutAnswer::Put {
                return Ok(Placed::Here);
            }
            match self.get(path)? {
                Some(found) if found == *bytes => return Ok(Placed::Here),
                Some(found) => return Ok(Placed::Other(found)),
                // Another put was under way and failed.
                None => std::thread::sleep(self.first_wait),
            }
        }
        let message = "a put of somebody else is under way and does not end".to_owned();
        Err(self.error("write", path, RequestFailure { message, is_transient: true }))
    }

    /// Removes an object; one that is not there is fine.
    ///
    /// # Errors
    /// As [`Patient::list`].
    pub fn remove(&self, path: &str) -> Result<()> {
        self.insist("remove", path, || self.objects.remove(path))
    }

    fn insist<T>(
        &self,
        action: &'static str,
        path: &str,
        request: impl Fn() -> Answer<T>,
    ) -> Result<T> {
        let begin = Instant::now();
        let mut wait = self.first_wait;
        for attempt in 1.. {
            match request() {
                Ok(answer) => return Ok(answer),
                Err(RequestFailure { is_transient: true, .. })
                    if attempt < ATTEMPTS && begin.elapsed() < AGAIN_FOR =>
                {
                    std::thread::sleep(wait);
                    wait *= 2;
                }
                Err(failure) => return Err(self.error(action, path, failure)),
            }
        }
        unreachable!("the last attempt returns")
    }

    fn error(&self, action: &'static str, path: &str, failure: RequestFailure) -> Error {
        let whole = format!("{}/{path}", self.url);
        Error::io(action, Path::new(whole.trim_end_matches('/')), io::Error::other(failure.message))
    }
}
