//! XLSX: a row per event, a cell per column, as many sheets as it takes (ECMA-376).
//!
//! The limits of rows, columns and cells are those of Excel.

use super::cell::Cell;
use super::column::Column;
use super::zoned::offset_seconds;
use crate::event::Timestamp;
use crate::json::{Number, Value};
use crate::{Error, Result};
use chrono_tz::Tz;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Rows of a sheet, the header being one of them.
const SHEET_ROWS_MAX: u32 = 1_048_576;
/// Columns of a sheet.
const COLUMNS_MAX: usize = 16_384;
/// UTF-16 units of a cell.
const CELL_UNITS_MAX: usize = 32_767;
/// Digits that a cell keeps of a number.
const NUMBER_DIGITS_MAX: usize = 15;
/// The end of a text that was cut.
const CUT_MARK: &str = "… [cut]";
/// Width of the columns, in characters.
const COLUMN_WIDTH: f64 = 20.0;
/// Width of a time without the name of its zone.
const TIME_WIDTH: f64 = 26.0;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// The serial number of 1970-01-01: days since 1899-12-30.
const EPOCH_DAY: i64 = 25_569;
/// The first day that every spreadsheet gives the same serial number, 1900-03-01: Excel has a
/// 29th of February before it.
const FIRST_DAY: i64 = 61;
/// 9999-12-31.
const LAST_DAY: i64 = 2_958_465;

/// Writes events as an XLSX file, in constant memory: rows wait in a file without a name beside it.
///
/// A cell has the number, truth or text that stands at the path of its column. A number that a
/// spreadsheet would change is a text: one of more than 15 digits, or outside of 1e-300 to 1e300.
/// `occurred_at` and `recorded_at` are dates, shown to the millisecond and with the name of their
/// zone; before 1900-03-01 they are texts, because spreadsheets disagree there. No text is taken
/// for a formula.
pub struct XlsxWriter {
    path: PathBuf,
    columns: Vec<Column>,
    zone: Tz,
    /// The format of times: it names the zone, because a date has no offset.
    time: Format,
    workbook: Workbook,
    rows_max: u32,
    /// Rows of the last sheet.
    rows: u32,
    sheets: usize,
    cut: Option<CutCells>,
}

/// Cells that were longer than a spreadsheet allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutCells {
    /// How many.
    pub count: u64,
    /// The first of them, such as `F17 of sheet "events"`.
    pub first: String,
}

impl XlsxWriter {
    /// Begins a file with times in UTC; see [`XlsxWriter::in_zone`].
    ///
    /// # Errors
    /// As [`XlsxWriter::in_zone`].
    pub fn new(path: &Path, columns: Vec<Column>) -> Result<XlsxWriter> {
        XlsxWriter::in_zone(path, columns, Tz::UTC)
    }

    /// Begins a file with times in a zone; it is there when [`XlsxWriter::finish`] returns.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 16,384 columns; [`Error::Io`] if no file can be made in the
    /// folder.
    pub fn in_zone(path: &Path, columns: Vec<Column>, zone: Tz) -> Result<XlsxWriter> {
        XlsxWriter::with_rows_max(path, columns, zone, SHEET_ROWS_MAX)
    }

    /// Begins a file that goes where [`XlsxWriter::finish_into`] says; until then its rows wait in
    /// a file without a name in `folder`.
    ///
    /// # Errors
    /// As [`XlsxWriter::in_zone`].
    pub fn waiting_in(folder: &Path, columns: Vec<Column>, zone: Tz) -> Result<XlsxWriter> {
        XlsxWriter::in_zone(&folder.join("output"), columns, zone)
    }

