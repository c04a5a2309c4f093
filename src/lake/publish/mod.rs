//! Publishing: the sealed segments of a store become files of a table, each row exactly once.
//!
//! ```text
//! snapshot ─┐
//!           ├─ plan: what has to change ─> steps ─> files put ─> mark noted ─> commit ─> noted
//! log ──────┘            (row sets)                (lake.toml)             (put if absent)
//! ```
//!
//! A step is one commit. What it takes out and what it puts in hold the same rows, but for those
//! that are new and those that leave. A run that ends anywhere leaves files that no commit names,
//! or a commit whose mark `lake.toml` knows; the next run goes on from the table.

mod copies;
mod own;
mod plan;
mod publisher;
mod seal;
mod stats;
mod step;
mod stored;

pub use publisher::{PublishOptions, PublishReport, Publisher};
pub use seal::seal_when_old;

pub(super) use copies::each_row;
pub(super) use own::{ReadRows, StoreNames, TAG_SEGMENT, TAG_STORE, was_made_here, whole_path};
pub(super) use own::{damage_of, named_object, object, own_files};
pub(super) use publisher::table_columns;
pub(super) use stats::wrong_stat;
pub(super) use stored::key_of;
