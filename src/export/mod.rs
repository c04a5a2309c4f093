//! Output formats: cells of a table, CSV or XLSX file, and the columns they come from.

mod column;
#[cfg(feature = "cli")]
mod csv_file;
#[cfg(feature = "cli")]
mod xlsx_file;

pub use column::Column;
#[cfg(feature = "cli")]
pub use csv_file::CsvWriter;
#[cfg(feature = "cli")]
pub use xlsx_file::{CutCells, XlsxWriter};
