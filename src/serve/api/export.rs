//! `GET export`: a file of everything that matches, written while it is sent.

use super::file_name::take_name;
use super::question::{Asked, Running, take_cursor, take_fold, take_order, take_raw};
use super::reply::{self, CSV, NDJSON, XLSX};
use crate::event::Raw;
use crate::export::{Export, ExportFormat, Packing};
use crate::interface::Speech;
use crate::query::{Cursor, Order, Search};
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::http::stream::stream;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use crate::serve::state::shares::Shared;
use axum::http::StatusCode;
use std::sync::Arc;

/// Columns that one may ask for, and bytes of their names.
const COLUMNS_MAX: usize = 1_024;
const COLUMNS_BYTES_MAX: usize = 64 << 10;

/// A file that is asked for: which events, and how they are written.
#[derive(Debug, Clone)]
pub(crate) struct ExportAsked {
    pub(crate) asked: Asked,
    file: FileForm,
    packing: Packing,
    order: Order,
    limit: Option<usize>,
    after: Option<Cursor>,
    has_bom: bool,
    is_flat: bool,
    /// What the file is called, without its ending.
    name: Option<String>,
}

/// How events are written.
#[derive(Debug, Clone)]
pub(crate) struct FileForm {
    pub(crate) format: ExportFormat,
    /// The columns of a table; other formats have whole events.
    pub(crate) columns: Option<String>,
    pub(crate) is_folded: bool,
    pub(crate) raw: Raw,
}

impl FileForm {
    /// The export that writes so.
    ///
    /// # Errors
    /// 400 for columns that are none, whatever the format.
    pub(crate) fn export(&self, speech: &Speech) -> Answer<Export> {
        let list = self.columns.as_deref();
        if list.is_some_and(|list| list.len() > COLUMNS_BYTES_MAX) {
            let problem = format!("has at most {} KiB", COLUMNS_BYTES_MAX >> 10);
            return Err(Problem::parameter("columns", problem));
        }
        let named = list.map(|list| match self.is_folded {
            true => speech.columns_with_effects(list),
            false => speech.columns(list),
        });
        let named = named.transpose()?;
        let mut export = Export::new(self.format);
        if named.as_ref().is_some_and(|columns| columns.len() > COLUMNS_MAX) {
            let problem = format!("has at most {COLUMNS_MAX} columns");
            return Err(Problem::parameter("columns", problem));
        }
        if self.has_columns() {
            let columns = named.map_or_else(|| speech.file_columns(), Ok)?;
            export = export.columns(columns);
        }
        if self.is_folded {
            export = export.folded();
        }
        Ok(if self.raw == Raw::With { export.with_raw() } else { export })
    }

    fn has_columns(&self) -> bool {
        matches!(self.format, ExportFormat::Csv | ExportFormat::Xlsx)
    }
}

impl ExportAsked {
    /// Takes the parameters of a question and `format order limit after columns fold raw bom
    /// flatten name`.
    ///
    /// # Errors
    /// 400 for values that they do not have.
    pub(crate) fn take(params: &mut Params) -> Answer<ExportAsked> {
        let (format, packing) = read_format(&params.required("format")?)?;
        Ok(ExportAsked {
            asked: Asked::take(params)?,
            file: FileForm {
                format,
                columns: params.text("columns"),
                is_folded: take_fold(params)?,
                raw: take_raw(params)?,
            },
            packing,
            order: take_order(params)?,
            limit: params.number("limit", 1..=usize::MAX)?,
            after: take_cursor(params)?,
            has_bom: params.flag("bom")?,
            is_flat: params.flag("flatten")?,
            name: take_name(params)?,
        })
    }

    /// The name of the file, as it was given.
    pub(crate) fn file_name(&self) -> String {
        let ending = self.ending();
        match &self.name {
            Some(name) if name.ends_with(&ending) => name.clone(),
            Some(name) => format!("{name}{ending}"),
            None => self.usual_name(),
        }
    }

    /// The name of a file to which nobody gave one.
    pub(crate) fn usual_name(&self) -> String {
        format!("activity{}", self.ending())
    }

    fn ending(&self) -> String {
        let ending = match self.file.format {
            ExportFormat::Ndjson => "ndjson",
            ExportFormat::Json => "json",
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
        };
        let packing = match self.packing {
            Packing::Gzip => ".gz",
            Packing::Zstd => ".zst",
            _ => "",
        };
        format!(".{ending}{packing}")
    }

