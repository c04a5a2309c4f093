//! Source formats: each turns one input record into the events it stands for.
//!
//! A record that is refused is refused alone: the error has the reason, and the caller continues
//! with the next one. The events of one record are meant to be appended as one batch.

mod addresses;
mod calendly;
mod decimal;
mod google;
mod google_fields;
mod google_parameters;
mod json_map;
mod map_path;
mod map_time;
mod map_tree;
mod members;
mod native;
mod read;
mod source;
mod source_time;

#[cfg(test)]
mod tests;

pub use calendly::Calendly;
pub use google::Google;
pub use json_map::JsonMap;
pub use native::Native;
pub use read::{Fault, InputRecord, Item, RecordReader, expand_page};
pub use source::Source;
