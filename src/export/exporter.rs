//! A whole file of events: searched, written, packed and measured in one pass.

use super::column::Column;
use super::csv_file::CsvOptions;
use super::exported::ExportedEvent;
use super::form::{Form, refused};
use super::manifest::ExportManifest;
use super::packing::{Measured, Packed, Packing};
use super::xlsx_file::XlsxWriter;
use crate::event::{Raw, StoredEvent};
use crate::query::{Path as FieldPath, Search};
use crate::{Error, Result};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// The format of an exported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// An event per line, all of it.
    Ndjson,
    /// One object: `events`, `next`, `complete`, `zone`.
    Json,
    /// A line per event.
    Csv,
    /// A row per event, in as many sheets as it takes.
    Xlsx,
}

impl ExportFormat {
    /// Whether it has columns rather than whole events.
    fn has_columns(self) -> bool {
        matches!(self, ExportFormat::Csv | ExportFormat::Xlsx)
    }
}

/// Writes all hits of a search to an output, in constant memory, and gives the manifest.
///
/// Times are on the clock of the zone of the search, in NDJSON and JSON as they were stored. Two
/// exports, of which the second goes on at the cursor of the first, have each event once.
///
/// # Examples
/// ```no_run
/// use annals::export::{Column, Export};
/// use annals::{Query, StoreReader, Tz};
///
/// let store = StoreReader::open("activity")?;
/// let snapshot = store.snapshot();
/// let search = snapshot.query(&Query::parse("category=login")?).zone(Tz::Europe__Berlin);
/// let columns = Column::parse_list("occurred_at,actor.email,targets[type=project].name")?;
/// let mut file = std::fs::File::create("logins.csv").expect("the disk takes it");
/// let manifest = Export::csv().columns(columns).limit(10_000).write(&search, &mut file)?;
/// println!("{}", manifest.to_json());
/// if let Some(cursor) = manifest.cursor {
///     let rest = search.after(cursor);
/// }
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Export {
    format: ExportFormat,
    packing: Packing,
    columns: Option<Vec<Column>>,
    is_flat: bool,
    raw: Raw,
    null: Option<String>,
    is_guarded: bool,
    has_bom: bool,
    limit: Option<usize>,
    is_folded: bool,
    folder: PathBuf,
}

impl Export {
    /// A file of this format: all hits, every field, nothing packed.
    pub fn new(format: ExportFormat) -> Export {
        Export {
            format,
            packing: Packing::Plain,
            columns: None,
            is_flat: false,
            raw: Raw::Without,
            null: None,
            is_guarded: true,
            has_bom: false,
            limit: None,
            is_folded: false,
            folder: std::env::temp_dir(),
        }
    }

    /// CSV.
    pub fn csv() -> Export {
        Export::new(ExportFormat::Csv)
    }

    /// XLSX.
    pub fn xlsx() -> Export {
        Export::new(ExportFormat::Xlsx)
    }

    /// NDJSON.
    pub fn ndjson() -> Export {
        Export::new(ExportFormat::Ndjson)
    }

    /// These columns of CSV or XLSX (default: [`Column::defaults`]).
    #[must_use]
    pub fn columns(self, columns: Vec<Column>) -> Export {
        Export { columns: Some(columns), ..self }
    }

    /// Instead of one column for an object, or for a list of objects, a column for each path below
    /// it that hits have. A cell of a list with several elements stays JSON.
    ///
    /// Cost: that of [`Search::fields`] before the first row.
    #[must_use]
    pub fn flatten(self) -> Export {
        Export { is_flat: true, ..self }
    }

    /// Also the payload as received; CSV and XLSX have it in a column `raw`.
    #[must_use]
    pub fn with_raw(self) -> Export {
        Export { raw: Raw::With, ..self }
    }

    /// As [`CsvOptions::null`].
    #[must_use]
    pub fn null(self, text: impl Into<String>) -> Export {
        Export { null: Some(text.into()), ..self }
    }

    /// As [`CsvOptions::unguarded`].
    #[must_use]
    pub fn unguarded(self) -> Export {
        Export { is_guarded: false, ..self }
    }

    /// As [`CsvOptions::bom`].
    #[must_use]
    pub fn bom(self) -> Export {
        Export { has_bom: true, ..self }
    }

