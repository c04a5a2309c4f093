//! A line of the table: the same figure of all systems, and how they compare.

use super::kind::Kind;
use super::reporting::data_set::DataSet;
use super::reporting::sheet::{Cell, Sheet, decimal};
use super::reporting::times::millis;
use super::rounds::Times;

/// One line; a cell for each system that is asked, this engine's first.
#[derive(Debug)]
pub(crate) struct Line {
    name: String,
    cells: Vec<Cell>,
    /// Whether more is better.
    more: bool,
    note: String,
}

impl Line {
    /// A figure of which less is better.
    pub(crate) fn less(name: impl Into<String>, cells: Vec<Cell>) -> Line {
        Line { name: name.into(), cells, more: false, note: String::new() }
    }

    /// A figure of which more is better.
    pub(crate) fn more(name: impl Into<String>, cells: Vec<Cell>) -> Line {
        Line { more: true, ..Line::less(name, cells) }
    }

    /// Times in milliseconds; the medians are compared.
    pub(crate) fn times(name: &str, times: &[Times]) -> Line {
        let cell = |times: &Times| {
            (!times.is_empty()).then(|| {
                let [half, most] = [50, 99].map(|percent| times.percentile(percent));
                (half.as_secs_f64(), format!("{} / {}", millis(half), millis(most)))
            })
        };
        Line::less(format!("{name}, ms p50 / p99"), times.iter().map(cell).collect())
    }

    /// The same line with a remark at its end.
    pub(crate) fn with_note(self, note: impl Into<String>) -> Line {
        Line { note: note.into(), ..self }
    }

    /// How many times better this engine is than the best peer; below 1 it is behind.
    pub(crate) fn lead(&self) -> Option<f64> {
        let mut figures = self.cells.iter().map(|cell| cell.as_ref().map(|(figure, _)| *figure));
        let own = figures.next()??;
        let ratio = |peer: f64| if self.more { own / peer } else { peer / own };
        figures.flatten().map(ratio).min_by(f64::total_cmp)
    }

    /// Prints the line, and tells the name of it where a peer is ahead.
    pub(crate) fn print(&self, sheet: &mut Sheet, set: DataSet) -> Option<String> {
        let lead = self.lead();
        let mut cells = self.cells.clone();
        cells.push(lead.and_then(|lead| decimal(lead, 2)));
        sheet.line(set, &self.name, &cells, &self.note);
        let lead = lead.filter(|lead| *lead < 1.0)?;
        Some(format!("{} on {} ({lead:.2})", self.name, set.name()))
    }
}

/// What stands above the columns of `kinds`.
pub(crate) fn columns(kinds: &[Kind]) -> Vec<&'static str> {
    let mut columns: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
    columns.push("times better than the best peer");
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(figures: [f64; 2]) -> Vec<Cell> {
        let mut cells: Vec<Cell> = figures.map(|it| Some((it, it.to_string()))).into();
        cells.push(None);
        cells
    }

    #[test]
    fn the_lead_is_above_one_where_the_engine_is_better() {
        assert_eq!(Line::less("ms", cells([2.0, 6.0])).lead(), Some(3.0));
        assert_eq!(Line::more("events/s", cells([2.0, 6.0])).lead(), Some(1.0 / 3.0));
        assert_eq!(Line::less("nothing", vec![None, None]).lead(), None);
    }
}
