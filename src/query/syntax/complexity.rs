//! The size of a query and its caps, the same for text, JSON and Rust.

use std::fmt::{self, Write};

use crate::limits::{
    QUERY_BYTES_MAX, QUERY_FOLDED_CLASSES_MAX, QUERY_FUZZY_MAX, QUERY_REGEXES_MAX, QUERY_TERMS_MAX,
    QUERY_VALUES_MAX, REGEX_TEXT_BYTES_MAX,
};
use crate::query::ast::{Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text};
use crate::query::predicate::context::any_context;
use crate::query::predicate::equals::reads_as_range;
use crate::{Error, Result};

/// Counters of what is capped, while a query is read.
#[derive(Debug, Default)]
pub(super) struct Complexity {
    terms: usize,
    /// Values of lists.
    values: usize,
    fuzzy: usize,
    regexes: usize,
    /// Bytes of the longest regular expression.
    regex_bytes: usize,
    /// Classes of regular expressions that ignore case.
    folded_classes: usize,
    /// Lower bound of the bytes of its text.
    bytes: usize,
}

impl Complexity {
    /// Counts a `*`.
    ///
    /// # Errors
    /// Which cap is exceeded, as a sentence for the caller to place.
    pub(super) fn add_all(&mut self) -> Result<(), String> {
        self.terms += 1;
        self.bytes += 1;
        self.check()
    }

    /// Counts a term, before it is compiled: compiling may be expensive.
    ///
    /// # Errors
    /// Which cap is exceeded, as a sentence for the caller to place.
    pub(super) fn add(&mut self, term: &Term) -> Result<(), String> {
        match term {
            Term::Text(text) => self.add_text(text),
            Term::Time { when, .. } => self.add_value(when),
            // What stands in the brackets counts by itself.
            Term::Element { path, .. } => {
                self.terms += 1;
                self.bytes += path_bytes(path);
            }
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
                self.regex_bytes = self.regex_bytes.max(regex.text().len());
                self.folded_classes += folded_classes(regex.text());
                self.add_value(regex.text());
            }
            FieldTest::Begins(text)
            | FieldTest::Contains(text)
            | FieldTest::Ends(text)
            | FieldTest::Under(text) => self.add_value(text),
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

    /// A list counts as one term, as its strings, numbers and networks are sorted sets; each range
    /// counts as one more.
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
            (self.regex_bytes, REGEX_TEXT_BYTES_MAX, "bytes in a regular expression"),
            (
                self.folded_classes,
                QUERY_FOLDED_CLASSES_MAX,
                "classes such as `[a-z]` in regular expressions that ignore case",
            ),
        ] {
            if count > limit {
                return Err(format!("a query has at most {limit} {what}"));
            }
        }
        check_bytes(self.bytes)
    }
}

/// Upper bound of the classes of a regular expression that may have a flag `i`, counted in its
/// text: parsing it would cost what the cap is to prevent. `docs/query.md` has the figures, and why
/// a cap on bytes is not enough.
fn folded_classes(regex: &str) -> usize {
    let begins_flags = |(at, _): (usize, &str)| {
        let flags = regex[at + 1..].split([':', ')']).next().unwrap_or_default();
        flags.contains('i') && flags.bytes().all(|flag| flag.is_ascii_alphabetic() || flag == b'-')
    };
    match regex.match_indices('?').any(begins_flags) {
        true => {
            regex.matches('[').count() + regex.matches("\\p").count() + regex.matches("\\P").count()
        }
        false => 0,
    }
}

