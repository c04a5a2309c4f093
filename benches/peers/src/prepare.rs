//! Making the events, before anything is measured.

use super::Outcome;
use super::kind::Sources;
use super::reporting::data_set::DataSet;
use super::rows::RowWriter;
use std::fs::File;
use std::io::{BufWriter, Write};

/// Writes both files; they are on the disk when this returns. Says where the events come from.
pub(crate) fn prepare(set: DataSet, sources: &Sources, count: u64) -> Outcome<String> {
    let mut events = BufWriter::new(File::create(&sources.events)?);
    let mut rows = RowWriter::create(&sources.rows, set.actor_path())?;
    let note = set.for_each(count, &mut |event| {
        events.write_all(event.as_bytes())?;
        events.write_all(b"\n")?;
        rows.write(event)
    })?;
    events.into_inner()?.sync_all()?;
    rows.finish()?;
    Ok(note)
}
