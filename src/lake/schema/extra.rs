//! Further columns by choice, such as `details.team.id:string`.

use super::column::{ColumnKind, ColumnSource, TableColumn};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// The kinds of further columns, by their words.
const KINDS: [(&str, ColumnKind); 6] = [
    ("string", ColumnKind::Text),
    ("integer", ColumnKind::Integer),
    ("number", ColumnKind::Number),
    ("boolean", ColumnKind::Bool),
    ("instant", ColumnKind::Instant),
    ("json", ColumnKind::Json),
];

/// A column of the values at a path, of one kind; other values are null there.
///
/// # Examples
/// ```
/// use annals::lake::ExtraColumn;
/// let column: ExtraColumn = "details.team.id:string".parse()?;
/// assert_eq!(column.name(), "details_team_id");
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraColumn {
    path: Vec<String>,
    kind: ColumnKind,
}

impl ExtraColumn {
    /// Its name in the table.
    pub fn name(&self) -> String {
        self.path.join("_")
    }

    pub(super) fn column(&self) -> TableColumn {
        let source = ColumnSource::Path(self.path.clone());
        TableColumn { name: self.name(), kind: self.kind.clone(), source }
    }
}

impl FromStr for ExtraColumn {
    type Err = Error;

    fn from_str(text: &str) -> Result<ExtraColumn> {
        let wrong = |problem: String| Error::invalid("column", format!("`{text}`: {problem}"));
        let (path, word) = text
            .rsplit_once(':')
            .ok_or_else(|| wrong("expected PATH:KIND such as details.team.id:string".into()))?;
        let kind = KINDS.iter().find(|(known, _)| *known == word);
        let (_, kind) = kind.ok_or_else(|| {
            let words: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
            wrong(format!("`{word}` is none of {}", words.join(", ")))
        })?;
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        // What Parquet and the engines take without quotes.
        let is_plain = |key: &String| {
            !key.is_empty() && key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        };
        match path.iter().all(is_plain) {
            true => Ok(ExtraColumn { path, kind: kind.clone() }),
            false => Err(wrong("the keys of a path are letters, digits and _".into())),
        }
    }
}

impl fmt::Display for ExtraColumn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = KINDS.iter().find(|(_, kind)| *kind == self.kind).map_or("", |(word, _)| word);
        write!(formatter, "{}:{word}", self.path.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_and_printed() {
        for text in ["details.team.id:string", "attributes.duration_s:integer", "raw.a:json"] {
            assert_eq!(text.parse::<ExtraColumn>().expect(text).to_string(), text);
        }
        for text in ["", "details", "details:", "details:text", "a..b:string", "a-b:json", ":json"]
        {
            assert!(matches!(text.parse::<ExtraColumn>(), Err(Error::Invalid { .. })), "{text}");
        }
    }
}
