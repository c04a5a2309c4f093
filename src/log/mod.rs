//! The log: the active append-only file of a store, in arrival order.
//!
//! A frame holds one record: opaque bytes with a sequence and the time at which they were accepted.
//! A commit closes a batch of frames; a batch is there whole or not at all. `docs/format.md` lays
//! down the bytes and says what is a torn tail and what is corruption.

mod frame;
mod replay;
mod salvage;
mod scan;
mod synced;
mod window;
mod writer;

pub(crate) use replay::{Replay, read_head, replay, replay_on};
pub(crate) use salvage::{Known, salvage};
pub(crate) use synced::{Synced, SyncedHint};
pub(crate) use writer::LogWriter;

use crate::event::Timestamp;

/// What the head of a log file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogHeader {
    /// Random, different for every log file: the salt of its CRCs.
    pub(crate) id: u64,
    /// The epoch of its sequences.
    pub(crate) epoch: u64,
    /// The sequence of its first frame; at least 1.
    pub(crate) first_seq: u64,
}

/// One record with its place and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// One more than the sequence of the frame before.
    pub(crate) seq: u64,
    /// When the engine accepted it.
    pub(crate) recorded_at: Timestamp,
    /// The record: at most [`EVENT_BYTES_MAX`](crate::limits::EVENT_BYTES_MAX) and 4 KiB.
    pub(crate) payload: &'a [u8],
}

#[cfg(test)]
mod tests;
