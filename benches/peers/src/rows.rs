//! Events made ready for the peers, in a file: nothing is left to parse or to split into words.
//!
//! The peers are spared what this engine does while it takes in events: reading and checking
//! JSON, bringing it into canonical form, splitting values into words.

use super::Outcome;
use super::million::batches::BATCH;
use super::place::Places;
use super::words::text_of;
use annals::event::Event;
use annals::json::Value;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

/// Bytes that are read or written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// An event as the peers take it in.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// See [`Places`].
    pub(crate) place: i64,
    /// Who has acted; empty if it is nobody.
    pub(crate) actor: String,
    pub(crate) category: String,
    pub(crate) activity: String,
    /// The whole event in canonical form.
    pub(crate) json: String,
    /// The words of all values, see [`text_of`].
    pub(crate) text: String,
}

impl Row {
    fn of(event: &Event, actor_path: &str, places: &mut Places) -> Outcome<Row> {
        let value = event.to_value();
        let member = |value: Option<&Value>| {
            value.and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
        };
        Ok(Row {
            place: places.next(event.occurred_at())?,
            actor: member(actor_path.split('.').try_fold(&value, |value, key| value.get(key))),
            category: member(value.get("category")),
            activity: member(value.get("activity")),
            json: String::from_utf8(event.canonical().to_vec())?,
            text: text_of(&value),
        })
    }

    fn write(&self, output: &mut impl Write) -> Outcome {
        output.write_all(&self.place.to_le_bytes())?;
        for text in [&self.actor, &self.category, &self.activity, &self.json, &self.text] {
            output.write_all(&u32::try_from(text.len())?.to_le_bytes())?;
            output.write_all(text.as_bytes())?;
        }
        Ok(())
    }
}

/// Writes rows, in the order in which the events arrive.
#[derive(Debug)]
pub(crate) struct RowWriter {
    output: BufWriter<File>,
    actor_path: &'static str,
    places: Places,
}

impl RowWriter {
    /// `actor_path`: the field that says who has acted.
    pub(crate) fn create(path: &Path, actor_path: &'static str) -> Outcome<RowWriter> {
        let output = BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?);
        Ok(RowWriter { output, actor_path, places: Places::default() })
    }

    /// Writes the row of an event in native JSON.
    pub(crate) fn write(&mut self, json: &str) -> Outcome {
        let event = Event::from_json(json.as_bytes())?;
        let row = Row::of(&event, self.actor_path, &mut self.places)?;
        row.write(&mut self.output)
    }

    /// Returns when everything is on the disk.
    pub(crate) fn finish(self) -> Outcome {
        Ok(self.output.into_inner()?.sync_all()?)
    }
}

/// Reads rows in constant memory.
#[derive(Debug)]
pub(crate) struct RowReader {
    input: BufReader<File>,
}

impl RowReader {
    pub(crate) fn open(path: &Path) -> Outcome<RowReader> {
        Ok(RowReader { input: BufReader::with_capacity(BUFFER_BYTES, File::open(path)?) })
    }

    /// Copies the first `count` rows of a file.
    pub(crate) fn copy(file: &Path, copy: &Path, count: u64) -> Outcome {
        let mut reader = RowReader::open(file)?;
        let mut output = BufWriter::new(File::create(copy)?);
        for _ in 0..count {
            let row = reader.next_row()?.ok_or("there are not so many rows")?;
            row.write(&mut output)?;
        }
        Ok(output.flush()?)
    }

    /// Up to [`BATCH`] rows; none at the end of the file.
    pub(crate) fn next_batch(&mut self) -> Outcome<Vec<Row>> {
        let mut rows = Vec::with_capacity(BATCH);
        while rows.len() < BATCH {
            let Some(row) = self.next_row()? else {
                break;
            };
            rows.push(row);
        }
        Ok(rows)
    }

    fn next_row(&mut self) -> Outcome<Option<Row>> {
        let mut place = [0; 8];
        match self.input.read_exact(&mut place) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(Row {
            place: i64::from_le_bytes(place),
            actor: self.next_text()?,
            category: self.next_text()?,
            activity: self.next_text()?,
            json: self.next_text()?,
            text: self.next_text()?,
        }))
    }

    fn next_text(&mut self) -> Outcome<String> {
        let mut len = [0; 4];
        self.input.read_exact(&mut len)?;
        let mut text = vec![0; u32::from_le_bytes(len) as usize];
        self.input.read_exact(&mut text)?;
        Ok(String::from_utf8(text)?)
    }
}