    /// How the file is packed.
    #[must_use]
    pub fn packing(self, packing: Packing) -> Export {
        Export { packing, ..self }
    }

    /// At most this many events; `None` (the default): all of them.
    #[must_use]
    pub fn limit(self, limit: impl Into<Option<usize>>) -> Export {
        Export { limit: limit.into(), ..self }
    }

    /// One row for an action, which is its primary event, instead of one for each event: linked
    /// events are folded as by [`Search::fold`]. The number of effects is a column `effects`, in
    /// NDJSON and JSON a member. Rows and limit count actions.
    #[must_use]
    pub fn folded(self) -> Export {
        Export { is_folded: true, ..self }
    }

    /// Where rows of XLSX wait until the file is put together (default: the temporary folder of
    /// the system).
    #[must_use]
    pub fn waiting_in(self, folder: impl Into<PathBuf>) -> Export {
        Export { folder: folder.into(), ..self }
    }

    /// Writes the hits of a search in its order, from behind its cursor, if it has one. The limit
    /// of the search does not apply.
    ///
    /// # Errors
    /// As [`Search::page`]; [`Error::Budget`] beyond a limit of cost; [`Error::Invalid`] for
    /// columns of a format that has none; [`Error::Io`] if the output refuses. What was written
    /// before an error is no whole file.
    pub fn write(&self, search: &Search<'_>, out: impl Write + Send) -> Result<ExportManifest> {
        self.write_watched(search, out, &mut |_| {})
    }

    /// As [`Export::write`]; calls `watch` with the number of events so far, now and then.
    ///
    /// # Errors
    /// As [`Export::write`].
    pub fn write_watched(
        &self,
        search: &Search<'_>,
        out: impl Write + Send,
        watch: &mut dyn FnMut(u64),
    ) -> Result<ExportManifest> {
        const WATCHED_EVENTS: u64 = 1000;
        let columns = self.columns_of(search)?;
        let zone = search.selection.zone;
        let packed = Packed::new(self.packing, Measured::new(out)).map_err(refused)?;
        let mut form = match self.format {
            ExportFormat::Ndjson => Form::Ndjson(packed, Vec::new()),
            ExportFormat::Json => Form::Json(packed, 0, Vec::new()),
            ExportFormat::Csv => Form::csv(self.csv_of(columns.clone(), search), packed)?,
            ExportFormat::Xlsx => {
                let writer = XlsxWriter::waiting_in(&self.folder, columns.clone(), zone)?;
                Form::Xlsx(Box::new(writer), packed)
            }
        };
        let mut rows = 0;
        let language = search.selection.language.as_deref();
        let mut write = |event: &StoredEvent, effects| {
            let event = ExportedEvent::new(event, self.raw).effects(effects);
            form.write(event.labels(search.profiles(), language))?;
            rows += 1;
            if rows % WATCHED_EVENTS == 0 {
                watch(rows);
            }
            Ok(ControlFlow::Continue(()))
        };
        let limited = search.clone().limit(self.limit);
        let cursor = match self.is_folded {
            true => limited.fold().page_into(|one| write(&one.event, Some(one.effects)))?,
            false => limited.whole_page_into(&mut |event| write(&event, None))?,
        };
        let (packed, cut) = form.finish(cursor, zone)?;
        let (bytes, sha256) = packed.finish().map_err(refused)?.figures();
        let (from, to) = search.range()?;
        let headers = || columns.iter().map(|column| column.header().to_owned()).collect();
        Ok(ExportManifest {
            rows,
            bytes,
            sha256,
            query: search.selection.query.to_string(),
            from,
            to,
            zone: zone.name().to_owned(),
            language: language.map(str::to_owned),
            columns: self.format.has_columns().then(headers),
            truncated: cursor.is_some(),
            cursor,
            cut,
        })
    }

