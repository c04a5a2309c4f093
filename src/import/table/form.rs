//! How a table is written.

/// Delimiters that are tried where a table does not say its own.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// How the rows of a format are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableForm {
    /// The byte between two cells; `None`: that of comma, semicolon and tab which the first line
    /// has most of.
    pub delimiter: Option<u8>,
    /// The first row names the columns; else they are called `1`, `2`, ...
    pub header: bool,
    /// The format has JSON, too: an input that begins with `{` or `[` is no table.
    pub or_json: bool,
    /// Equal rows are told apart by how many came before, see
    /// [`Source::events_of_row`](crate::import::Source::events_of_row). Takes 24 bytes of memory
    /// for each row.
    pub counts_equal_rows: bool,
}

impl TableForm {
    /// A table with a header whose delimiter is found out.
    pub fn new() -> TableForm {
        TableForm { delimiter: None, header: true, or_json: false, counts_equal_rows: false }
    }

    /// The delimiter of a table with this first line.
    pub(in crate::import) fn delimiter_of(&self, line: &[u8]) -> u8 {
        let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
        self.delimiter.unwrap_or_else(|| {
            // Of equal ones the last is taken, so the usual one stands last.
            let found = DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter));
            found.unwrap_or(b',')
        })
    }
}

impl Default for TableForm {
    fn default() -> TableForm {
        TableForm::new()
    }
}

#[cfg(test)]
mod tests {
    use super::TableForm;

    #[test]
    fn the_delimiter_is_the_one_of_which_the_first_line_has_most() {
        let of = |line: &str| TableForm::new().delimiter_of(line.as_bytes());
        assert_eq!(of("a,b;c,d"), b',');
        assert_eq!(of("a;b;c,d"), b';');
        assert_eq!(of("a\tb"), b'\t');
        assert_eq!(of("a"), b',');
        assert_eq!(of("a,b;c"), b',');
        let said = TableForm { delimiter: Some(b'|'), ..TableForm::new() };
        assert_eq!(said.delimiter_of(b"a,b"), b'|');
    }
}