impl Query {
    /// Checks the caps of a whole query.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the cap that is exceeded.
    pub(crate) fn check_size(&self) -> Result<()> {
        let refuse = |problem: String| Error::invalid("query", problem);
        if let Some(problem) = self.nesting().problem() {
            return Err(refuse(problem));
        }
        add_expr(&mut Complexity::default(), self.root()).map_err(refuse)?;
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

fn add_expr(size: &mut Complexity, expr: &Expr) -> Result<(), String> {
    match expr {
        Expr::All => size.add_all(),
        Expr::Term(term) => {
            size.add(term)?;
            match term {
                Term::Element { condition, .. } => add_expr(size, condition),
                _ => Ok(()),
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{QUERY_BRACKETS_MAX, QUERY_DEPTH_MAX};

    /// Whether a query of `count` parts is allowed: built in Rust, as text and as JSON.
    fn is_allowed(query: &Query) -> bool {
        let is_sound = query.check_size().is_ok();
        let text = query.to_string();
        // What is too large is not even printed within the cap of the text, or refused there.
        assert_eq!(Query::parse(&text).ok().as_ref() == Some(query), is_sound, "{text:.80}");
        assert_eq!(Query::from_json(&query.to_json()).ok().as_ref() == Some(query), is_sound);
        is_sound
    }

    fn any_of(count: usize, part: impl Fn(usize) -> Query) -> Query {
        (0..count).map(part).reduce(Query::or).expect("at least one")
    }

    #[test]
    fn each_cap_holds_at_n_and_refuses_at_n_plus_one_in_every_face() {
        let field = || Query::field("details.a");
        let list = |values: Vec<Literal>| field().one_of(values);
        let literals = |count: usize, text: &str| vec![Literal::bare(text); count];
        let depth = |count: usize| {
            (0..count).fold(Query::text("a"), |query, _| !query.and(Query::text("b")))
        };
        type Made<'m> = &'m dyn Fn(usize) -> Query;
        let brackets = |count: usize| {
            let around = |inner: Query, _| Query::member("a").element(inner);
            let inner = (1..count).fold(Query::member("a").equals("x"), around);
            Query::field("details.a").element(inner)
        };
        let cases: [(usize, Made<'_>); 13] = [
            (QUERY_TERMS_MAX, &|count| any_of(count, |_| Query::text("x"))),
            (QUERY_TERMS_MAX, &|count| any_of(count, |_| Query::all())),
            (QUERY_TERMS_MAX, &|count| list(literals(count, "1..2"))),
            (QUERY_TERMS_MAX, &|count| list(literals(count, "2026-05-04"))),
            (QUERY_VALUES_MAX, &|count| list(literals(count, "1"))),
            (QUERY_FUZZY_MAX, &|count| any_of(count, |_| Query::fuzzy("word", 1))),
            (QUERY_REGEXES_MAX, &|count| any_of(count, |_| field().matches("x"))),
            (REGEX_TEXT_BYTES_MAX, &|count| field().matches(&"x".repeat(count))),
            (QUERY_DEPTH_MAX, &depth),
            (QUERY_BRACKETS_MAX, &brackets),
            (QUERY_FOLDED_CLASSES_MAX, &|count| {
                field().matches(&format!("(?s-i)a(?i:{})", "[a-z]".repeat(count)))
            }),
            (QUERY_BYTES_MAX, &|count| Query::text("a".repeat(count))),
            (QUERY_BYTES_MAX, &|count| {
                // A quote is written as two bytes, and the text as a whole in quotes.
                Query::text(format!("{}{}", "\"".repeat(30_000), "a".repeat(count - 60_002)))
            }),
        ];
        for (number, (limit, made)) in cases.into_iter().enumerate() {
            assert!(is_allowed(&made(limit)), "case {number} at {limit}");
            assert!(made(limit + 1).check_size().is_err(), "case {number} beyond {limit}");
            assert!(
                matches!(number, 8 | 9) || !is_allowed(&made(limit + 1)),
                "case {number} beyond {limit}"
            );
        }
    }

    #[test]
    fn classes_count_where_case_may_be_ignored() {
        for (regex, expected) in [
            (r"[a-z]\p{L}\PL", 0),
            (r"(?i)[a-z]\p{L}\PL[[:alpha:]]", 5),
            (r"(?x)( ?-si:[a])", 1),
            (r"(?P<id>[a])(?<id2>[b])(?:[c])(?m)", 0),
            (r"(?s-i)[a]", 1),
        ] {
            assert_eq!(folded_classes(regex), expected, "{regex}");
        }
    }

    #[test]
    fn networks_of_a_list_are_no_terms() {
        let networks =
            (0..5_000).map(|n| Literal::bare(format!("10.{}.{}.0/24", n / 256, n % 256)));
        let query = Query::field("context.ip").one_of(networks);
        assert!(query.nesting().problem().is_none() && query.check_printed().is_err());
        let query = Query::field("context.ip").one_of(vec![Literal::bare("10.0.0.0/8"); 5_000]);
        assert!(is_allowed(&query));
    }

    #[test]
    fn a_path_that_a_group_repeats_counts_each_time() {
        let key = "k".repeat(600);
        let text = |count: usize| format!("details.{key}:({})", "a ".repeat(count));
        assert!(Query::parse(&text(100)).is_ok());
        assert!(matches!(Query::parse(&text(1_000)), Err(Error::Query { .. })));
    }

    #[test]
    fn what_nests_too_deep_is_refused_however_long_it_goes_on() {
        let mut query = Query::text("a");
        for _ in 0..100_000 {
            query = !query.or(Query::text("b")).and(Query::text("c"));
        }
        assert!(query.nesting().problem().is_some());
        assert!(query.check_size().is_err());
        assert_eq!(query.to_string(), "-*");
    }

    #[test]
    fn nesting_is_that_of_the_printed_parentheses() {
        let (a, b) = (|| Query::text("a"), || Query::text("b"));
        for (query, nesting) in [
            (a().and(b()), 0),
            (a().and(b()).or(a()), 0),
            (a().or(b()).and(a()), 1),
            (!(a().and(b())), 1),
            (!!(a().and(b())), 0),
            (!(!!(a().or(b()))).and(a()), 2),
            ((!(a().or(b()))).and(a()), 1),
            (!(a().or(b()).and(a())), 2),
            (a().or(a().or(b()).and(b())), 1),
        ] {
            assert_eq!(
                (query.nesting().parentheses, Query::parse(&query.to_string()).ok()),
                (nesting, Some(query.clone())),
                "{query}"
            );
        }
    }
}
