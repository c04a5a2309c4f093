//! The columns of a table, and rows as objects of them.

use super::row::cells;
use crate::json::Value;
use crate::{Error, Result};

/// The names of the columns of a table and what stands between its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Columns {
    delimiter: u8,
    names: Vec<String>,
}

/// What a row is.
#[derive(Debug, PartialEq)]
pub(in crate::import) enum Row {
    /// An object of the cells that are not empty, by the names of their columns.
    Cells(Value),
    /// Delimiters only, as spreadsheets write them behind the last row.
    Empty,
}

impl Columns {
    /// The columns that a header names. One without a name is called by its number, from 1.
    ///
    /// # Errors
    /// The row is refused, or two columns have one name.
    pub(in crate::import) fn of_header(row: &[u8], delimiter: u8) -> Result<Columns> {
        let mut names: Vec<String> = Vec::new();
        for (place, cell) in cells(row, delimiter)?.into_iter().enumerate() {
            let number = place + 1;
            let name = match cell.trim() {
                "" => number.to_string(),
                name => name.to_owned(),
            };
            if let Some(other) = names.iter().position(|known| *known == name) {
                let problem =
                    format!("columns {} and {number} are both called `{name}`", other + 1);
                return Err(Error::invalid("header", problem));
            }
            names.push(name);
        }
        Ok(Columns { delimiter, names })
    }

    /// Columns called by their numbers, from 1, as many as a first row has.
    ///
    /// # Errors
    /// The row is refused.
    pub(in crate::import) fn numbered(row: &[u8], delimiter: u8) -> Result<Columns> {
        let count = cells(row, delimiter)?.len();
        Ok(Columns { delimiter, names: (1..=count).map(|number| number.to_string()).collect() })
    }

    /// Their names, in order.
    pub(in crate::import) fn names(&self) -> &[String] {
        &self.names
    }

    /// A row by its columns. An empty cell says nothing, so it is left out.
    ///
    /// # Errors
    /// The row is refused, or has more or fewer cells than there are columns.
    pub(in crate::import) fn read(&self, row: &[u8]) -> Result<Row> {
        let cells = cells(row, self.delimiter)?;
        if cells.iter().all(|cell| cell.is_empty()) {
            return Ok(Row::Empty);
        }
        let (count, columns) = (cells.len(), self.names.len());
        if count != columns {
            let problem = format!("has {count} cells, and the table {columns} columns");
            return Err(Error::invalid("record", problem));
        }
        let members = self.names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        let members = members.map(|(name, cell)| (name.clone(), Value::String(cell.into_owned())));
        Ok(Row::Cells(Value::Object(members.collect())))
    }
}
