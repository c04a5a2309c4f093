//! Source formats: each turns one input record into the events it stands for.
//!
//! `docs/import.md` says where the members of each format go. A record that is refused is refused
//! alone: the error has the reason, and the caller continues with the next one. The events of one
//! record are meant to be appended as one batch.

mod calendly;
mod calenso;
mod clockify;
mod google;
mod map;
mod native;
mod read;
mod record;
mod source;
mod table;

#[cfg(test)]
mod tests;

pub use calendly::{Calendly, ZonedCalendly};
pub use calenso::Calenso;
pub use clockify::Clockify;
pub use google::Google;
pub use map::{CsvMap, JsonMap};
pub use native::Native;
pub use read::{Fault, InputRecord, Item, RecordReader, expand_page};
pub use source::Source;
pub use table::TableForm;
