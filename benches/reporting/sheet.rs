//! The table of a report: Markdown as it grows, JSON at its end.

use super::data_set::DataSet;
use crate::Outcome;
use serde_json::{Value, json};

/// A figure and how it is shown; `None` for what a system does not do.
pub(crate) type Cell = Option<(f64, String)>;

/// A table that is being printed.
#[derive(Debug)]
pub(crate) struct Sheet {
    title: &'static str,
    events: u64,
    columns: Vec<&'static str>,
    lines: Vec<Value>,
}

impl Sheet {
    /// Prints the head; behind the columns stands a remark.
    pub(crate) fn begin(title: &'static str, events: u64, columns: Vec<&'static str>) -> Sheet {
        println!("| data | {events} events | {} | beside |", columns.join(" | "));
        println!("|---|---|{}---|", "---|".repeat(columns.len()));
        Sheet { title, events, columns, lines: Vec::new() }
    }

    /// Prints a line and keeps it; a cell for each column.
    pub(crate) fn line(&mut self, set: DataSet, name: &str, cells: &[Cell], beside: &str) {
        let shown = cells.iter().map(|cell| cell.as_ref().map_or("-", |(_, shown)| shown));
        let shown: Vec<&str> = shown.collect();
        println!("| {} | {name} | {} | {beside} |", set.name(), shown.join(" | "));
        let value = |cell: &Cell| {
            let (figure, shown) = cell.as_ref()?;
            Some(json!({"value": figure, "shown": shown}))
        };
        let columns = self.columns.iter().zip(cells);
        let cells: serde_json::Map<String, Value> =
            columns.map(|(column, cell)| ((*column).to_owned(), value(cell).into())).collect();
        let line = json!({"data": set.name(), "line": name, "cells": cells, "beside": beside});
        self.lines.push(line);
    }

    /// Writes all lines into the file that `ANNALS_REPORT` names, if it does.
    pub(crate) fn finish(self) -> Outcome {
        let Some(path) = std::env::var_os("ANNALS_REPORT") else {
            return Ok(());
        };
        let Sheet { title, events, columns, lines } = self;
        let report = json!({"report": title, "events": events, "columns": columns, "lines": lines});
        Ok(std::fs::write(path, format!("{report:#}\n"))?)
    }
}

/// A count or a rate.
pub(crate) fn whole(value: f64) -> Cell {
    Some((value, format!("{value:.0}")))
}

/// A value with some digits behind the point.
pub(crate) fn decimal(value: f64, digits: usize) -> Cell {
    Some((value, format!("{value:.digits$}")))
}
