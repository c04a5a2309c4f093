//! Searching: the page of events, and what helps to ask for them.

mod bar;
mod cell;
mod chips;
mod columns;
mod edit;
mod filters;
mod histogram;
mod list;
mod menus;
pub(super) mod parts;
mod suggest;
mod table;
mod tree;
mod typed;

pub(super) use edit::edit;
pub(super) use list::{keep_columns, list};
pub(super) use suggest::suggest;
pub(super) use table::labelled;
pub(super) use tree::{fields, tree};
