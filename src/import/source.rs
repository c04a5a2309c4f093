//! The interface of a source format.

use super::table::TableForm;
use crate::Result;
use crate::event::Event;
use crate::json::Value;
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

    /// The name of the format, where its records have a form of their own: a record of another
    /// known format is then called that.
    fn format(&self) -> Option<&'static str> {
        None
    }

    /// A fast path for formats that read text directly.
    ///
    /// `None` when there is none, or when the text is refused: parsing it and [`Source::events`]
    /// then return the error.
    fn events_of_text(&self, _text: &[u8]) -> Option<Vec<Event>> {
        None
    }

    /// How the tables of this format are written; `None` where it has only JSON.
    fn table(&self) -> Option<TableForm> {
        None
    }

    /// Looks at the columns of a table before its rows are read.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), naming the column, when one is missing: then no
    /// row of the table is read.
    fn check_columns(&self, _columns: &[String]) -> Result<()> {
        Ok(())
    }

    /// Turns one row of a table into its events: an object of its cells by their columns, without
    /// the empty ones. `repeated` equal rows came before, if [`TableForm`] says to count them.
    ///
    /// # Errors
    /// As [`Source::events`].
    fn events_of_row(&self, row: Value, _repeated: u32) -> Result<Vec<Event>> {
        self.events(row)
    }
}
