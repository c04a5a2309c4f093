//! The table of events when no columns are named: what all rows have in common is printed once
//! above it, the rest fills the width.

use super::pairs::{Pair, pairs_of};
use super::table::{cut, plain_table, shown};
use super::zoned;
use annals::event::StoredEvent;
use annals::json::Value;
use chrono_tz::Tz;
use comfy_table::{ColumnConstraint, Row, Width};
use std::collections::{HashMap, HashSet};
use std::fmt;
use unicode_width::UnicodeWidthStr;

/// Lines that one event takes at most.
const ROW_LINES_MAX: usize = 3;
/// The least width of a squeezed column for each share, in columns of the terminal.
const COLUMN_WIDTH_MIN: usize = 8;
/// Columns of a terminal for a value above the table.
const SUMMARY_VALUE_MAX: usize = 40;
/// The spaces on both sides of a cell, together.
const PADDING: u16 = 2;
/// `PADDING` and the space between two cells.
const GAP: usize = 3;

/// Collects the events of a table.
pub(super) struct Overview {
    zone: Tz,
    rows: Vec<OverviewRow>,
}

struct OverviewRow {
    seq: String,
    date: String,
    clock: String,
    who: String,
    category: String,
    activity: String,
    target: String,
    /// Of an action, the number of its effects.
    effects: String,
    pairs: Vec<Pair>,
    raw: String,
}

impl OverviewRow {
    fn action(&self) -> String {
        format!("{}.{}", self.category, self.activity)
    }

    /// Whether another cell of the row has this text, in any case of ASCII letters.
    fn repeats(&self, text: &str) -> bool {
        let is = |cell: &str| cell.eq_ignore_ascii_case(text);
        [&self.who, &self.category, &self.activity, &self.target].iter().any(|cell| is(cell))
            || is(&self.action())
    }
}

/// A column with its cells.
struct Shown {
    header: String,
    cells: Vec<String>,
    /// Its share of a line that is too short for all columns; 0 if it is never squeezed.
    share: usize,
}

impl Shown {
    fn width(&self) -> usize {
        let widths = self.cells.iter().map(|cell| cell.width());
        widths.max().unwrap_or(0).max(self.header.width())
    }
}

impl Overview {
    pub(super) fn new(zone: Tz) -> Overview {
        Overview { zone, rows: Vec::new() }
    }

    /// Adds an event; `value` is the same event as JSON.
    pub(super) fn add(&mut self, event: &StoredEvent, value: &Value) {
        let text = |object: Option<&Value>, keys: &[&str]| {
            let texts = keys.iter().filter_map(|key| object?.get(key)?.as_str());
            texts.map(shown).next().unwrap_or_default()
        };
        let targets = value.get("targets").and_then(Value::as_list).unwrap_or_default();
        let mut target = text(targets.first(), &["name", "email", "id", "type"]);
        if targets.len() > 1 {
            target.push_str(&format!(" +{}", targets.len() - 1));
        }
        let time = zoned::short(event.event.occurred_at(), self.zone);
        let (date, clock) = time.split_once(' ').unwrap_or((&time, ""));
        self.rows.push(OverviewRow {
            seq: event.seq.to_string(),
            date: date.to_owned(),
            clock: clock.to_owned(),
            who: text(value.get("actor"), &["display_name", "email", "id", "type"]),
            category: text(Some(value), &["category_label", "category"]),
            activity: text(Some(value), &["activity_label", "activity"]),
            target,
            effects: value.get("effects").map(Value::to_json).unwrap_or_default(),
            pairs: pairs_of(value),
            raw: value.get("raw").map(|raw| shown(&raw.to_json())).unwrap_or_default(),
        });
    }

