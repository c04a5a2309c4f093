//! Linked changes: an action and its effects, which are events of their own.
//!
//! An event belongs to one action, and one event stands for it, its primary:
//!
//! * An event with `caused_by.id` belongs to the action of the event with that id and its tenant;
//!   among several that one which has its `correlation_id`, then the one with the lowest `seq`. If
//!   there is none (it was not captured, or is past its time), the event stands for itself.
//! * An event without it, but with a `correlation_id`, belongs to the oldest event without
//!   `caused_by.id` that has this `correlation_id` and its tenant.
//! * Any other event stands for itself.
//!
//! | file | what |
//! |---|---|
//! | `link` | what ties an event to others |
//! | `primaries` | from events to their primaries |
//! | `effects` | from primaries to all events of their actions |
//! | `fold` | a search whose hits are actions |

mod effects;
pub(super) mod fold;
mod link;
mod primaries;

use crate::event::StoredEvent;
use crate::query::request::cursor::Cursor;

/// An action: the event that stands for it, and how many others belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedAction {
    /// The primary event.
    pub event: StoredEvent,
    /// The other events of the action that are visible, whether they match or not.
    pub effects: u64,
}

/// A page of actions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedPage {
    /// The actions, in the order of their primaries.
    pub actions: Vec<LinkedAction>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
}
