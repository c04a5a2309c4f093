//! `search`: the events that match, a page at a time or all of them.

use super::empty::tell_why;
use crate::cli::failure::tell;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{SearchOptions, StoreOptions, all_if_zero};
use crate::cli::print::layout::{
    ColumnOptions, EventFormat, FoldOption, Layout, RawOption, SinkFormat,
};
use crate::cli::print::sink::Sink;
use annals::query::{Order, Search};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::ops::ControlFlow;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::commands::query::TEN_LINES)]
pub(crate) struct SearchArguments {
    #[command(flatten)]
    query: SearchOptions,
    #[command(flatten)]
    page: PageOptions,
    /// Continue behind this cursor, as `next:` gave it
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// Leave out events that arrived after the first page, on all pages
    #[arg(long)]
    point_in_time: bool,
    #[command(flatten)]
    fold: FoldOption,
    /// How to print; a table on a terminal, else NDJSON
    #[arg(long, value_name = "FORMAT")]
    format: Option<EventFormat>,
    #[command(flatten)]
    columns: ColumnOptions,
    #[command(flatten)]
    raw: RawOption,
}

/// How many events, and in which order.
#[derive(Debug, Args)]
pub(super) struct PageOptions {
    /// At most this many events; 0 is all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Which events come first
    #[arg(long, value_name = "ORDER", default_value = "newest")]
    order: OrderOption,
}

impl PageOptions {
    /// Sets limit and order of a search.
    pub(super) fn apply<'a>(&self, search: Search<'a>) -> Search<'a> {
        self.order.apply(search).limit(all_if_zero(self.limit))
    }
}

/// The order of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OrderOption {
    /// By time, newest first
    Newest,
    /// By time, oldest first
    Oldest,
    /// As they were stored
    Seq,
}

impl OrderOption {
    /// Sets the order of a search.
    pub(super) fn apply(self, search: Search<'_>) -> Search<'_> {
        search.order(self.order())
    }

    fn order(self) -> Order {
        match self {
            OrderOption::Newest => Order::Newest,
            OrderOption::Oldest => Order::Oldest,
            OrderOption::Seq => Order::Seq,
        }
    }
}

pub(crate) fn run(options: &StoreOptions, arguments: &SearchArguments) -> Outcome {
    let format = arguments.format.map_or_else(|| default_format(&arguments.columns), Into::into);
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let (fold, raw) = (&arguments.fold, arguments.raw.raw());
    let layout = Layout::folded(fold, format, &arguments.columns, raw, &speech)?;
    let mut sink = Sink::to_stdout(layout)?;
    let mut search = arguments.page.apply(arguments.query.search(&snapshot, &speech)?);
    if arguments.point_in_time {
        search = search.point_in_time();
    }
    if let Some(cursor) = &arguments.after {
        let cursor = cursor.parse();
        search = search.after(cursor.map_err(|error| Failure::usage("--after", error))?);
    }
    let asked = search.clone();
    let (next, complete) = match arguments.page.limit {
        0 if arguments.fold.is_linked() => {
            walk(&mut |action| sink.write_action(action), |each| search.fold().for_each(each))?;
            (None, true)
        }
        _ if arguments.fold.is_linked() => {
            let page = search.fold().page()?;
            page.actions.iter().try_for_each(|action| sink.write_action(action))?;
            (page.next, true)
        }
        0 => {
            let end = walk(&mut |event| sink.write(event), |each| {
                search.page_into(|event| each(&event))
            })?;
            (end.next, end.complete)
        }
        // Where a page cannot be whole because of damage, nothing of it is printed.
        _ => {
            let page = search.page()?;
            page.events.iter().try_for_each(|event| sink.write(event))?;
            (page.next, page.complete)
        }
    };
    let next = next.map(|cursor| cursor.to_string());
    let is_empty = sink.is_empty() && complete;
    let notes = match format {
        SinkFormat::Json if is_empty => asked.notes()?,
        _ => Vec::new(),
    };
    sink.finish_noted(next.as_deref(), complete, &notes)?;
    if is_empty {
        tell_why(&asked)?;
    }
    if !complete {
        tell(format_args!("note: not complete: --timeout or --max-bytes was reached"));
    }
    if let Some(cursor) = next {
        tell(format_args!("next: {cursor}"));
    }
    match complete {
        true => Ok(()),
        false => Err(Failure::Partial),
    }
}

/// A table on a terminal, else NDJSON, or CSV where something is asked for that NDJSON, which has
/// whole events, does not have.
fn default_format(columns: &ColumnOptions) -> SinkFormat {
    match (std::io::stdout().is_terminal(), columns.ask_for_csv()) {
        (true, _) => SinkFormat::Table,
        (false, false) => SinkFormat::Ndjson,
        (false, true) => SinkFormat::Csv,
    }
}

/// What a walk calls with what it finds.
type EachFound<'e, F> = &'e mut dyn FnMut(&F) -> annals::Result<ControlFlow<()>>;

/// Runs `search` with what calls `each` for everything found and stops at its first failure.
fn walk<F, T>(
    each: &mut dyn FnMut(&F) -> Outcome,
    search: impl FnOnce(EachFound<'_, F>) -> annals::Result<T>,
) -> Outcome<T> {
    let mut failure = None;
    let end = search(&mut |found| {
        failure = each(found).err();
        Ok(match failure.is_none() {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    })?;
    failure.map_or(Ok(end), Err)
}