    /// The text that all rows have in common, if it is not empty and there are several rows.
    fn common<'r>(&'r self, text: impl Fn(&'r OverviewRow) -> &'r str) -> Option<&'r str> {
        let (first, rest) = self.rows.split_first()?;
        let said = text(first);
        let is_common = !rest.is_empty() && rest.iter().all(|row| text(row) == said);
        (is_common && !said.is_empty()).then_some(said)
    }

    /// The columns before `details`; adds to `summary` what all rows have in common.
    fn heads(&self, summary: &mut Vec<String>) -> Vec<Shown> {
        let column = |header: &str, share, cell: &dyn Fn(&OverviewRow) -> String| {
            let cells = self.rows.iter().map(cell).collect();
            Shown { header: header.to_owned(), cells, share }
        };
        let zone = self.zone.name();
        let mut columns = vec![column("seq", 0, &|row| row.seq.clone())];
        let time = format!("time ({zone})");
        columns.push(match self.common(|row| &row.date) {
            Some(date) => {
                summary.push(format!("time={date}"));
                column(&time, 0, &|row| row.clock.clone())
            }
            None => column(&time, 0, &|row| format!("{} {}", row.date, row.clock)),
        });
        match self.common(|row| &row.who) {
            Some(who) => summary.push(format!("who={who}")),
            None => columns.push(column("who", 1, &|row| row.who.clone())),
        }
        match (self.common(|row| &row.category), self.common(|row| &row.activity)) {
            (Some(category), Some(activity)) => {
                summary.push(format!("action={category}.{activity}"));
            }
            (Some(category), None) => {
                summary.push(format!("category={category}"));
                columns.push(column("activity", 1, &|row| row.activity.clone()));
            }
            _ => columns.push(column("action", 1, &OverviewRow::action)),
        }
        match self.common(|row| &row.target) {
            Some(target) => summary.push(format!("target={target}")),
            None => columns.push(column("target", 1, &|row| row.target.clone())),
        }
        columns.push(column("effects", 0, &|row| row.effects.clone()));
        let is_said = |shown: &Shown| shown.cells.iter().any(|cell| !cell.is_empty());
        columns.retain(|column| column.header == "seq" || self.rows.is_empty() || is_said(column));
        columns
    }

    /// The details of each row; adds to `summary` what all rows have in common.
    fn details(&self, summary: &mut Vec<String>) -> Vec<String> {
        let fields = Fields::of(&self.rows);
        if let Some(first) = self.rows.first() {
            let mut common: Vec<&Pair> =
                first.pairs.iter().filter(|pair| fields.is_common(pair)).collect();
            common.retain(|pair| !first.repeats(&pair.text));
            common.sort_by_key(|pair| pair.rank);
            summary.extend(common.into_iter().map(|pair| printed(pair, &pair.path)));
        }
        let line = |row: &OverviewRow| {
            let is_shown = |pair: &&Pair| fields.is_shown(pair) && !row.repeats(&pair.text);
            let mut pairs: Vec<&Pair> = row.pairs.iter().filter(is_shown).collect();
            pairs.sort_by_key(|pair| (fields.is_opaque(pair), pair.rank));
            let texts = pairs.iter().map(|pair| printed(pair, fields.name(pair)));
            texts.collect::<Vec<_>>().join(", ")
        };
        self.rows.iter().map(line).collect()
    }
}

