//! Execution: the sources of a search, the hits of each in order, and their merge.

pub(super) mod evaluate;
pub(super) mod hits;
pub(super) mod merge;
pub(super) mod observer;
mod own_seq;
pub(super) mod source;
pub(super) mod unindexed;
