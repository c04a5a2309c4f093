//! Tables for a terminal.

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};

/// Characters of a cell beyond which it is cut.
const CELL_CHARACTERS_MAX: usize = 200;

/// Characters below which the width of a terminal is not believed.
const WIDTH_MIN: u16 = 40;
/// Characters of a line where nothing says how wide it may be.
const WIDTH_DEFAULT: u16 = 160;

/// One line below the header and none elsewhere.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table with a header; it takes the width of the terminal.
pub(crate) fn table<'a>(header: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = plain_table();
    table.set_header(header.into_iter().map(shown));
    table
}

/// A table without a header.
pub(crate) fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    // Some terminals say that they are no character wide.
    if table.width().is_none_or(|width| width < WIDTH_MIN) {
        table.set_width(WIDTH_DEFAULT);
    }
    table
}

/// A text that is safe to show: no controls (they could steer the terminal), not endless.
pub(crate) fn shown(text: &str) -> String {
    let mut result = String::new();
    for (place, character) in text.chars().enumerate() {
        if place == CELL_CHARACTERS_MAX {
            result.push('…');
            break;
        }
        result.push(if character.is_control() { '·' } else { character });
    }
    result
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