impl fmt::Display for Overview {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut summary = Vec::new();
        let mut columns = self.heads(&mut summary);
        for (header, cells) in [
            ("details", self.details(&mut summary)),
            ("raw", self.rows.iter().map(|row| row.raw.clone()).collect()),
        ] {
            if cells.iter().any(|cell| !cell.is_empty()) {
                columns.push(Shown { header: header.to_owned(), cells, share: 2 });
            }
        }
        let mut table = plain_table();
        let width = usize::from(table.width().unwrap_or_default());
        if !summary.is_empty() {
            let summary: Vec<String> =
                summary.iter().map(|said| cut(said, SUMMARY_VALUE_MAX)).collect();
            writeln!(formatter, "all: {}", cut(&summary.join(", "), 2 * width))?;
        }
        let widths = squeezed(&columns, width);
        table.set_header(columns.iter().map(|column| &column.header));
        for row in 0..self.rows.len() {
            let cells = columns.iter().zip(&widths).map(|(column, width)| {
                cut(&column.cells[row], width.map_or(usize::MAX, |width| width * ROW_LINES_MAX))
            });
            let mut row = Row::from(cells.collect::<Vec<_>>());
            row.max_height(ROW_LINES_MAX);
            table.add_row(row);
        }
        for (column, width) in table.column_iter_mut().zip(widths) {
            column.set_constraint(match width.and_then(|width| u16::try_from(width).ok()) {
                // An absolute width includes the padding.
                Some(width) => ColumnConstraint::Absolute(Width::Fixed(width + PADDING)),
                None => ColumnConstraint::ContentWidth,
            });
        }
        write!(formatter, "{table}")
    }
}

/// How the fields of the rows are printed, by their paths.
struct Fields<'r> {
    /// The same in all rows, of which there are several.
    common: HashSet<&'r str>,
    /// Determined by a column (functional dependency): `actor.id` by `who`, `operation` by action.
    implied: HashSet<&'r str>,
    opaque: HashSet<&'r str>,
    /// Last keys of several paths that are neither common nor implied.
    ambiguous: HashSet<&'r str>,
}

impl<'r> Fields<'r> {
    fn of(rows: &'r [OverviewRow]) -> Fields<'r> {
        let mut values: HashMap<&str, Vec<(&OverviewRow, &Pair)>> = HashMap::new();
        for row in rows {
            for pair in &row.pairs {
                values.entry(&pair.path).or_default().push((row, pair));
            }
        }
        let is_common = |found: &[(&OverviewRow, &Pair)]| {
            let (_, first) = found[0];
            rows.len() > 1
                && found.len() == rows.len()
                && found.iter().all(|(_, pair)| pair.text == first.text)
        };
        let mut fields = Fields {
            common: HashSet::new(),
            implied: HashSet::new(),
            opaque: HashSet::new(),
            ambiguous: HashSet::new(),
        };
        let mut names = HashSet::new();
        for (path, found) in &values {
            if is_common(found) {
                fields.common.insert(path);
            } else if rows.len() > 1 && is_implied(path, found) {
                fields.implied.insert(path);
            } else if !names.insert(found[0].1.short_name()) {
                fields.ambiguous.insert(found[0].1.short_name());
            }
            if found.iter().all(|(_, pair)| pair.is_opaque()) {
                fields.opaque.insert(path);
            }
        }
        fields
    }

    fn is_common(&self, pair: &Pair) -> bool {
        self.common.contains(pair.path.as_str())
    }

    fn is_shown(&self, pair: &Pair) -> bool {
        !self.is_common(pair) && !self.implied.contains(pair.path.as_str())
    }

    fn is_opaque(&self, pair: &Pair) -> bool {
        self.opaque.contains(pair.path.as_str())
    }

    /// The last key of the path, or the whole path if the last key is ambiguous.
    fn name<'p>(&self, pair: &'p Pair) -> &'p str {
        match self.ambiguous.contains(pair.short_name()) {
            true => &pair.path,
            false => pair.short_name(),
        }
    }
}

/// Whether a field depends functionally on its column: rows with equal cells have equal values.
fn is_implied(path: &str, found: &[(&OverviewRow, &Pair)]) -> bool {
    let column = |row: &OverviewRow| match path.split('.').next() {
        Some("actor") => Some(row.who.clone()),
        Some("targets") => Some(row.target.clone()),
        Some("operation" | "data_source") => Some(row.action()),
        _ => None,
    };
    let mut told: HashMap<String, &str> = HashMap::new();
    found.iter().all(|(row, pair)| {
        column(row).is_some_and(|text| *told.entry(text).or_insert(&pair.text) == pair.text)
    })
}

