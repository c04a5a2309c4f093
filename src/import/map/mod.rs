//! Maps: how the records of any source become events, as a TOML file says it.

mod csv_map;
mod field;
mod fields;
mod json_map;
mod path;
mod time;
mod tree;
mod values;

pub use csv_map::CsvMap;
pub use json_map::JsonMap;
