//! Where the real events lie, for the acceptance tests and those of the server.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A file of the folder of real events; says loudly that the test is skipped if it is not there.
pub(crate) fn real_file(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ANNALS_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    let note = format!("SKIPPED: {} is not there\n", path.display());
    // Not by a macro: those are silent in a test that passes.
    let _ = std::io::stderr().write_all(note.as_bytes());
    None
}
