//! Prints queries as text that parses to the same tree.

use std::fmt::{self, Display, Formatter, Write};

use serde::{Serialize, Serializer};

use super::chars::{is_bare_segment, is_bare_value, split_distance};
use super::lexer::Scanner;
use super::{
    Comparison, Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text, TimeRelation,
};

impl Display for Query {
    /// Prints text that [`Query::parse`] reads as this query, if it is one that can run.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.root().fmt(formatter)
    }
}

impl Display for Expr {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All => formatter.write_char('*'),
            Expr::And(operands) => join(formatter, operands, " ", Expr::is_or),
            Expr::Or(operands) => join(formatter, operands, " OR ", |_| false),
            Expr::Not(operand) => {
                formatter.write_char('-')?;
                write_operand(formatter, operand, operand.is_compound())
            }
            Expr::Term(term) => term.fmt(formatter),
        }
    }
}

impl Display for Term {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Term::Text(text) => write_text(formatter, text, is_bare_token(&text.text)),
            Term::Field { path, test } => write_field(formatter, path, test),
            Term::Element { path, condition } => write!(formatter, "{path}[{condition}]"),
            Term::Time { relation, when } => {
                let name = match relation {
                    TimeRelation::After => "after",
                    TimeRelation::Before => "before",
                    TimeRelation::On => "on",
                    TimeRelation::Since => "since",
                };
                write!(formatter, "{name}:{when}")
            }
        }
    }
}

impl Display for Path {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments().iter().enumerate() {
            if index > 0 {
                formatter.write_char('.')?;
            }
            match is_bare_segment(segment) {
                true => formatter.write_str(segment)?,
                false => write_quoted(formatter, segment)?,
            }
        }
        Ok(())
    }
}

/// A key of a path as it is written.
pub(crate) fn quoted_key(key: &str) -> String {
    Path::new(vec![key.to_owned()]).to_string()
}

impl Serialize for Path {
    /// As it prints.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Display for Literal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.is_quoted() {
            true => write_quoted(formatter, self.text()),
            false => formatter.write_str(self.text()),
        }
    }
}

impl Comparison {
    /// The comparison as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Comparison::Above => ">",
            Comparison::AtLeast => ">=",
            Comparison::Below => "<",
            Comparison::AtMost => "<=",
        }
    }
}

fn join(
    formatter: &mut Formatter<'_>,
    operands: &[Expr],
    between: &str,
    needs_parentheses: impl Fn(&Expr) -> bool,
) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            formatter.write_str(between)?;
        }
        write_operand(formatter, operand, needs_parentheses(operand))?;
    }
    Ok(())
}

fn write_operand(
    formatter: &mut Formatter<'_>,
    operand: &Expr,
    needs_parentheses: bool,
) -> fmt::Result {
    match needs_parentheses {
        true => write!(formatter, "({operand})"),
        false => operand.fmt(formatter),
    }
}

fn write_field(formatter: &mut Formatter<'_>, path: &Path, test: &FieldTest) -> fmt::Result {
    match test {
        FieldTest::Has => write!(formatter, "has:{path}"),
        FieldTest::Text(text) => {
            write!(formatter, "{path}:")?;
            write_text(formatter, text, is_bare_text(&text.text))
        }
        FieldTest::Equals(literals) => write_literals(formatter, path, "=", literals),
        FieldTest::Differs(literals) => write_literals(formatter, path, "!=", literals),
        FieldTest::Begins(text) => write_value(formatter, path, "^=", text),
        FieldTest::Contains(text) => write_value(formatter, path, "*=", text),
        FieldTest::Ends(text) => write_value(formatter, path, "$=", text),
        FieldTest::Under(text) => write_value(formatter, path, "/=", text),
        FieldTest::Matches(regex) => write!(formatter, "{path}~=/{}/", regex.text()),
        FieldTest::Compare(comparison, value) => {
            write!(formatter, "{path}{}{value}", comparison.symbol())
        }
    }
}

fn write_text(formatter: &mut Formatter<'_>, text: &Text, is_bare: bool) -> fmt::Result {
    match (text.last, is_bare) {
        (LastWord::Exact, true) => formatter.write_str(&text.text),
        (LastWord::Exact, false) => write_quoted(formatter, &text.text),
        (LastWord::Prefix, true) => write!(formatter, "{}*", text.text),
        (LastWord::Prefix, false) => {
            formatter.write_char('"')?;
            write_escaped(formatter, &text.text)?;
            formatter.write_str("*\"")
        }
        (LastWord::Fuzzy(distance), _) => write!(formatter, "{}~{distance}", text.text),
    }
}

fn write_literals(
    formatter: &mut Formatter<'_>,
    path: &Path,
    operator: &str,
    literals: &[Literal],
) -> fmt::Result {
    write!(formatter, "{path}{operator}")?;
    if let [literal] = literals {
        return literal.fmt(formatter);
    }
    for (index, literal) in literals.iter().enumerate() {
        formatter.write_char(if index == 0 { '(' } else { ',' })?;
        literal.fmt(formatter)?;
    }
    formatter.write_char(')')
}

fn write_value(
    formatter: &mut Formatter<'_>,
    path: &Path,
    operator: &str,
    value: &str,
) -> fmt::Result {
    write!(formatter, "{path}{operator}")?;
    match is_bare_value(value) {
        true => formatter.write_str(value),
        false => write_quoted(formatter, value),
    }
}

fn write_quoted(formatter: &mut Formatter<'_>, text: &str) -> fmt::Result {
    formatter.write_char('"')?;
    match text.strip_suffix('*') {
        Some(before) => {
            write_escaped(formatter, before)?;
            formatter.write_str("\\*")?;
        }
        None => write_escaped(formatter, text)?,
    }
    formatter.write_char('"')
}

fn write_escaped(formatter: &mut Formatter<'_>, text: &str) -> fmt::Result {
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            formatter.write_char('\\')?;
        }
        formatter.write_char(c)?;
    }
    Ok(())
}

/// Whether `text` is read as it is after `field:`.
fn is_bare_text(text: &str) -> bool {
    is_bare_value(text) && !text.contains('*') && split_distance(text).is_none()
}

/// Whether `text` is read as a text where a term may begin. With signs of operators it might be
/// meant otherwise; with a quote behind a dot, what follows it would be a key of a path.
fn is_bare_token(text: &str) -> bool {
    let scanner = Scanner::new(text);
    let is_keyword = ["AND", "OR", "NOT"].iter().any(|word| scanner.is_keyword(word));
    let is_list = text.eq_ignore_ascii_case("in");
    is_bare_text(text)
        && !is_keyword
        && !is_list
        && !text.starts_with(['-', '+'])
        && !text.contains([':', '=', '!', '^', '$', '~', '<', '>', '['])
        && !text.contains(".\"")
}
