//! The zone and the instant that a query is compiled with.

use super::labels::CodeLabels;
use crate::event::Timestamp;
use chrono_tz::Tz;
use std::sync::Arc;

/// The parameters of compiling a query.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The zone of dates and calendar lengths.
    pub(crate) zone: Tz,
    /// The instant that `since:` counts from.
    pub(crate) now: Timestamp,
    /// The labels that events have; `None` without a language.
    pub(crate) labels: Option<Arc<CodeLabels>>,
}

/// The context that parsing checks a term with: whether a term is refused depends on none.
pub(in crate::query) fn any_context() -> Context {
    Context { zone: Tz::UTC, now: Timestamp(0), labels: None }
}
