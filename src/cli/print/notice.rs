//! Notices on stderr.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes one line to stderr. Where nobody listens any more, nothing is lost.
pub(crate) fn tell(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
