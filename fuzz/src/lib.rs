//! Fuzz targets: each takes any bytes and panics if the engine does what it must not.
//!
//! Only the public interface of annals is used. `cargo test` feeds every target its seeds and some
//! thousand changed ones, on stable; with cargo-fuzz, from the folder above:
//!
//! ```sh
//! cargo +nightly fuzz run --features libfuzzer query_text -- -max_total_time=600
//! ```

pub mod cursor_text;
pub mod event_json;
mod fixture;
mod forge;
pub mod imports;
mod input;
pub mod log_bytes;
pub mod manifest_bytes;
pub mod query_json;
pub mod query_text;
pub mod rules_text;
pub mod segment_bytes;

/// One target: what it is called, what it does with bytes, and inputs to begin with.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of the module and of the binary.
    pub name: &'static str,
    /// Feeds it bytes.
    pub run: fn(&[u8]),
    /// Inputs that reach deep.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 9] = [
    Target { name: "cursor_text", run: cursor_text::run, seeds: cursor_text::seeds },
    Target { name: "event_json", run: event_json::run, seeds: event_json::seeds },
    Target { name: "imports", run: imports::run, seeds: imports::seeds },
    Target { name: "log_bytes", run: log_bytes::run, seeds: log_bytes::seeds },
    Target { name: "manifest_bytes", run: manifest_bytes::run, seeds: manifest_bytes::seeds },
    Target { name: "query_json", run: query_json::run, seeds: query_json::seeds },
    Target { name: "query_text", run: query_text::run, seeds: query_text::seeds },
    Target { name: "rules_text", run: rules_text::run, seeds: rules_text::seeds },
    Target { name: "segment_bytes", run: segment_bytes::run, seeds: segment_bytes::seeds },
];
