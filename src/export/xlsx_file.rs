//! XLSX: a row per event, a cell per column, as many sheets as it takes (ECMA-376).
//!
//! The limits of rows, columns and cells are those of Excel.

use super::column::Column;
use crate::json::{Number, Value};
use crate::{Error, Result};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;
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

/// Writes events as an XLSX file, in constant memory: rows wait in a file without a name beside it.
///
/// A cell has the number, truth or text that stands at the path of its column; a number of more
/// than 15 digits is a text, because spreadsheets would round it. No text is taken for a formula.
pub struct XlsxWriter {
    path: PathBuf,
    columns: Vec<Column>,
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
    /// Begins a file, which is there when [`XlsxWriter::finish`] returns.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 16,384 columns; [`Error::Io`] if no file can be made in the
    /// folder.
    pub fn new(path: &Path, columns: Vec<Column>) -> Result<XlsxWriter> {
        XlsxWriter::with_rows_max(path, columns, SHEET_ROWS_MAX)
    }

    fn with_rows_max(path: &Path, columns: Vec<Column>, rows_max: u32) -> Result<XlsxWriter> {
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
        let mut writer =
            XlsxWriter { path, columns, workbook, rows_max, rows: 0, sheets: 0, cut: None };
        writer.begin_sheet()?;
        Ok(writer)
    }

    /// Begins the next sheet with the header.
    fn begin_sheet(&mut self) -> Result<()> {
        self.sheets += 1;
        let (name, columns) = (sheet_name(self.sheets), &self.columns);
        let begun = self.workbook.add_worksheet_with_constant_memory().and_then(|sheet| {
            let bold = Format::new().set_bold();
            sheet.set_name(name)?.set_freeze_panes(1, 0)?;
            for (number, column) in (0..).zip(columns) {
                sheet.set_column_width(number, COLUMN_WIDTH)?;
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
        let written = self.workbook.worksheet_from_index(self.sheets - 1).and_then(|sheet| {
            for (number, column) in (0..).zip(&self.columns) {
                if !write_cell(sheet, (self.rows, number), column, event)? {
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

/// Writes a cell; `false` if its text had to be cut.
fn write_cell(
    sheet: &mut Worksheet,
    (row, number): (u32, u16),
    column: &Column,
    event: &Value,
) -> std::result::Result<bool, XlsxError> {
    let single = column.single(event);
    if let Some(Value::Bool(truth)) = single {
        return sheet.write_boolean(row, number, *truth).map(|_| true);
    }
    if let Some(Value::Number(found)) = single
        && let Some(found) = exact(found)
    {
        return sheet.write_number(row, number, found).map(|_| true);
    }
    let text = match single {
        Some(Value::String(text)) => Cow::Borrowed(text.as_str()),
        _ => Cow::Owned(column.cell(event)),
    };
    let cut = cut_text(&text);
    if !text.is_empty() {
        sheet.write_string(row, number, cut.as_deref().unwrap_or(&text))?;
    }
    Ok(cut.is_none())
}

/// A number that a cell shows as it is.
fn exact(number: &Number) -> Option<f64> {
    let text = number.to_string();
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    if digits.trim_matches('0').len() > NUMBER_DIGITS_MAX {
        return None;
    }
    let in_range = |value: &f64| *value == 0.0 || (1e-300..1e300).contains(&value.abs());
    text.parse().ok().filter(in_range)
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
        let mut writer = XlsxWriter::with_rows_max(&path, columns, rows_max).unwrap();
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
