//! Quotas for each caller of what is held for long: streamed exports and followers.

use crate::serve::auth::role::Caller;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::limits::{FOLLOWERS_OF_ONE_MAX, STREAMS_OF_ONE_MAX};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

/// A resource with a quota for each caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Shared {
    /// Exports that are streamed to the client.
    Streams,
    /// Followers.
    Followers,
}

impl Shared {
    fn most(self) -> usize {
        match self {
            Shared::Streams => STREAMS_OF_ONE_MAX,
            Shared::Followers => FOLLOWERS_OF_ONE_MAX,
        }
    }
}

type Held = HashMap<(Caller, Shared), usize>;

/// Counting semaphores: what is in use, by caller and resource.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    held: Arc<Mutex<Held>>,
}

/// A permit of one caller (RAII guard): dropping it releases it.
#[derive(Debug)]
pub(crate) struct Share {
    held: Arc<Mutex<Held>>,
    whose: (Caller, Shared),
}

impl Shares {
    /// Takes a permit.
    ///
    /// # Errors
    /// 503 where the caller holds as many as one may.
    pub(crate) fn take(&self, caller: &Caller, shared: Shared) -> Answer<Share> {
        let whose = (caller.clone(), shared);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(whose.clone()).or_default();
        if *count >= shared.most() {
            let what = match shared {
                Shared::Streams => "files",
                Shared::Followers => "followers",
            };
            let detail =
                format!("{} has {count} {what} open, as many as one caller may have", caller.name);
            return Err(Problem::busy(detail));
        }
        *count += 1;
        Ok(Share { held: Arc::clone(&self.held), whose })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut entry) = held.entry(self.whose.clone()) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::auth::role::Role;

    #[test]
    fn one_caller_holds_so_many_and_others_as_many_again() {
        let shares = Shares::default();
        let of = |tenant: &str| Caller {
            name: "ada".into(),
            role: Role::Reader,
            tenant: Some(tenant.into()),
            sources: None,
        };
        let take = |tenant: &str| shares.take(&of(tenant), Shared::Streams);
        let mut held: Vec<Share> = (0..STREAMS_OF_ONE_MAX).map(|_| take("a").unwrap()).collect();
        assert_eq!(take("a").unwrap_err().status.as_u16(), 503);
        assert!(take("b").is_ok() && shares.take(&of("a"), Shared::Followers).is_ok());
        held.pop();
        assert!(take("a").is_ok());
        drop(held);
        assert!(shares.held.lock().unwrap().is_empty());
    }
}
