//! What can be wanted of the events that a query finds, and how long it takes.

use super::Outcome;
use annals::query::{Query, Search};
use std::fmt::{Display, Formatter, Result as Written};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// How many there are.
    Count,
    /// The newest 50, whole.
    Newest,
    /// The first 50 of the log.
    BySeq,
    /// All of them as a stream, whole.
    Stream,
    /// How often each value of a path comes; the most frequent 50.
    Facets(String),
    /// The values of a path; the most frequent 50.
    Values(String),
    /// How many there are in each bucket of this length.
    Histogram(String),
    /// Which paths they have, and what values.
    Fields,
}

impl Ask {
    /// Reads what is displayed.
    pub(crate) fn parse(text: &str) -> Outcome<Ask> {
        let (name, of) = text.split_once(' ').unwrap_or((text, ""));
        Ok(match name {
            "count" => Ask::Count,
            "newest" => Ask::Newest,
            "seq" => Ask::BySeq,
            "stream" => Ask::Stream,
            "facets" => Ask::Facets(of.to_owned()),
            "values" => Ask::Values(of.to_owned()),
            "histogram" => Ask::Histogram(of.to_owned()),
            "fields" => Ask::Fields,
            _ => return Err(format!("`{text}` cannot be asked").into()),
        })
    }

    /// Asks; gives how many events or values the answer has or counts.
    pub(crate) fn answer(&self, search: Search<'_>) -> annals::Result<u64> {
        let page = |search: Search<'_>| {
            let page = search.limit(50).page()?;
            Ok(std::hint::black_box(page.events).len() as u64)
        };
        Ok(match self {
            Ask::Count => search.count()?,
            Ask::Newest => return page(search.newest()),
            Ask::BySeq => return page(search.by_seq()),
            Ask::Stream => {
                let mut count = 0;
                search.for_each(|event| {
                    count += u64::from(!event.event.canonical().is_empty());
                    Ok(ControlFlow::Continue(()))
                })?;
                count
            }
            Ask::Facets(path) => search.facets(&[path], 50)?.concat().len() as u64,
            Ask::Values(path) => search.values(path, "", 50)?.len() as u64,
            Ask::Histogram(every) => search.histogram(every)?.len() as u64,
            Ask::Fields => search.fields()?.len() as u64,
        })
    }
}

impl Display for Ask {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Written {
        match self {
            Ask::Count => formatter.write_str("count"),
            Ask::Newest => formatter.write_str("newest"),
            Ask::BySeq => formatter.write_str("seq"),
            Ask::Stream => formatter.write_str("stream"),
            Ask::Facets(path) => write!(formatter, "facets {path}"),
            Ask::Values(path) => write!(formatter, "values {path}"),
            Ask::Histogram(every) => write!(formatter, "histogram {every}"),
            Ask::Fields => formatter.write_str("fields"),
        }
    }
}

/// How often something is asked: `repeats` times, but no longer than `time_max` if it was asked
/// `least` times by then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) repeats: usize,
    pub(crate) least: usize,
    pub(crate) time_max: Duration,
}

/// The times of asking all queries in turns, sorted; each is asked once before.
pub(crate) fn times(
    queries: &[Query],
    patience: Patience,
    ask: &mut dyn FnMut(&Query) -> annals::Result<u64>,
) -> Outcome<Vec<Duration>> {
    for query in queries {
        ask(query)?;
    }
    let begin = Instant::now();
    let mut times = Vec::new();
    for query in queries.iter().cycle().take(patience.repeats) {
        let start = Instant::now();
        std::hint::black_box(ask(query)?);
        times.push(start.elapsed());
        if times.len() >= patience.least && begin.elapsed() > patience.time_max {
            break;
        }
    }
    times.sort();
    Ok(times)
}
