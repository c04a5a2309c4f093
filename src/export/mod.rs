//! Output formats: cells of a table, CSV or XLSX file, and the columns they come from.

mod column;
#[cfg(feature = "csv")]
mod csv_file;
#[cfg(feature = "xlsx")]
mod xlsx_file;

pub use column::Column;
#[cfg(feature = "csv")]
pub use csv_file::CsvWriter;
#[cfg(feature = "xlsx")]
pub use xlsx_file::{CutCells, XlsxWriter};
