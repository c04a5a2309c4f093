//! The syntax of a row (RFC 4180): where it ends, and its cells.
//!
//! A cell in quotes may hold delimiters, line feeds and doubled quotes. What a lenient reader would
//! guess at is refused: a quote within a cell, text behind a closing quote, a quote that stays
//! open.

use crate::{Error, Result};
use std::borrow::Cow;

/// Where the row ends that a text begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Found {
    /// It has `len` bytes, and the next one begins behind `next`.
    Ends { len: usize, next: usize },
    /// Its quotes are wrong: only its line can be told.
    Broken,
    /// It goes on behind the text.
    Open,
}

/// The state of the automaton that reads a row byte by byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellPlace {
    CellStart,
    Bare,
    Quoted,
    /// Behind a quote in a quoted cell: the end of it, or the first half of a doubled one.
    Quote,
}

/// Finds the end of the row that a growing text begins with; each byte is looked at once.
#[derive(Debug)]
pub(in crate::import) struct RowEnd {
    delimiter: u8,
    place: CellPlace,
    /// Bytes that were followed.
    at: usize,
}

impl RowEnd {
    pub(in crate::import) fn new(delimiter: u8) -> RowEnd {
        RowEnd { delimiter, place: CellPlace::CellStart, at: 0 }
    }

    /// Goes on in `text`, of which the call before had the beginning; nothing follows a text that
    /// is `complete`.
    pub(in crate::import) fn follow(&mut self, text: &[u8], complete: bool) -> Found {
        for byte in text.iter().copied().skip(self.at) {
            self.place = match (self.place, byte) {
                (CellPlace::Quoted, b'"') => CellPlace::Quote,
                (CellPlace::Quoted, _) => CellPlace::Quoted,
                (_, b'\n') => {
                    let len = self.at - usize::from(text[..self.at].ends_with(b"\r"));
                    return Found::Ends { len, next: self.at + 1 };
                }
                (_, byte) if byte == self.delimiter => CellPlace::CellStart,
                (CellPlace::CellStart | CellPlace::Quote, b'"') => CellPlace::Quoted,
                (CellPlace::Quote, b'\r') => CellPlace::Quote,
                (CellPlace::Quote, _) | (CellPlace::Bare, b'"') => return Found::Broken,
                (CellPlace::CellStart | CellPlace::Bare, _) => CellPlace::Bare,
            };
            self.at += 1;
        }
        match (complete, self.place) {
            (false, _) => Found::Open,
            (true, CellPlace::Quoted) => Found::Broken,
            (true, _) => {
                let len = text.len() - usize::from(text.ends_with(b"\r"));
                Found::Ends { len, next: text.len() }
            }
        }
    }
}

/// The cells of a row, without quotes.
///
/// # Errors
/// [`Error::Invalid`] with the number of the cell: its quotes are wrong, or it is not UTF-8.
pub(super) fn cells(row: &[u8], delimiter: u8) -> Result<Vec<Cow<'_, str>>> {
    let mut cells = Vec::new();
    let mut rest = Some(row);
    while let Some(text) = rest {
        let refuse =
            |problem: &str| Error::invalid("record", format!("cell {} {problem}", cells.len() + 1));
        let (cell, behind) = match text.strip_prefix(b"\"") {
            None => bare(text, delimiter).ok_or_else(|| {
                refuse("has a quote inside; a cell with quotes is quoted, and they are doubled")
            })?,
            Some(text) => quoted(text).ok_or_else(|| refuse("has a quote that is not closed"))?,
        };
        let text = String::from_utf8(cell).map_err(|_| {
            refuse("is not UTF-8; convert the file first, as by iconv -f WINDOWS-1252 -t UTF-8")
        })?;
        rest = match behind.split_first() {
            None | Some((b'\r', [])) => None,
            Some((byte, behind)) if *byte == delimiter => Some(behind),
            Some(_) => return Err(refuse("has text behind its closing quote")),
        };
        cells.push(Cow::Owned(text));
    }
    Ok(cells)
}

/// A cell without quotes, and what is behind it.
fn bare(text: &[u8], delimiter: u8) -> Option<(Vec<u8>, &[u8])> {
    let (cell, behind) = text.split_at(memchr::memchr(delimiter, text).unwrap_or(text.len()));
    (!cell.contains(&b'"')).then(|| (cell.to_vec(), behind))
}

/// A cell whose opening quote was passed, and what is behind its closing one.
fn quoted(mut text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut cell = Vec::new();
    loop {
        let end = memchr::memchr(b'"', text)?;
        cell.extend_from_slice(&text[..end]);
        text = &text[end + 1..];
        match text.strip_prefix(b"\"") {
            Some(behind) => {
                cell.push(b'"');
                text = behind;
            }
            None => return Some((cell, text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(row: &str) -> std::result::Result<Vec<String>, String> {
        let cells = cells(row.as_bytes(), b',').map_err(|error| error.to_string())?;
        Ok(cells.into_iter().map(Cow::into_owned).collect())
    }

    #[test]
    fn rows_end_behind_their_quotes() {
        let ends = |text: &str| RowEnd::new(b',').follow(text.as_bytes(), true);
        assert_eq!(ends("a,b\nc"), Found::Ends { len: 3, next: 4 });
        assert_eq!(ends("a,b\r\nc"), Found::Ends { len: 3, next: 5 });
        assert_eq!(ends("a,\"b\n\"\"\",c\r\nd"), Found::Ends { len: 10, next: 12 });
        assert_eq!(ends("a,"), Found::Ends { len: 2, next: 2 });
        assert_eq!(ends("a,\"b"), Found::Broken);
        assert_eq!(ends("a,\"b\"c\n"), Found::Broken);
        assert_eq!(ends("a,b\"c\n"), Found::Broken);
        assert_eq!(RowEnd::new(b',').follow(b"a,b", false), Found::Open);
    }

    #[test]
    fn quotes_are_taken_off_and_doubled_ones_are_one() {
        assert_eq!(read("a,\"b,\"\"c\"\"\nd\",,\"\"").unwrap(), ["a", "b,\"c\"\nd", "", ""]);
        assert_eq!(read(" a , b ").unwrap(), [" a ", " b "]);
        assert_eq!(read("").unwrap(), [""]);
        for (row, problem) in [
            ("a,b\"c", "cell 2 has a quote inside"),
            ("a,\"b", "cell 2 has a quote that is not closed"),
            ("\"a\"b,c", "cell 1 has text behind its closing quote"),
        ] {
            let error = read(row).unwrap_err();
            assert!(error.contains(problem), "{row}: {error}");
        }
        let error = cells(b"a,\xe9", b',').unwrap_err().to_string();
        assert!(error.contains("cell 2 is not UTF-8"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_quoted_by_the_book_is_read_back(
            wanted in prop::collection::vec("[a\"\n\r,;é ]{0,6}", 1..5)
        ) {
            let quoted: Vec<String> =
                wanted.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let row = quoted.join(",");
            prop_assert_eq!(read(&row).unwrap(), wanted);
            let text = format!("{row}\r\nnext");
            let mut end = RowEnd::new(b',');
            let found = (0..=text.len()).map(|len| end.follow(&text.as_bytes()[..len], false));
            let found = found.into_iter().find(|found| *found != Found::Open);
            prop_assert_eq!(found.unwrap(), Found::Ends { len: row.len(), next: row.len() + 2 });
        }
    }
}