    fn with_rows_max(
        path: &Path,
        columns: Vec<Column>,
        zone: Tz,
        rows_max: u32,
    ) -> Result<XlsxWriter> {
        if columns.len() > COLUMNS_MAX {
            let problem = format!("are {}; a sheet has at most {COLUMNS_MAX}", columns.len());
            return Err(Error::invalid("columns", problem));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut workbook = Workbook::new();
        // A sheet may have more than 4 GiB of text.
        workbook.use_zip_large_file(true);
        let made = workbook.set_tempdir(folder.unwrap_or(Path::new("."))).map(drop);
        made.map_err(|error| write_error(path, error))?;
        let path = path.to_path_buf();
        let time = format!("yyyy\\-mm\\-dd\\ hh:mm:ss.000\\ \"{}\"", zone.name());
        let time = Format::new().set_num_format(time);
        let (rows, sheets, cut) = (0, 0, None);
        let mut writer =
            XlsxWriter { path, columns, zone, time, workbook, rows_max, rows, sheets, cut };
        writer.begin_sheet()?;
        Ok(writer)
    }

    /// Begins the next sheet with the header.
    fn begin_sheet(&mut self) -> Result<()> {
        self.sheets += 1;
        let (name, columns) = (sheet_name(self.sheets), &self.columns);
        let width_of = |column: &Column| match column.is_time() {
            true => TIME_WIDTH + self.zone.name().len() as f64,
            false => COLUMN_WIDTH,
        };
        let begun = self.workbook.add_worksheet_with_constant_memory().and_then(|sheet| {
            let bold = Format::new().set_bold();
            sheet.set_name(name)?.set_freeze_panes(1, 0)?;
            for (number, column) in (0..).zip(columns) {
                sheet.set_column_width(number, width_of(column))?;
                sheet.write_string_with_format(0, number, column.header(), &bold)?;
            }
            Ok(())
        });
        self.rows = 1;
        begun.map_err(|error| write_error(&self.path, error))
    }

    /// Writes one event, given as its value with `seq` and `recorded_at`.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn write(&mut self, event: &Value) -> Result<()> {
        if self.rows == self.rows_max {
            self.begin_sheet()?;
        }
        let (zone, time) = (self.zone, &self.time);
        let written = self.workbook.worksheet_from_index(self.sheets - 1).and_then(|sheet| {
            for (number, column) in (0..).zip(&self.columns) {
                let cell = column.cell(event);
                let is_whole = match (&cell, date_of(&cell, zone)) {
                    (_, Some(serial)) => sheet
                        .write_number_with_format(self.rows, number, serial, time)
                        .map(|_| true),
                    _ => write_cell(sheet, (self.rows, number), &cell, zone),
                }?;
                if !is_whole {
                    let cut = self.cut.get_or_insert_with(|| CutCells {
                        count: 0,
                        first: cell_name(self.sheets, self.rows, number),
                    });
                    cut.count += 1;
                }
            }
            Ok(())
        });
        self.rows += 1;
        written.map_err(|error| write_error(&self.path, error))
    }

    /// Writes the file; gives the cells that had to be cut, if there are any. Their texts end with
    /// `… [cut]`.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn finish(mut self) -> Result<Option<CutCells>> {
        let saved = self.workbook.save(&self.path);
        saved.map_err(|error| write_error(&self.path, error))?;
        Ok(self.cut)
    }
}

impl XlsxWriter {
    /// As [`XlsxWriter::finish`], to any output.
    ///
    /// # Errors
    /// [`Error::Io`] if the output refuses.
    pub fn finish_into(mut self, out: impl Write + Send) -> Result<Option<CutCells>> {
        let saved = self.workbook.save_to_writer(out);
        saved.map_err(|error| write_error(Path::new("output"), error))?;
        Ok(self.cut)
    }
}

fn sheet_name(sheet: usize) -> String {
    match sheet {
        1 => "events".to_owned(),
        sheet => format!("events {sheet}"),
    }
}

fn cell_name(sheet: usize, row: u32, column: u16) -> String {
    let column = rust_xlsxwriter::utility::column_number_to_name(column);
    format!("{column}{} of sheet \"{}\"", row + 1, sheet_name(sheet))
}

/// Writes a cell that is no date; `false` if its text had to be cut.
fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    zone: Tz,
) -> std::result::Result<bool, XlsxError> {
    if let Cell::Bool(truth) = cell {
        return sheet.write_boolean(row, column, *truth).map(|_| true);
    }
    if let Cell::Number(number) = cell
        && let Some(number) = exact(number)
    {
        return sheet.write_number(row, column, number).map(|_| true);
    }
    let text = cell.text(zone);
    let cut = cut_text(&text);
    if !text.is_empty() {
        sheet.write_string(row, column, cut.as_deref().unwrap_or(&text))?;
    }
    Ok(cut.is_none())
}

/// A number that a cell shows as it is: with at most 15 digits, decimal to binary and back is exact
/// within the normal range.
fn exact(number: &Number) -> Option<f64> {
    let text = number.as_str();
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_matches('0');
    if digits.len() > NUMBER_DIGITS_MAX {
        return None;
    }
    let in_range = |value: &f64| match digits.is_empty() {
        true => *value == 0.0,
        false => (1e-300..1e300).contains(&value.abs()),
    };
    text.parse().ok().filter(in_range)
}

