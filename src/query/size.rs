//! How large a query is: the same caps for text, JSON and Rust.

use std::fmt::{self, Write};

use super::ast::{Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text};
use super::condition::{any_context, reads_as_range};
use crate::limits::{
    QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QUERY_FUZZY_MAX, QUERY_REGEXES_MAX, QUERY_TERMS_MAX,
    QUERY_VALUES_MAX,
};
use crate::{Error, Result};

/// What a query has so far of everything that is capped.
#[derive(Debug, Default)]
pub(super) struct Size {
    terms: usize,
    /// Values of lists.
    values: usize,
    fuzzy: usize,
    regexes: usize,
    /// Bytes that its text has at least.
    bytes: usize,
}

impl Size {
    /// Counts a `*`.
    ///
    /// # Errors
    /// Which cap is exceeded, as a sentence for the caller to place.
    pub(super) fn add_all(&mut self) -> Result<(), String> {
        self.terms += 1;
        self.bytes += 1;
        self.check()
    }

    /// Counts a term; before it is compiled, which may cost much.
    ///
    /// # Errors
    /// Which cap is exceeded, as a sentence for the caller to place.
    pub(super) fn add(&mut self, term: &Term) -> Result<(), String> {
        match term {
            Term::Text(text) => self.add_text(text),
            Term::Time { when, .. } => self.add_value(when),
            Term::Field { path, test } => {
                self.bytes += path_bytes(path);
                self.add_test(test);
            }
        }
        self.check()
    }

    fn add_test(&mut self, test: &FieldTest) {
        match test {
            FieldTest::Has => self.terms += 1,
            FieldTest::Text(text) => self.add_text(text),
            FieldTest::Equals(literals) | FieldTest::Differs(literals) => {
                self.add_literals(literals);
            }
            FieldTest::Matches(regex) => {
                self.regexes += 1;
                self.add_value(regex);
            }
            FieldTest::Begins(text) | FieldTest::Contains(text) | FieldTest::Ends(text) => {
                self.add_value(text);
            }
            FieldTest::Compare(_, value) => self.add_value(value),
        }
    }

    fn add_text(&mut self, text: &Text) {
        self.fuzzy += usize::from(matches!(text.last, LastWord::Fuzzy(_)));
        self.add_value(&text.text);
    }

    fn add_value(&mut self, value: &str) {
        self.terms += 1;
        self.bytes += value.len();
    }

    /// Strings, numbers and networks of a list are looked up together, however many there are;
    /// each range is a test of its own.
    fn add_literals(&mut self, literals: &[Literal]) {
        let context = any_context();
        let is_range = |literal: &&Literal| reads_as_range(literal, &context);
        let ranges = literals.iter().take(QUERY_VALUES_MAX).filter(is_range).count();
        self.terms += ranges.max(1);
        self.values += literals.len();
        self.bytes += literals.iter().map(|literal| literal.text().len()).sum::<usize>();
    }

    fn check(&self) -> Result<(), String> {
        for (count, limit, what) in [
            (self.terms, QUERY_TERMS_MAX, "terms (in a list each range or time is one)"),
            (self.values, QUERY_VALUES_MAX, "values in lists"),
            (self.fuzzy, QUERY_FUZZY_MAX, "words with `~`"),
            (self.regexes, QUERY_REGEXES_MAX, "regular expressions"),
        ] {
            if count > limit {
                return Err(format!("a query has at most {limit} {what}"));
            }
        }
        check_bytes(self.bytes)
    }
}

impl Query {
    /// Checks the caps of a whole query.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the cap that is exceeded.
    pub(super) fn check_size(&self) -> Result<()> {
        let refuse = |problem: String| Error::invalid("query", problem);
        if self.nesting() > QUERY_DEPTH_MAX {
            return Err(refuse(too_deep()));
        }
        add_expr(&mut Size::default(), self.root()).map_err(refuse)?;
        self.check_printed().map_err(refuse)
    }

    /// Checks that the query, printed, can be parsed again.
    ///
    /// # Errors
    /// A sentence for the caller to place.
    pub(super) fn check_printed(&self) -> Result<(), String> {
        let mut len = Len(0);
        // Counting cannot fail.
        let _ = write!(len, "{self}");
        check_bytes(len.0)
    }
}

/// The sentence about parentheses that nest too deep.
pub(super) fn too_deep() -> String {
    format!("parentheses nest at most {QUERY_DEPTH_MAX} deep")
}

fn add_expr(size: &mut Size, expr: &Expr) -> Result<(), String> {
    match expr {
        Expr::All => size.add_all(),
        Expr::Term(term) => size.add(term),
        Expr::Not(operand) => add_expr(size, operand),
        Expr::And(operands) | Expr::Or(operands) => {
            operands.iter().try_for_each(|operand| add_expr(size, operand))
        }
    }
}

fn check_bytes(len: usize) -> Result<(), String> {
    match len > QUERY_BYTES_MAX {
        true => Err(format!("the query has {len} bytes or more; the limit is {QUERY_BYTES_MAX}")),
        false => Ok(()),
    }
}

/// The keys with the dots between them.
fn path_bytes(path: &Path) -> usize {
    path.segments().iter().map(|segment| segment.len() + 1).sum()
}

/// Counts bytes that are printed.
struct Len(usize);

impl Write for Len {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}
