//! Tables for a terminal.

use crate::cli::terminal;
use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use unicode_width::UnicodeWidthChar;

/// Columns of the terminal that a cell takes at most in one line; beyond, it is cut.
const CELL_WIDTH_MAX: usize = 200;

/// Characters below which the width of a terminal is not believed.
const WIDTH_MIN: u16 = 40;
/// Characters of a line where nothing says how wide it may be.
const WIDTH_DEFAULT: u16 = 160;

/// One line below the header and none elsewhere.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table with a header; it takes the width of the terminal.
pub(crate) fn table(header: impl IntoIterator<Item = impl AsRef<str>>) -> Table {
    let mut table = plain_table();
    table.set_header(header.into_iter().map(|name| shown(name.as_ref())));
    table
}

/// A table without a header.
pub(crate) fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_truncation_indicator("…");
    // Some terminals say that they are no character wide.
    if table.width().is_none_or(|width| width < WIDTH_MIN) {
        table.set_width(WIDTH_DEFAULT);
    }
    table
}

/// A text that is safe to show: nothing that steers the terminal or is not seen, not endless.
pub(crate) fn shown(text: &str) -> String {
    cut(&terminal::inline(text), CELL_WIDTH_MAX)
}

/// A text as it is, or its beginning that takes `width_max` columns of a terminal.
pub(super) fn cut(text: &str, width_max: usize) -> String {
    let mut width = 0;
    for (place, character) in text.char_indices() {
        width += character.width().unwrap_or(0);
        if width > width_max {
            return format!("{}…", &text[..place]);
        }
    }
    text.to_owned()
}

/// A number of bytes with a unit.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut size = count as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{count} B"),
        _ => format!("{size:.1} {}", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_by_the_columns_that_they_take() {
        assert_eq!(cut("会議室", 4), "会議…");
        assert_eq!(cut("会議室", 6), "会議室");
        assert_eq!(cut("e\u{301}e\u{301}e", 2), "e\u{301}e\u{301}…");
        assert_eq!(shown("a\u{202e}\nb"), "a\\u{202e}\\nb");
        assert_eq!(shown(&"x".repeat(201)), format!("{}…", "x".repeat(200)));
    }
}
