//! Maps: how the records of any source become events, as a TOML file says it.

mod json_map;
mod path;
mod time;
mod tree;

pub use json_map::JsonMap;
