//! A request: a query with its range, order, cursor and limits.

mod asking;
pub(super) mod cursor;
mod guard;
pub(super) mod order;
mod renamed;
pub(super) mod scope;
pub(super) mod search;
pub(super) mod selection;
mod speech;
