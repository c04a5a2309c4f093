//! Output formats: cells of a table, CSV or XLSX file, and the columns they come from.
//!
//! ```text
//! event --column--> cell --csv_file--> guard, null, offset of the zone
//!                        --xlsx_file-> numbers, booleans, dates, texts
//! search --exporter--> form (ndjson, json, csv, xlsx) --packing--> bytes, counted and hashed
//!                                                    --manifest-> what the file is
//! ```

mod cell;
mod column;
#[cfg(feature = "csv")]
mod csv_file;
mod exported;
#[cfg(feature = "export")]
mod exporter;
#[cfg(feature = "export")]
mod form;
#[cfg(feature = "csv")]
mod guard;
#[cfg(feature = "export")]
mod manifest;
#[cfg(feature = "export")]
mod packing;
#[cfg(feature = "xlsx")]
mod xlsx_file;
mod zoned;

pub use cell::Cell;
pub use column::Column;
#[cfg(feature = "csv")]
pub use csv_file::{CsvOptions, CsvWriter};
pub use exported::ExportedEvent;
#[cfg(feature = "export")]
pub use exporter::{Export, ExportFormat};
#[cfg(feature = "export")]
pub use manifest::ExportManifest;
#[cfg(feature = "export")]
pub use packing::Packing;
#[cfg(feature = "xlsx")]
pub use xlsx_file::{CutCells, XlsxWriter};
pub use zoned::instant_in;