/// The serial number of a time: days and parts of a day since 1899-12-30 on the clock of the zone;
/// `None` where spreadsheets have no such date.
fn date_of(cell: &Cell<'_>, zone: Tz) -> Option<f64> {
    let Cell::Time(Timestamp(micros)) = *cell else {
        return None;
    };
    let offset = i64::from(offset_seconds(Timestamp(micros), zone)) * MICROS_PER_SECOND;
    let local = micros.checked_add(offset)?;
    let day = local.div_euclid(MICROS_PER_DAY) + EPOCH_DAY;
    let part = local.rem_euclid(MICROS_PER_DAY) as f64 / MICROS_PER_DAY as f64;
    (FIRST_DAY..=LAST_DAY).contains(&day).then_some(day as f64 + part)
}

/// The beginning of a text that is too long for a cell.
fn cut_text(text: &str) -> Option<String> {
    if text.len() <= CELL_UNITS_MAX || text.encode_utf16().count() <= CELL_UNITS_MAX {
        return None;
    }
    let mut units = CUT_MARK.encode_utf16().count();
    let fits = |character: &char| {
        units += character.len_utf16();
        units <= CELL_UNITS_MAX
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push_str(CUT_MARK);
    Some(cut)
}

/// Errors of the crate count as errors of the disk: what it refuses otherwise is checked before.
fn write_error(path: &Path, error: XlsxError) -> Error {
    let error = match error {
        XlsxError::IoError(error) => error,
        other => std::io::Error::other(other.to_string()),
    };
    Error::io("write", path, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// The parts of a file: its names, and the text of each.
    fn parts(path: &Path) -> Vec<(String, String)> {
        let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
        let count = zip.len();
        let read = |number| {
            let mut part = zip.by_index(number).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            (part.name().unwrap().into_owned(), text)
        };
        (0..count).map(read).collect()
    }

    fn sheet(parts: &[(String, String)], number: usize) -> &str {
        let name = format!("xl/worksheets/sheet{number}.xml");
        &parts.iter().find(|(found, _)| *found == name).unwrap().1
    }

    fn written(
        columns: &str,
        rows_max: u32,
        events: &[&str],
    ) -> (Vec<(String, String)>, Option<CutCells>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.xlsx");
        let columns = Column::parse_list(columns).unwrap();
        let zone = Tz::Europe__Berlin;
        let mut writer = XlsxWriter::with_rows_max(&path, columns, zone, rows_max).unwrap();
        for event in events {
            writer.write(&Value::parse(event.as_bytes()).unwrap()).unwrap();
        }
        let cut = writer.finish().unwrap();
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 1, "no other file is left");
        (parts(&path), cut)
    }

    #[test]
    fn cells_have_kinds_and_nothing_is_a_formula() {
        let event = r#"{"seq":7,"id":"=1+1","details":{"big":12345678901234567,"half":0.50,
            "yes":true,"list":[1,2],"text":"a <b> & \u0001 ü"}}"#;
        let columns =
            "seq,id,details.big,details.half,details.yes,details.list,details.text,tenant";
        let (parts, cut) = written(columns, 100, &[event]);
        let sheet = sheet(&parts, 1);
        for expected in [
            r#"<c r="A1" s="1" t="inlineStr"><is><t>seq</t></is></c>"#,
            r#"<c r="A2"><v>7</v></c>"#,
            r#"<c r="B2" t="inlineStr"><is><t>=1+1</t></is></c>"#,
            r#"<c r="C2" t="inlineStr"><is><t>12345678901234567</t></is></c>"#,
            r#"<c r="D2"><v>0.5</v></c>"#,
            r#"<c r="E2" t="b"><v>1</v></c>"#,
            r#"<c r="F2" t="inlineStr"><is><t>[1,2]</t></is></c>"#,
            r#"<c r="G2" t="inlineStr"><is><t>a &lt;b&gt; &amp; _x0001_ ü</t></is></c>"#,
        ] {
            assert!(sheet.contains(expected), "{expected} in {sheet}");
        }
        assert!(!sheet.contains("r=\"H2\"") && !sheet.contains("<f>"));
        assert_eq!(cut, None);
    }

    #[test]
    fn numbers_that_a_cell_would_change_are_texts() {
        let number = |text: &str| exact(&Number::parse(text).unwrap());
        for (text, value) in [
            ("0.1", 0.1),
            ("-5", -5.0),
            ("0.000", 0.0),
            ("0e-400", 0.0),
            ("1e20", 1e20),
            ("123456789012345", 123_456_789_012_345.0),
            ("0.00012345678901234500", 0.000_123_456_789_012_345),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in
            ["1e-400", "-1e-310", "1e400", "1e301", "1234567890123456", "0.1234567890123456"]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_dates_of_the_zone_that_their_format_names() {
        let event = r#"{"occurred_at":"2026-05-04T22:30:00.250000Z","recorded_at":"1900-02-28T00:00:00Z",
            "attributes":{"start":"2026-05-04T22:30:00Z"}}"#;
        let (parts, _) = written("time,recorded_at,attributes.start", 100, &[event]);
        let sheet = sheet(&parts, 1);
        // 46147 is 2026-05-05.
        let cell = r#"<c r="A2" s="2"><v>46147.0208362"#;
        assert!(sheet.contains(cell), "{sheet}");
        for text in ["<t>1900-02-28T01:00:00+01:00</t>", "<t>2026-05-04T22:30:00Z</t>"] {
            assert!(sheet.contains(text), "{text} in {sheet}");
        }
        let styles = &parts.iter().find(|(name, _)| name == "xl/styles.xml").unwrap().1;
        assert!(styles.contains("hh:mm:ss.000") && styles.contains("Europe/Berlin"), "{styles}");
    }

    #[test]
    fn dates_end_where_spreadsheets_disagree() {
        let date = |text: &str| date_of(&Cell::Time(text.parse().unwrap()), Tz::UTC);
        assert_eq!(date("1970-01-01T12:00:00Z"), Some(25_569.5));
        assert_eq!(date("1900-03-01T00:00:00Z"), Some(61.0));
        assert_eq!(date("1900-02-28T23:59:59.999999Z"), None);
        assert!(date("9999-12-31T23:59:59Z").is_some());
        let late = Cell::Time("9999-12-31T23:59:59Z".parse().unwrap());
        assert_eq!(date_of(&late, Tz::Asia__Tokyo), None);
        assert_eq!(date_of(&Cell::Null, Tz::UTC), None);
    }

    #[test]
    fn what_one_sheet_cannot_hold_goes_on_in_the_next_with_a_header() {
        let events: Vec<String> = (1..=7).map(|seq| format!("{{\"seq\":{seq}}}")).collect();
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let (parts, _) = written("seq", 4, &events);
        let rows = |number| {
            let cells = sheet(&parts, number).matches("<v>").count();
            (sheet(&parts, number).matches("<t>seq</t>").count(), cells)
        };
        assert_eq!([rows(1), rows(2), rows(3)], [(1, 3), (1, 3), (1, 1)]);
        let book = &parts.iter().find(|(name, _)| name == "xl/workbook.xml").unwrap().1;
        for name in ["name=\"events\"", "name=\"events 2\"", "name=\"events 3\""] {
            assert!(book.contains(name), "{book}");
        }
        // A full sheet is not followed by an empty one.
        let (parts, _) = written("seq", 4, &events[..3]);
        assert!(parts.iter().all(|(name, _)| !name.ends_with("sheet2.xml")));
    }

    #[test]
    fn texts_that_are_too_long_are_cut_and_reported() {
        let long = |length: usize| format!("{{\"id\":\"{}\"}}", "𝄞".repeat(length));
        let (fits, beyond) = (long(16_383), long(16_384));
        let (parts, cut) = written("tenant,id", 3, &["{}", "{}", &fits, &beyond, &beyond]);
        let first = "B3 of sheet \"events 2\"".to_owned();
        assert_eq!(cut, Some(CutCells { count: 2, first }));
        assert!(sheet(&parts, 2).contains("𝄞… [cut]</t>"));
        assert_eq!(cut_text(&"x".repeat(CELL_UNITS_MAX)), None);
        let cut = cut_text(&"x".repeat(CELL_UNITS_MAX + 1)).unwrap();
        assert_eq!(cut.encode_utf16().count(), CELL_UNITS_MAX);
    }

    #[test]
    fn too_many_columns_are_refused() {
        let columns = Column::parse_list(&vec!["seq"; COLUMNS_MAX + 1].join(",")).unwrap();
        let refused = XlsxWriter::new(Path::new("never.xlsx"), columns);
        assert!(matches!(refused, Err(Error::Invalid { .. })));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let columns = Column::parse_list("seq").unwrap();
        let refused = XlsxWriter::new(Path::new("/nowhere/at/all.xlsx"), columns).err().unwrap();
        assert!(refused.to_string().contains("/nowhere/at/all.xlsx"), "{refused}");
    }
}
