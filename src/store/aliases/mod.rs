//! Names under which persons act: what `aliases.toml` says, the file itself, and the table in
//! force.

pub(super) mod file;
pub(super) mod live;
mod print;
pub(super) mod table;
