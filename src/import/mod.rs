//! Source formats: each turns one input record into the events it stands for.
//!
//! A record that is refused is refused alone: the error says what is wrong with it, and the caller
//! goes on with the next one. The events of one record are meant to be appended as one batch.

mod calendly;
mod decimal;
pub mod generate;
mod google;
mod google_fields;
mod google_parameters;
mod json_map;
mod map_path;
mod map_time;
mod map_tree;
mod members;
mod native;
mod page;
mod source_time;

#[cfg(test)]
mod tests;

pub use calendly::Calendly;
pub use google::Google;
pub use json_map::JsonMap;
pub use native::Native;
pub use page::expand_page;

use crate::Result;
use crate::event::{Event, Value};
use std::fmt::Debug;

/// A source format.
pub trait Source: Debug + Send + Sync {
    /// Turns one parsed record into its events, in their order; they belong into one batch.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), naming the field, when the record does not have
    /// the form of the format, or when one of its events breaks a rule of the schema.
    fn events(&self, record: Value) -> Result<Vec<Event>>;

    /// Whether `value` is a record of this format, sound or not, rather than a page of records.
    fn is_record(&self, value: &Value) -> bool;

    /// A short way for formats that read text directly.
    ///
    /// `None` when there is none, or when the text is refused: parsing it and [`Source::events`]
    /// then say what is wrong with it.
    fn events_of_text(&self, _text: &[u8]) -> Option<Vec<Event>> {
        None
    }
}
