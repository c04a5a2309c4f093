//! Fuzz targets: each takes any bytes and panics if the engine does what it must not.
//!
//! Only the public interface of annals is used. `cargo test` feeds every target its seeds and some
//! thousand changed ones, on stable; `tests/campaigns/fuzz.sh` runs them with cargo-fuzz;
//! `docs/fuzzing.md` has both and what each target demands.

pub mod cursor_text;
pub mod event_json;
mod fixture;
mod forge;
pub mod imports;
mod input;
#[cfg(feature = "lake")]
pub mod lake_table;
pub mod log_bytes;
pub mod manifest_bytes;
pub mod operations;
pub mod query_json;
pub mod query_text;
pub mod rules_text;
pub mod sections;
pub mod segment_bytes;
pub mod tables;
pub mod two_tenants;

use sections::Kind;

/// One target: what it is called, what it does with bytes, and inputs to begin with.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of the binary.
    pub name: &'static str,
    /// Feeds it bytes.
    pub run: fn(&[u8]),
    /// Inputs that reach deep.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds }
}

/// One more where the lake is built.
const TARGETS_COUNT: usize = 31 + cfg!(feature = "lake") as usize;

/// All targets, by name.
pub const TARGETS: [Target; TARGETS_COUNT] = [
    target("cursor_text", cursor_text::run, cursor_text::seeds),
    target("event_json", event_json::run, event_json::seeds),
    target("import_calendly", imports::calendly, imports::seeds_of_calendly),
    target("import_calendly_csv", tables::calendly_csv, tables::seeds_of_calendly_csv),
    target("import_calenso", imports::calenso, imports::seeds_of_calenso),
    target("import_clockify", imports::clockify, imports::seeds_of_clockify),
    target("import_csv_map", tables::csv_map, tables::seeds_of_csv_map),
    target("import_google", imports::google, imports::seeds_of_google),
    target("import_native", imports::native, imports::seeds_of_native),
    target("import_pages", imports::pages, imports::seeds_of_pages),
    #[cfg(feature = "lake")]
    target("lake_table", lake_table::run, lake_table::seeds),
    target("log_bytes", log_bytes::run, log_bytes::seeds),
    target("manifest_bytes", manifest_bytes::run, manifest_bytes::seeds),
    target("map_file", imports::map_file, imports::seeds_of_map_file),
    target("operations", operations::run, operations::seeds),
    target("query_json", query_json::run, query_json::seeds),
    target("query_text", query_text::run, query_text::seeds),
    target("rules_text", rules_text::run, rules_text::seeds),
    target(
        "section_dictionary",
        |data| sections::run(Kind::Dictionary, data),
        || sections::seeds(Kind::Dictionary),
    ),
    target("section_ints", |data| sections::run(Kind::Ints, data), || sections::seeds(Kind::Ints)),
    target(
        "section_long_words",
        |data| sections::run(Kind::LongWords, data),
        || sections::seeds(Kind::LongWords),
    ),
    target(
        "section_packed",
        |data| sections::run(Kind::Packed, data),
        || sections::seeds(Kind::Packed),
    ),
    target(
        "section_patterns",
        |data| sections::run(Kind::Patterns, data),
        || sections::seeds(Kind::Patterns),
    ),
    target(
        "section_postings",
        |data| sections::run(Kind::Postings, data),
        || sections::seeds(Kind::Postings),
    ),
    target(
        "section_presence",
        |data| sections::run(Kind::Presence, data),
        || sections::seeds(Kind::Presence),
    ),
    target(
        "section_texts",
        |data| sections::run(Kind::Texts, data),
        || sections::seeds(Kind::Texts),
    ),
    target(
        "section_uuids",
        |data| sections::run(Kind::Uuids, data),
        || sections::seeds(Kind::Uuids),
    ),
    target(
        "section_words",
        |data| sections::run(Kind::Words, data),
        || sections::seeds(Kind::Words),
    ),
    target("segment_bytes", segment_bytes::run, segment_bytes::seeds),
    target("segment_contents", sections::contents, sections::seeds_of_contents),
    target("segment_footer", sections::footer, sections::seeds_of_footer),
    target("two_tenants", two_tenants::run, two_tenants::seeds),
];

/// The target with a name.
///
/// # Panics
/// If there is none.
pub fn named(name: &str) -> Target {
    let found = TARGETS.into_iter().find(|target| target.name == name);
    found.expect("a target with this name")
}

/// Feeds a target bytes.
///
/// # Panics
/// If the engine does what it must not, or no target has this name.
pub fn run(name: &str, data: &[u8]) {
    (named(name).run)(data);
}
