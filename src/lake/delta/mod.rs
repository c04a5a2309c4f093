//! The transaction log of a Delta table: actions, the state that they add up to, and commits that
//! replace nothing.

mod action;
mod checkpoint;
mod log;
mod table;

pub(super) use action::{Action, AddFile, MetaData, Protocol, StoreTxn};
pub(super) use log::{Commit, DeltaLog};
pub(super) use table::TableState;
