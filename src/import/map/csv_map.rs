//! `csv`: any table, mapped by a TOML file.
//!
//! ```toml
//! [csv]
//! delimiter = ";"        # or "tab"; without it comma, semicolon or tab, as the first line has it
//! header = true          # the first row names the columns (the default); else "1", "2", ...
//!
//! [fields]
//! occurred_at = '"Date and time"'
//! category = "=doors"
//! activity = "Action"
//! "actor.id" = "Badge"
//! id = {hash = ['"Date and time"', "Badge", "Action"]}
//!
//! [time]
//! format = "%d.%m.%Y %H:%M"
//! zone = "Europe/Berlin"
//!
//! [values."activity"]
//! "Tür auf" = "opened"
//! "Tür zu" = "closed"
//! ```
//!
//! The tables beside `[csv]` are those of a map for JSON: a path on the right is a column. A column
//! whose name holds a dot, a bracket or a quote is quoted inside the path, as in JSON.

use super::json_map::{JsonMap, read_toml, table_of};
use crate::event::Event;
use crate::import::source::Source;
use crate::import::table::TableForm;
use crate::json::Value;
use crate::{Error, Result};

/// How a map names the delimiter that cannot be seen.
const TAB: &str = "tab";

/// A map from the rows of a table to events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvMap {
    map: JsonMap,
    form: TableForm,
}

impl CsvMap {
    /// Reads a map from the text of a TOML file.
    ///
    /// # Errors
    /// [`Error::Invalid`], naming the place: what [`JsonMap::parse`] refuses, and a delimiter that
    /// is not one ASCII character, is a letter or digit, or quotes cells or ends rows.
    pub fn parse(text: &str) -> Result<CsvMap> {
        let mut file = read_toml(text)?;
        let form = match table_of(&mut file, "csv")? {
            Some(table) => read_form(table)?,
            None => TableForm::new(),
        };
        Ok(CsvMap { map: JsonMap::of_tables(&mut file)?, form })
    }
}

impl Source for CsvMap {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        self.map.events(record)
    }

    fn is_record(&self, value: &Value) -> bool {
        self.map.is_record(value)
    }

    fn table(&self) -> Option<TableForm> {
        Some(self.form)
    }

    /// A field of the map none of whose columns is there would be missing in every event.
    fn check_columns(&self, columns: &[String]) -> Result<()> {
        let names: Vec<(String, Value)> =
            columns.iter().map(|name| (name.clone(), Value::Bool(true))).collect();
        let row = Value::Object(names);
        let is_there = |path: &super::path::MapPath| path.find(&row).is_some();
        for field in &self.map.fields {
            if field.has_constant() || field.paths().any(is_there) {
                continue;
            }
            let wanted: Vec<String> = field.paths().map(|path| format!("`{path}`")).collect();
            let columns = columns.join(", ");
            let problem = format!("no column {}; the table has {columns}", wanted.join(" or "));
            return Err(Error::invalid(format!("fields.{}", field.target), problem));
        }
        Ok(())
    }
}

fn read_form(mut table: toml::Table) -> Result<TableForm> {
    let mut form = TableForm::new();
    match table.remove("delimiter") {
        None => {}
        Some(toml::Value::String(text)) => form.delimiter = Some(read_delimiter(&text)?),
        Some(_) => return Err(Error::invalid("csv.delimiter", "is not a text")),
    }
    match table.remove("header") {
        None => {}
        Some(toml::Value::Boolean(header)) => form.header = header,
        Some(_) => return Err(Error::invalid("csv.header", "is neither true nor false")),
    }
    match table.keys().next() {
        Some(name) => Err(Error::invalid("csv", format!("`{name}` is not known here"))),
        None => Ok(form),
    }
}

fn read_delimiter(text: &str) -> Result<u8> {
    match text.as_bytes() {
        _ if text.eq_ignore_ascii_case(TAB) => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n".contains(byte) => {
            Ok(*byte)
        }
        _ => {
            let problem = "is not one ASCII character that is no letter, or \"tab\"";
            Err(Error::invalid("csv.delimiter", problem))
        }
    }
}