    /// The columns of the file; none where it has whole events.
    fn columns_of(&self, search: &Search<'_>) -> Result<Vec<Column>> {
        if !self.format.has_columns() {
            let is_asked = self.columns.is_some() || self.is_flat;
            let problem = "go with CSV and XLSX; other formats have whole events";
            return match is_asked {
                true => Err(Error::invalid("columns", problem)),
                false => Ok(Vec::new()),
            };
        }
        let mut columns = match (&self.columns, &search.selection.language) {
            (Some(columns), _) => columns.clone(),
            (None, Some(_)) => Column::labelled(Column::defaults()),
            (None, None) => Column::defaults(),
        };
        if columns.iter().any(Column::is_label) && search.selection.language.is_none() {
            return Err(Error::invalid("columns", "labels need a search with a language"));
        }
        if self.is_folded && !columns.contains(&Column::effects()) {
            columns.push(Column::effects());
        }
        if self.raw == Raw::With && !columns.iter().any(Column::is_raw) {
            columns.push(Column::raw());
        }
        if self.is_flat {
            let fields = search.clone().fields()?;
            let paths: Vec<FieldPath> = fields.into_iter().map(|field| field.path).collect();
            columns = columns.into_iter().flat_map(|column| column.flattened(&paths)).collect();
        }
        Ok(columns)
    }

    fn csv_of(&self, columns: Vec<Column>, search: &Search<'_>) -> CsvOptions {
        let mut options = CsvOptions::new(columns).zone(search.selection.zone);
        if let Some(null) = &self.null {
            options = options.null(null);
        }
        if !self.is_guarded {
            options = options.unguarded();
        }
        if self.has_bom {
            options = options.bom();
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::query::{Query, Scope};
    use crate::store::Store;
    use crate::testing::SimDisk;
    use std::io::Read;

    fn store() -> Store {
        let disk = SimDisk::new(1).shared();
        let store = Store::builder().background(false).disk(disk).open("/store").unwrap();
        let event = |number: i64| {
            let event = Event::builder(crate::Timestamp(number), "c", "a").tenant("acme");
            event.attribute("n", number).build().unwrap()
        };
        store.append_batch((0..700).map(event)).unwrap();
        store
    }

    fn written(export: &Export, search: &Search<'_>) -> (Vec<u8>, ExportManifest) {
        let mut out = Vec::new();
        let manifest = export.write(search, &mut out).unwrap();
        assert_eq!(manifest.bytes, out.len() as u64);
        (out, manifest)
    }

    #[test]
    fn packed_files_hold_what_plain_ones_do() {
        let (store, all) = (store(), Query::all());
        let snapshot = store.snapshot();
        let search = snapshot.query(&all).by_seq();
        for format in [ExportFormat::Ndjson, ExportFormat::Json, ExportFormat::Csv] {
            let (plain, manifest) = written(&Export::new(format), &search);
            assert_eq!((manifest.rows, manifest.truncated), (700, false));
            let (packed, _) = written(&Export::new(format).packing(Packing::Gzip), &search);
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain);
            let (packed, _) = written(&Export::new(format).packing(Packing::Zstd), &search);
            assert_eq!(zstd::decode_all(&packed[..]).unwrap(), plain);
        }
        let (book, manifest) = written(&Export::xlsx().limit(5), &search);
        assert_eq!((&book[..2], manifest.rows, manifest.cut), (&b"PK"[..], 5, None));
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        let store = store();
        let snapshot = store.snapshot();
        let none = Query::parse("nothing").unwrap();
        let (out, manifest) = written(&Export::ndjson(), &snapshot.query(&none));
        assert!(out.is_empty());
        let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(manifest.sha256, of_nothing);
    }

    #[test]
    fn a_limit_of_cost_and_columns_of_whole_events_are_errors() {
        let (store, all) = (store(), Query::all());
        let snapshot = store.snapshot();
        let export = |export: Export, search: Search<'_>| export.write(&search, std::io::sink());
        let poor = export(Export::csv(), snapshot.query(&all).bytes_max(1));
        assert!(matches!(poor, Err(Error::Budget { .. })), "{poor:?}");
        let columns = Export::ndjson().columns(Column::defaults());
        assert!(matches!(export(columns, snapshot.query(&all)), Err(Error::Invalid { .. })));
    }

    #[test]
    fn a_reader_exports_its_scope() {
        let store = store();
        let count = |tenant: &str| {
            let snapshot = store.reader(Scope::tenant(tenant)).snapshot();
            let all = Query::all();
            let manifest = Export::csv().write(&snapshot.query(&all), std::io::sink());
            manifest.unwrap().rows
        };
        assert_eq!((count("acme"), count("nord")), (700, 0));
    }
}
