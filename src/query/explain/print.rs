//! Explanations as text.

use super::{
    Answer, ExplainedSource, Explanation, Fate, MetLabel, PlanStep, Pruning, SourceKind, Work,
};
use crate::event::Timestamp;
use crate::query::request::order::Order;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

impl Display for Explanation {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "query    {}", self.query)?;
        if let Some(rewritten) = &self.rewritten {
            writeln!(formatter, "names    {rewritten}")?;
        }
        writeln!(formatter, "answer   {}", self.answer)?;
        if self.from.is_some() || self.to.is_some() {
            let text = |time: Option<Timestamp>| time.map_or("...".to_owned(), |t| t.to_string());
            writeln!(formatter, "time     from {} to before {}", text(self.from), text(self.to))?;
        }
        write!(formatter, "scope    ")?;
        match &self.tenant {
            Some(tenant) => write!(formatter, "tenant {tenant:?}")?,
            None => write!(formatter, "all tenants")?,
        }
        let hidden = if self.include_hidden { ", hidden events included" } else { "" };
        write!(formatter, "{hidden}; now {}, zone {}", self.now, self.zone)?;
        match &self.language {
            Some(language) => writeln!(formatter, ", labels in {language}")?,
            None => writeln!(formatter)?,
        }
        for MetLabel { term, codes } in &self.labels {
            writeln!(formatter, "labels   `{term}`: {}", codes.join(", "))?;
        }
        for source in &self.sources {
            source.fmt(formatter)?;
        }
        for part in &self.parts {
            writeln!(formatter, "part     `{}`: {} events", part.term, part.events)?;
        }
        let more = if self.more { ", more follow" } else { "" };
        writeln!(formatter, "hits     {}{more}", self.hits)?;
        let (plan, evaluate) = (millis(self.times.plan), millis(self.times.evaluate));
        write!(formatter, "time     plan {plan}, evaluate {evaluate}")?;
        match self.answer {
            Answer::Page { .. } => write!(formatter, ", decode {}", millis(self.times.decode)),
            Answer::Count => Ok(()),
        }
    }
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}

impl Display for Answer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (order, limit) = match self {
            Answer::Count => return formatter.write_str("count"),
            Answer::Page { order, limit } => (order, limit),
        };
        formatter.write_str(match order {
            Order::Newest => "newest first, ",
            Order::Oldest => "oldest first, ",
            Order::Seq => "in the order of seq, ",
        })?;
        match limit {
            0 => formatter.write_str("all"),
            limit => write!(formatter, "at most {limit}"),
        }
    }
}

impl Display for ExplainedSource {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {} events", self.kind, self.rows)?;
        if let Some((oldest, newest)) = self.times {
            write!(formatter, ", {oldest} to {newest}")?;
        }
        if let Some((first, last)) = self.seqs {
            write!(formatter, ", seq {first} to {last}")?;
        }
        writeln!(formatter)?;
        match &self.fate {
            Fate::Pruned(reason) => writeln!(formatter, "  left out: {reason}"),
            Fate::NotEntered(steps) => {
                writeln!(formatter, "  not entered: the page was full before")?;
                write_steps(formatter, steps, 4)
            }
            Fate::Entered(steps, work) => {
                if steps.is_empty() && self.kind != SourceKind::Newest {
                    writeln!(formatter, "    every event")?;
                }
                write_steps(formatter, steps, 4)?;
                writeln!(formatter, "  {work}")
            }
        }
    }
}

impl Display for SourceKind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            SourceKind::Segment(id) => write!(formatter, "segment {id}"),
            SourceKind::Indexed => formatter.write_str("tail, indexed in memory"),
            SourceKind::Newest => formatter.write_str("tail, newest events"),
        }
    }
}

impl Display for Pruning {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Pruning::Time { term } => write!(formatter, "nothing occurred then, `{term}`"),
            Pruning::NoMatch { term, missing: None } => write!(formatter, "no event has `{term}`"),
            Pruning::NoMatch { term, missing: Some(word) } => {
                write!(formatter, "no event has `{term}`: the word `{word}` is nowhere")
            }
            Pruning::Hidden => {
                formatter.write_str("hidden by retention, or behind the moment of the cursor")
            }
            Pruning::Cursor => formatter.write_str("ends before the place of the cursor"),
            Pruning::Intersection => formatter.write_str("no event can meet all parts"),
        }
    }
}

fn write_steps(formatter: &mut Formatter<'_>, steps: &[PlanStep], depth: usize) -> fmt::Result {
    for step in steps {
        write!(formatter, "{:depth$}", "")?;
        if let Some(term) = &step.term {
            write!(formatter, "`{term}`: ")?;
        }
        formatter.write_str(&step.action)?;
        match &step.fields[..] {
            [] => {}
            fields if fields.len() <= FIELDS_SHOWN => {
                write!(formatter, " ({})", fields.join(", "))?;
            }
            fields => write!(formatter, " ({} fields)", fields.len())?,
        }
        let bound = if step.is_exact { "" } else { "at most " };
        writeln!(formatter, "; {bound}{} events", step.rows)?;
        write_steps(formatter, &step.parts, depth + 2)?;
    }
    Ok(())
}

/// Fields that are named; more are counted.
const FIELDS_SHOWN: usize = 3;

impl Display for Work {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Work { windows, rows, checked, hits, .. } = self;
        match (windows, hits) {
            (0, 0) => write!(formatter, "nothing to evaluate")?,
            (0, _) => write!(formatter, "known from the directory")?,
            _ => {
                write!(formatter, "windows: {windows}, rows: {rows}, looked at singly: {checked}")?;
            }
        }
        write!(formatter, ", hits: {hits}")?;
        match self.is_complete {
            true => Ok(()),
            false => formatter.write_str(", stopped early"),
        }
    }
}
