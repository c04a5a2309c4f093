//! The folder of a store: file names, days, links, and what lies in it.

pub(super) mod aside;
pub(super) mod days;
pub(super) mod edited;
pub(super) mod files;
pub(super) mod inventory;
pub(super) mod links;
pub(super) mod paths;
