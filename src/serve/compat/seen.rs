//! What a client may see, and the walk over it.

use crate::event::{StoredEvent, Timestamp};
use crate::interface::Speech;
use crate::query::{Query, Search};
use crate::serve::api::question::{Asked, Running};
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::{Error, Limit};
use std::ops::ControlFlow;

/// The events that a question of a product's client may be about.
pub(super) struct Seen<'r> {
    running: &'r Running<'r>,
    asked: Asked,
    speech: Speech,
}

impl<'r> Seen<'r> {
    /// Those of a tenant, or of all that the caller sees.
    ///
    /// # Errors
    /// 403 for a tenant of others.
    pub(super) fn new(running: &'r Running<'r>, tenant: Option<String>) -> Answer<Seen<'r>> {
        let asked = Asked { tenant, ..Asked::default() };
        let speech = asked.settle(&running.snapshot)?;
        Ok(Seen { running, asked, speech })
    }

    /// A search among them, within the limits of a question.
    ///
    /// # Errors
    /// 403 for a tenant of others.
    pub(super) fn search(&self, query: Query) -> Answer<Search<'r>> {
        let selection = self.asked.select(query, &self.running.asker.caller, &self.speech)?;
        Ok(self.running.limited(&self.speech, selection))
    }
}

/// A search within times, of which the first is part and the last is not.
pub(super) fn between(
    search: Search<'_>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Search<'_> {
    let search = match from {
        Some(from) => search.between(from..),
        None => search,
    };
    match to {
        Some(to) => search.between(..to),
        None => search,
    }
}

/// Calls `each` with the hits of a search in its order, until it breaks. `false`: a limit of cost
/// ended it before.
///
/// # Errors
/// What the search and `each` say.
pub(super) fn walk(
    search: Search<'_>,
    mut each: impl FnMut(StoredEvent) -> Answer<ControlFlow<()>>,
) -> Answer<bool> {
    let mut refused = None;
    let end = search.limit(None).page_into(|event| {
        Ok(each(event).unwrap_or_else(|problem| {
            refused = Some(problem);
            ControlFlow::Break(())
        }))
    })?;
    refused.map_or(Ok(end.complete), Err)
}

/// What is told where a limit of cost ended a walk that had found nothing.
pub(super) fn too_costly() -> Problem {
    Problem::from(Error::from(Limit::Deadline))
}

/// Takes an instant.
///
/// # Errors
/// 400 for what is none.
pub(super) fn take_instant(params: &mut Params, name: &'static str) -> Answer<Option<Timestamp>> {
    params.text(name).map(|text| read_instant(name, &text)).transpose()
}

/// Reads an instant.
///
/// # Errors
/// 400 for what is none.
pub(super) fn read_instant(name: &str, text: &str) -> Answer<Timestamp> {
    crate::event::value_instant(text).ok_or_else(|| {
        let problem = format!("`{text}` is no RFC 3339 time such as 2026-03-20T08:15:30Z");
        Problem::parameter(name, problem)
    })
}
