//! Making the events, before anything is measured.

use super::Outcome;
use super::kind::Sources;
use super::rows::RowWriter;
use super::support::corpus::generator;
use std::fs::File;
use std::io::{BufWriter, Write};

/// Writes both files; they are on the disk when this returns.
pub(crate) fn prepare(sources: &Sources, count: u64) -> Outcome {
    let mut source = generator(count);
    let mut events = BufWriter::new(File::create(&sources.events)?);
    let mut rows = RowWriter::create(&sources.rows)?;
    for _ in 0..count {
        let event = source.next_event();
        events.write_all(event.as_bytes())?;
        events.write_all(b"\n")?;
        rows.write(event)?;
    }
    events.into_inner()?.sync_all()?;
    rows.finish()
}
