//! What ties an event to others.

use crate::event::{StoredEvent, Timestamp};
use crate::json::Value;
use crate::query::ast::{Literal, Query};
use crate::query::request::order::{Order, SortKey};

/// Values of one look-up, and the bytes of them after which a list ends.
const VALUES_MAX: usize = 256;
const VALUES_BYTES_MAX: usize = 16 << 10;

/// An id or a correlation id, within its tenant.
pub(super) type LinkKey = (Option<String>, String);

/// An event, as far as it is tied to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) time: Timestamp,
    pub(super) seq: u64,
    pub(super) tenant: Option<String>,
    pub(super) id: Option<String>,
    /// The id of what caused it; an event that names itself has no cause and stands for itself.
    pub(super) caused_by: Option<String>,
    /// Whether something is named that caused it.
    names_cause: bool,
    pub(super) correlation: Option<String>,
}

impl Link {
    pub(super) fn of(stored: &StoredEvent) -> Link {
        let event = &stored.event;
        let cause = crate::json::find(event.canonical(), "caused_by");
        let cause = cause.and_then(|member| event.canonical().get(member.value));
        let cause = cause.and_then(|bytes| Value::parse(bytes).ok());
        let cause = cause.as_ref().and_then(|cause| cause.get("id")?.as_str());
        let id = event.text("id");
        Link {
            time: event.occurred_at(),
            seq: stored.seq,
            tenant: event.text("tenant"),
            names_cause: cause.is_some(),
            caused_by: cause.map(str::to_owned).filter(|cause| id.as_ref() != Some(cause)),
            id,
            correlation: event.text("correlation_id"),
        }
    }

    /// Its place in an order.
    pub(super) fn place(&self, order: Order) -> SortKey {
        let time = if order == Order::Seq { Timestamp(0) } else { self.time };
        SortKey { time, seq: self.seq }
    }

    /// The key of what caused it.
    pub(super) fn cause_key(&self) -> Option<LinkKey> {
        Some((self.tenant.clone(), self.caused_by.clone()?))
    }

    /// The key of what it causes.
    pub(super) fn id_key(&self) -> Option<LinkKey> {
        Some((self.tenant.clone(), self.id.clone()?))
    }

    /// The key of the events that it may be the primary of without having caused them.
    pub(super) fn group_key(&self) -> Option<LinkKey> {
        let correlation = self.correlation.clone().filter(|_| !self.names_cause);
        Some((self.tenant.clone(), correlation?))
    }
}

/// Queries for the events that have one of these values at a path, each small enough.
pub(super) fn lists<'k>(path: &str, values: impl Iterator<Item = &'k str>) -> Vec<Query> {
    let mut lists: Vec<Vec<Literal>> = Vec::new();
    let mut bytes = VALUES_BYTES_MAX;
    for value in values {
        match lists.last_mut() {
            Some(list) if list.len() < VALUES_MAX && bytes < VALUES_BYTES_MAX => {
                list.push(Literal::quoted(value));
            }
            _ => {
                lists.push(vec![Literal::quoted(value)]);
                bytes = 0;
            }
        }
        bytes += value.len();
    }
    lists.into_iter().map(|list| Query::field(path).one_of(list)).collect()
}

/// Queries for the events with these sequences.
pub(super) fn seqs(seqs: &[u64]) -> Vec<Query> {
    let list = |seqs: &[u64]| {
        Query::field("seq").one_of(seqs.iter().map(|seq| Literal::bare(seq.to_string())))
    };
    seqs.chunks(VALUES_MAX).map(list).collect()
}

/// Whether an event has a cause.
pub(super) fn has_cause() -> Query {
    Query::field("caused_by.id").exists()
}

/// Whether an event belongs to a group.
pub(super) fn has_correlation() -> Query {
    Query::field("correlation_id").exists()
}
