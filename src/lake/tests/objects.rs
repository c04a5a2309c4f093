//! A table in memory that fails on request.

use crate::lake::objects::{Answer, FoundObject, Objects, PutAnswer, RequestFailure};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Status 500: nothing was done.
    Failed,
    /// Status 503: nothing was done.
    Busy,
    /// No answer in time: nothing was done.
    TimedOut,
    /// It was done, and the answer did not come.
    LostAnswer,
    /// The process ends before it.
    KilledBefore,
    /// The process ends behind it.
    KilledBehind,
}

pub(super) const FAULTS: [Fault; 6] = [
    Fault::Failed,
    Fault::Busy,
    Fault::TimedOut,
    Fault::LostAnswer,
    Fault::KilledBefore,
    Fault::KilledBehind,
];

#[derive(Debug, Default)]
struct Memory {
    objects: BTreeMap<String, (Bytes, i64)>,
    requests: u64,
    /// The request that fails, and how.
    fault: Option<(u64, Fault)>,
    /// The process has ended: nothing gets through.
    is_dead: bool,
    now: i64,
}

/// Objects in memory.
#[derive(Debug, Default)]
pub(super) struct MemoryObjects(Mutex<Memory>);

impl MemoryObjects {
    /// The n-th request from now on, from 1, fails so.
    pub(super) fn fail(&self, request: u64, fault: Fault) {
        let mut memory = self.0.lock().expect("no test panics with it");
        memory.fault = Some((memory.requests + request, fault));
    }

    /// A new process: requests get through again. Tells whether the fault has come.
    pub(super) fn revive(&self) -> bool {
        let mut memory = self.0.lock().expect("no test panics with it");
        memory.is_dead = false;
        memory.fault.take().is_none()
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> u64 {
        self.0.lock().expect("no test panics with it").requests
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.0.lock().expect("no test panics with it").objects.keys().cloned().collect()
    }

    /// Puts other bytes in the place of an object, or removes it.
    pub(super) fn tamper(&self, path: &str, bytes: Option<Vec<u8>>) {
        let mut memory = self.0.lock().expect("no test panics with it");
        let now = memory.now;
        match bytes {
            Some(bytes) => memory.objects.insert(path.to_owned(), (bytes.into(), now)),
            None => memory.objects.remove(path),
        };
    }

    pub(super) fn set_now(&self, now: i64) {
        self.0.lock().expect("no test panics with it").now = now;
    }

    fn request<T>(&self, act: impl FnOnce(&mut Memory) -> T) -> Answer<T> {
        let mut memory = self.0.lock().expect("no test panics with it");
        memory.requests += 1;
        let failure =
            |message: &str, is_transient| RequestFailure { message: message.into(), is_transient };
        if memory.is_dead {
            return Err(failure("the process has ended", false));
        }
        let fault = memory.fault.filter(|(request, _)| *request == memory.requests);
        if let Some((_, fault)) = fault {
            memory.fault = None;
            memory.is_dead = matches!(fault, Fault::KilledBefore | Fault::KilledBehind);
            if matches!(fault, Fault::LostAnswer | Fault::KilledBehind) {
                act(&mut memory);
            }
            return Err(failure(&format!("{fault:?}"), !memory.is_dead));
        }
        Ok(act(&mut memory))
    }
}

impl Objects for MemoryObjects {
    fn list(&self, folder: &str, after: Option<&str>) -> Answer<Vec<FoundObject>> {
        self.request(|memory| {
            let within = |path: &String| {
                let is_below = folder.is_empty() || path.starts_with(&format!("{folder}/"));
                is_below && after.is_none_or(|after| path.as_str() > after)
            };
            let found = memory.objects.iter().filter(|(path, _)| within(path));
            let found = found.map(|(path, (bytes, modified))| FoundObject {
                path: path.clone(),
                len: bytes.len() as u64,
                modified: *modified,
            });
            found.collect()
        })
    }

    fn get(&self, path: &str) -> Answer<Option<Bytes>> {
        self.request(|memory| memory.objects.get(path).map(|(bytes, _)| bytes.clone()))
    }

    fn put_new(&self, path: &str, bytes: Bytes) -> Answer<PutAnswer> {
        self.request(|memory| {
            let now = memory.now;
            match memory.objects.contains_key(path) {
                true => PutAnswer::Taken,
                false => {
                    memory.objects.insert(path.to_owned(), (bytes, now));
                    PutAnswer::Put
                }
            }
        })
    }

    fn remove(&self, path: &str) -> Answer<()> {
        self.request(|memory| {
            memory.objects.remove(path);
        })
    }
}
