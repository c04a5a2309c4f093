//! Output formats: cells of a table or CSV file, and the columns they come from.

mod column;
#[cfg(feature = "cli")]
mod csv_file;

pub use column::Column;
#[cfg(feature = "cli")]
pub use csv_file::CsvWriter;