    fn media_type(&self) -> &'static str {
        match (self.packing, self.file.format) {
            (Packing::Gzip, _) => "application/gzip",
            (Packing::Zstd, _) => "application/zstd",
            (_, ExportFormat::Csv) => CSV,
            (_, ExportFormat::Xlsx) => XLSX,
            (_, ExportFormat::Ndjson) => NDJSON,
            (_, ExportFormat::Json) => reply::JSON,
        }
    }

    /// How the file is written.
    ///
    /// # Errors
    /// 400 for columns that are none.
    pub(crate) fn export(&self, speech: &Speech) -> Answer<Export> {
        let limit = self.limit.into_iter().chain(speech.rows_max()).min();
        let mut export = self.file.export(speech)?.packing(self.packing).limit(limit);
        if self.is_flat && self.file.has_columns() {
            export = export.flatten();
        }
        if self.has_bom && self.file.format == ExportFormat::Csv {
            export = export.bom();
        }
        Ok(export)
    }

    /// The search for the events of the file, in any time and at any cost.
    ///
    /// # Errors
    /// As [`Asked::selection`].
    pub(crate) fn search<'r>(
        &self,
        running: &'r Running<'_>,
        speech: &Speech,
    ) -> Answer<Search<'r>> {
        let selection = self.asked.selection(&running.asker.caller, speech)?;
        let search = running.unlimited(speech, selection).order(self.order);
        Ok(match self.after {
            Some(cursor) => search.after(cursor),
            None => search,
        })
    }
}

fn read_format(text: &str) -> Answer<(ExportFormat, Packing)> {
    let (name, packing) = match text.rsplit_once('.') {
        Some((name, "gz")) => (name, Packing::Gzip),
        Some((name, "zst")) => (name, Packing::Zstd),
        _ => (text, Packing::Plain),
    };
    let format = match name {
        "csv" => ExportFormat::Csv,
        "xlsx" => ExportFormat::Xlsx,
        "ndjson" => ExportFormat::Ndjson,
        "json" => ExportFormat::Json,
        _ => {
            let problem = format!("`{text}` is not csv, xlsx, ndjson or json, perhaps .gz or .zst");
            return Err(Problem::parameter("format", problem));
        }
    };
    Ok((format, packing))
}

/// `GET export`.
///
/// # Errors
/// As every question; 409 for more rows than the profile gives at once.
pub(crate) async fn export(mut call: Call) -> Answer {
    let wanted = ExportAsked::take(&mut call.params)?;
    let (server, asker) = (Arc::clone(&call.server), call.asker.clone());
    let checked = wanted.clone();
    let check = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, &checked.asked.question.query)?;
        let speech = checked.asked.settle(&running.snapshot)?;
        checked.export(&speech)?;
        check_rows(&running, &checked, &speech)
    };
    call.ask(Kind::Export, check).await?;
    let (out, body) = stream();
    let share = server.shares.take(&asker.caller, Shared::Streams)?;
    let turn = server.turn().await?;
    let response = reply::as_file(reply::text(wanted.media_type(), body), &wanted.file_name());
    tokio::task::spawn_blocking(move || {
        let _places = (turn, share);
        let mut out = out;
        match write(&server, &asker, &wanted, &mut out) {
            // A reader that is gone needs no end.
            Ok(()) => drop(out.finish()),
            Err(problem) => out.fail(&problem.detail),
        }
    });
    Ok(response)
}

/// The query must be sound, and its hits not more than the profile gives at once.
fn check_rows(running: &Running<'_>, wanted: &ExportAsked, speech: &Speech) -> Answer<()> {
    let selection = wanted.asked.selection(&running.asker.caller, speech)?;
    let direct = speech.profile().and_then(|profile| profile.export().direct_rows_max);
    let search = running.limited(speech, selection);
    // A cursor of another question is told now, not in the middle of the file.
    let first = search.clone().order(wanted.order).limit(1);
    match wanted.after {
        Some(cursor) => first.after(cursor).page()?,
        None => first.page()?,
    };
    let Some(most) = direct else {
        return Ok(());
    };
    let count = search.count()?;
    let rows = wanted.limit.map_or(count, |limit| count.min(limit as u64));
    if rows <= most {
        return Ok(());
    }
    let detail = format!(
        "{rows} events match and the profile gives at most {most} at once; POST the same \
         parameters to /api/v1/exports and fetch the file when it is done"
    );
    let problem = Problem::new(StatusCode::CONFLICT, "too_many_rows", detail);
    Err(problem.with("rows", rows).with("rows_max", most).with("jobs", "/api/v1/exports"))
}

fn write(
    server: &Server,
    asker: &Asker,
    wanted: &ExportAsked,
    out: &mut (impl std::io::Write + Send),
) -> Answer<()> {
    // A reader that is gone ends it by the write that fails.
    let cancel = Arc::default();
    let running = Running::recorded(server, asker, &cancel);
    let speech = wanted.asked.settle(&running.snapshot)?;
    let export = wanted.export(&speech)?.waiting_in(std::env::temp_dir());
    export.write(&wanted.search(&running, &speech)?, out)?;
    Ok(())
}
