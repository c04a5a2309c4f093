//! `lake publish`: the sealed segments of a store become files of a table.

use super::address;
use crate::cli::failure::{Outcome, tell};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use annals::lake::{ExtraColumn, PublishOptions, PublishReport, Publisher, seal_when_old};
use annals::store::{Store, StoreReader};
use annals::{Error, Result};
use clap::Args;
use std::path::Path;
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct LakePublishArguments {
    /// The address of the table; it is made where there is none
    #[arg(long, value_name = "URL")]
    to: String,
    /// Publish once, which is also what happens without --every
    #[arg(long, conflicts_with = "every")]
    once: bool,
    /// Publish again and again, with so long between; goes on after a failure of the network
    #[arg(long, value_name = "TIME")]
    every: Option<String>,
    /// Seal the store first if its oldest unsealed event is so old and nobody else has it open
    #[arg(long, value_name = "TIME")]
    seal_after: Option<String>,
    /// Also publish what is past its visible time
    #[arg(long)]
    include_hidden: bool,
    /// Take over the rows of the store that this one was restored from, or of a copy of it
    #[arg(long)]
    adopt: bool,
    /// A further column, such as details.team.id:string; kinds: string, integer, number, boolean,
    /// instant, json. Several times for several
    #[arg(long, value_name = "PATH:KIND")]
    column: Vec<String>,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &LakePublishArguments) -> Outcome {
    let dir = options.required_dir()?;
    let objects = address::open(&arguments.to)?;
    let length = |option, text: &Option<String>| {
        text.as_deref().map(|text| address::length(option, text)).transpose()
    };
    let every = length("--every", &arguments.every)?;
    let seal_after = length("--seal-after", &arguments.seal_after)?;
    let columns = arguments.column.iter().map(|text| text.parse());
    let columns = columns.collect::<Result<Vec<ExtraColumn>>>()?;
    let mut publish = PublishOptions::default();
    publish.include_hidden = arguments.include_hidden;
    publish.adopt = arguments.adopt;
    publish.columns = columns;
    let folder = Store::builder().lake_folder(dir)?;
    let reader = options.open_to_read()?;
    let mut publisher = Publisher::new(objects, folder, publish);
    loop {
        match publish_once(dir, &reader, &mut publisher, seal_after) {
            Ok(report) => print(&report, arguments.report.format())?,
            // What goes away by itself.
            Err(error @ Error::Io { .. }) if every.is_some() => {
                tell(format_args!("note: not published: {error}"));
            }
            Err(error) => return Err(error.into()),
        }
        let Some(every) = every else { return Ok(()) };
        std::thread::sleep(every);
    }
}

fn publish_once(
    dir: &Path,
    reader: &StoreReader,
    publisher: &mut Publisher,
    seal_after: Option<Duration>,
) -> Result<PublishReport> {
    if let Some(after) = seal_after {
        seal_when_old(&Store::builder(), dir, reader, after)?;
    }
    reader.refresh()?;
    publisher.publish(&reader.snapshot())
}

fn print(report: &PublishReport, format: ReportFormat) -> Outcome {
    if format == ReportFormat::Json {
        return print_json(report);
    }
    let PublishReport { version, rows_added, rows_removed, .. } = report;
    print_line(format!(
        "version {version}: {} files with {rows_added} rows came, {} with {rows_removed} went, {} \
         rows held back",
        report.files_added, report.files_removed, report.rows_held
    ))
}
