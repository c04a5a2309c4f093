//! Commands that change, check or describe the files of a store.

pub(crate) mod alias;
pub(crate) mod backup;
pub(crate) mod capture;
pub(crate) mod compact;
pub(crate) mod repair;
pub(crate) mod retain;
pub(crate) mod seal;
pub(crate) mod segments;
pub(crate) mod stats;
pub(crate) mod verify;
