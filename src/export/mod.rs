//! Output formats: cells of a table, CSV or XLSX file, and the columns they come from.
//!
//! ```text
//! event --column--> cell --csv_file--> guard, null, offset of the zone
//!                        --xlsx_file-> numbers, booleans, dates, texts
//! ```

mod cell;
mod column;
#[cfg(feature = "csv")]
mod csv_file;
#[cfg(feature = "csv")]
mod guard;
#[cfg(feature = "xlsx")]
mod xlsx_file;
mod zoned;

pub use cell::Cell;
pub use column::Column;
#[cfg(feature = "csv")]
pub use csv_file::{CsvOptions, CsvWriter};
#[cfg(feature = "xlsx")]
pub use xlsx_file::{CutCells, XlsxWriter};
pub use zoned::instant_in;
