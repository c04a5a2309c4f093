//! The guard against formulas: texts that a spreadsheet would run when it opens a CSV file.

use std::borrow::Cow;

/// First characters of a formula; the full-width ones are taken for the others where people type
/// in Chinese, Japanese or Korean.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Characters after which some programs begin a cell or a line anew.
const CELL_BREAKS: [char; 3] = ['\t', '\r', '\n'];

/// The text with a `'` before it if a spreadsheet could take it for a formula.
///
/// It is undone without loss: what begins with `'` and would be guarded without it was guarded. For
/// this reason a text that has such a `'` itself gets another one.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    match looks_like_formula(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// White space and quotes in front do not count, because programs drop them on opening a file: a
/// tab or line break among them is reason enough.
fn looks_like_formula(text: &str) -> bool {
    let skipped = |c: &char| c.is_whitespace() || matches!(c, '\'' | '"' | '\u{feff}');
    for character in text.chars() {
        if CELL_BREAKS.contains(&character) || FORMULA_STARTS.contains(&character) {
            return true;
        }
        if !skipped(&character) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader does.
    fn undone(cell: &str) -> &str {
        match cell.strip_prefix('\'') {
            Some(text) if guarded(text) != text => text,
            _ => cell,
        }
    }

    #[test]
    fn what_may_be_a_formula_is_guarded_and_the_guard_can_be_undone() {
        for text in [
            "=1+1",
            "+49 30",
            "-5",
            "@sum",
            "\t=1",
            "\rx",
            "\nx",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            " =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\"=1",
            "'=1",
            "''=1",
            " \"-1",
            " \n",
        ] {
            assert_eq!(guarded(text), format!("'{text}"), "{text:?}");
            assert_eq!(undone(&guarded(text)), text);
        }
    }

    #[test]
    fn what_is_no_formula_stays_as_it_is() {
        for text in ["", "a=b", "5", "'", "'twas", "\"quoted\"", " a", "x\n=1", "−5", "…"] {
            assert_eq!(guarded(text), text);
            assert_eq!(undone(text), text);
        }
    }
}