fn printed(pair: &Pair, name: &str) -> String {
    match pair.is_change() {
        true => format!("{}: {}", pair.change_field(), pair.text),
        false => format!("{name}={}", pair.text),
    }
}

/// Max-min fair widths of the columns in `width`: squeezed columns get the same width for each
/// share. `None` is the width of the content.
fn squeezed(columns: &[Shown], width: usize) -> Vec<Option<usize>> {
    let natural: Vec<usize> = columns.iter().map(Shown::width).collect();
    let squeeze = |(column, natural): (&Shown, &usize), most: usize| {
        Some(column.share * most).filter(|width| column.share > 0 && width < natural)
    };
    let taken = |most: usize| -> usize {
        let of = |pair: (&Shown, &usize)| GAP + squeeze(pair, most).unwrap_or(*pair.1);
        columns.iter().zip(&natural).map(of).sum()
    };
    let widest = natural.iter().copied().max().unwrap_or_default();
    // Behind the last column is no space between cells.
    let fits = |most: &usize| taken(*most) <= width + 1;
    let most = (COLUMN_WIDTH_MIN..=widest).rev().find(fits).unwrap_or(COLUMN_WIDTH_MIN);
    columns.iter().zip(&natural).map(|pair| squeeze(pair, most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use annals::{Event, Timestamp};

    fn overview(events: &[&str]) -> String {
        let mut overview = Overview::new(Tz::UTC);
        for (seq, event) in (1..).zip(events) {
            let event = Event::from_json(event.as_bytes()).expect("an event");
            let stored = StoredEvent { seq, recorded_at: Timestamp(0), event };
            overview.add(&stored, &stored.to_value(annals::event::Raw::With));
        }
        overview.to_string()
    }

    #[test]
    fn what_repeats_in_all_rows_stands_once_above() {
        let event = |time: &str, activity: &str, ip: &str| {
            format!(
                r#"{{"occurred_at":"2026-05-04T{time}Z","category":"teams","activity":"{activity}",
                "tenant":"acme","actor":{{"id":"u-1","email":"ada@x.example"}},
                "context":{{"ip":"{ip}"}},"details":{{"fqn":"teams.{activity}"}}}}"#
            )
        };
        let table =
            overview(&[&event("08:00:00", "created", "::1"), &event("09:00:00", "deleted", "::2")]);
        let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
        assert_eq!(
            lines[0],
            "all: time=2026-05-04, who=ada@x.example, category=teams, tenant=acme, actor.id=u-1"
        );
        assert_eq!(lines[1], " seq   time (UTC)   activity   details");
        assert_eq!(lines[3], " 1     08:00:00     created    ip=::1");
        assert_eq!(lines[4], " 2     09:00:00     deleted    ip=::2");
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn one_row_says_all_of_itself() {
        let table = overview(&[r#"{"occurred_at":"2026-05-04T08:00:00Z","category":"c",
            "activity":"a","changes":[{"field":"role","before":"user","after":"admin"}],
            "details":{"x":{"id":1},"y":{"id":2}},"raw":{"k":1}}"#]);
        let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
        let details = "role: user → admin, details.x.id=1, details.y.id=2";
        assert_eq!(
            lines[2],
            format!(" 1     2026-05-04 08:00:00   c.a      {details}   {{\"k\":1}}")
        );
    }

    #[test]
    fn the_widest_columns_are_squeezed_alike() {
        let column = |width: usize, share| Shown {
            header: String::new(),
            cells: vec!["x".repeat(width)],
            share,
        };
        let columns = [column(19, 0), column(10, 1), column(60, 1), column(90, 2)];
        assert_eq!(squeezed(&columns, 200), [None, None, None, None]);
        assert_eq!(squeezed(&columns, 120), [None, None, Some(26), Some(52)]);
        assert_eq!(squeezed(&columns, 40), [None, Some(8), Some(8), Some(16)]);
    }
}
