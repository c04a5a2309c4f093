//! The log: the active append-only file of a store, in arrival order.
//!
//! A frame holds one record: opaque bytes with a sequence and the time at which they were accepted.
//! A commit closes a batch of frames; a batch is there whole or not at all. `docs/format.md`
//! specifies the bytes, and which damage is a torn tail and which is corruption.

mod frame;
mod replay;
mod salvage;
mod scan;
mod synced;
mod window;
mod writer;

pub(crate) use frame::{Frame, LogHeader};
pub(crate) use replay::{Replay, read_head, replay, replay_on};
pub(crate) use salvage::{KnownLog, salvage};
pub(crate) use synced::{Synced, SyncedHint};
pub(crate) use writer::LogWriter;

#[cfg(test)]
mod tests;
