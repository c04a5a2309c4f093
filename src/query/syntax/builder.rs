//! Building queries in Rust.
//!
//! Nothing is refused here: a path that is no field, a text without words, a broken regular
//! expression or parentheses that would nest too deep are an error when the query runs, as they
//! are in query text when it is parsed.

use std::ops::Not;

use crate::query::ast::lexer::{Scanner, read_members, read_path};
use crate::query::ast::regex::RegexLiteral;
use crate::query::ast::{
    Comparison, Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text, TimeRelation,
};
use crate::query::predicate::equals::range_ends;

impl Query {
    /// Every event.
    pub fn all() -> Query {
        Query::new(Expr::All)
    }

    /// Events with a value that has the words of `text`, consecutively. No character of `text` is
    /// special.
    pub fn text(text: impl Into<String>) -> Query {
        text_query(text, LastWord::Exact)
    }

    /// Like [`Query::text`], but the last word is a prefix: `text*`.
    pub fn prefix(text: impl Into<String>) -> Query {
        text_query(text, LastWord::Prefix)
    }

    /// Events with a word within `distance`, 1 or 2, of `word`: `word~1`.
    pub fn fuzzy(word: impl Into<String>, distance: u8) -> Query {
        text_query(word, LastWord::Fuzzy(distance))
    }

    /// Begins a condition on the values under `path`, written as in query text: `actor.email`,
    /// `who.email`, `details."aws:SourceIp"`.
    pub fn field(path: &str) -> Field {
        // What is no path at all is taken as a name that no field has, and refused as that.
        let path = read_path(path).unwrap_or_else(|| Path::new(vec![path.to_string()]));
        Field { path }
    }

    /// Begins a condition on the values under `path` in the object of an element condition
    /// ([`Field::element`]), written as in query text between brackets: no name is short there.
    pub fn member(path: &str) -> Field {
        let path = read_members(path).unwrap_or_else(|| Path::new(vec![path.to_string()]));
        Field { path }
    }

    /// Events after an RFC 3339 instant, or after the whole day of a date: `after:when`.
    pub fn after(when: impl Into<String>) -> Query {
        time_query(TimeRelation::After, when)
    }

    /// Events before an RFC 3339 instant, or before the first instant of a date: `before:when`.
    pub fn before(when: impl Into<String>) -> Query {
        time_query(TimeRelation::Before, when)
    }

    /// Events on a date: `on:date`.
    pub fn on(date: impl Into<String>) -> Query {
        time_query(TimeRelation::On, date)
    }

    /// Events of the last `length`, such as `7d` or `1mo`: `since:length`.
    pub fn since(length: impl Into<String>) -> Query {
        time_query(TimeRelation::Since, length)
    }

    /// Events for which both hold.
    pub fn and(self, other: Query) -> Query {
        let nesting = |query: &Query| query.nesting().within(query.root().is_or());
        let nesting = nesting(&self).max(nesting(&other));
        Query::joined(Expr::and(vec![self.into_root(), other.into_root()]), nesting)
    }

    /// Events for which one or both hold.
    pub fn or(self, other: Query) -> Query {
        let nesting = self.nesting().max(other.nesting());
        Query::joined(Expr::or(vec![self.into_root(), other.into_root()]), nesting)
    }
}

impl Not for Query {
    type Output = Query;

    /// Events for which this does not hold.
    fn not(self) -> Query {
        let nesting = match self.root() {
            Expr::Not(inner) => self.nesting().without(inner.is_compound()),
            operand => self.nesting().within(operand.is_compound()),
        };
        Query::joined(Expr::negate(self.into_root()), nesting)
    }
}

/// The values under a path; finish with a test to get a [`Query`].
///
/// # Examples
/// ```
/// use annals::query::{Literal, Query};
///
/// let field = Query::field;
/// for (query, text) in [
///     (field("details.team").exists(), "has:details.team"),
///     (field("actor").text("Ada L"), r#"actor:"Ada L""#),
///     (field("actor").prefix("ada"), "actor:ada*"),
///     (field("actor").fuzzy("adda", 1), "actor:adda~1"),
///     (field("actor.id").equals("7"), r#"actor.id="7""#),
///     (field("context.ip").is("10.0.0.0/8"), "context.ip=10.0.0.0/8"),
///     (field("id").one_of(["a", "b"].map(Literal::bare)), "id=(a,b)"),
///     (field("id").none_of([Literal::quoted("a")]), r#"id!="a""#),
///     (field("details.size").between("5", "9.5"), "details.size=5..9.5"),
///     (field("category").begins("user"), "category^=user"),
///     (field("category").contains("man"), "category*=man"),
///     (field("category").ends("ment"), "category$=ment"),
///     (field("actor.org_unit").under("/Sales"), "actor.org_unit/=/Sales"),
///     (
///         field("targets").element(Query::member("type").equals("user")),
///         r#"targets[type="user"]"#,
///     ),
///     (field("details.path").matches("^/etc/"), r"details.path~=/^\/etc\//"),
///     (field("details.size").above("5"), "details.size>5"),
///     (field("details.size").at_least("5"), "details.size>=5"),
///     (field("occurred_at").below("2026-05-04"), "occurred_at<2026-05-04"),
///     (field("occurred_at").at_most("2026-05-04"), "occurred_at<=2026-05-04"),
/// ] {
///     assert_eq!(query.to_string(), text);
///     assert_eq!(Query::parse(text)?, query);
/// }
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Field {
    path: Path,
}

impl Field {
    /// Some value is not null: `has:f`.
    pub fn exists(self) -> Query {
        self.test(FieldTest::Has)
    }

    /// Some value has the words of `text`, consecutively: `f:"text"`.
    pub fn text(self, text: impl Into<String>) -> Query {
        self.text_test(text, LastWord::Exact)
    }

    /// Like [`Field::text`], but the last word is a prefix: `f:text*`.
    pub fn prefix(self, text: impl Into<String>) -> Query {
        self.text_test(text, LastWord::Prefix)
    }

    /// Some value has a word within `distance`, 1 or 2, of `word`: `f:word~1`.
    pub fn fuzzy(self, word: impl Into<String>, distance: u8) -> Query {
        self.text_test(word, LastWord::Fuzzy(distance))
    }

    /// Some value is exactly the string `value`: `f="value"`.
    pub fn equals(self, value: impl Into<String>) -> Query {
        self.one_of([Literal::quoted(value)])
    }

    /// Some value is the string `value` or what it reads as (a number, a date, an address, ...):
    /// `f=value`.
    pub fn is(self, value: impl Into<String>) -> Query {
        self.one_of([Literal::bare(value)])
    }

    /// Some value is one of these: `f=(a,b)`. Nothing is one of none.
    pub fn one_of(self, values: impl IntoIterator<Item = Literal>) -> Query {
        let values: Vec<Literal> = values.into_iter().collect();
        match values.is_empty() {
            true => !Query::all(),
            false => self.test(FieldTest::Equals(values)),
        }
    }

    /// Some value is not null, and none is one of these: `f!=(a,b)`.
    pub fn none_of(self, values: impl IntoIterator<Item = Literal>) -> Query {
        let values: Vec<Literal> = values.into_iter().collect();
        match values.is_empty() {
            true => self.exists(),
            false => self.test(FieldTest::Differs(values)),
        }
    }

    /// Some value is a number or time from `from` to `to`, both included; an empty text is no end
    /// on that side: `f=from..to`.
    pub fn between(self, from: impl Into<String>, to: impl Into<String>) -> Query {
        let literal = Literal::bare(format!("{}..{}", from.into(), to.into()));
        match range_ends(&literal) {
            Some(_) => self.one_of([literal]),
            // What is no range is refused when it runs, not taken for a string.
            None => self.at_least(literal.text()),
        }
    }

    /// The folded text of some value begins with the folded `text`: `f^=text`.
    pub fn begins(self, text: impl Into<String>) -> Query {
        self.test(FieldTest::Begins(text.into()))
    }

    /// The folded text of some value contains the folded `text`: `f*=text`.
    pub fn contains(self, text: impl Into<String>) -> Query {
        self.test(FieldTest::Contains(text.into()))
    }

    /// The folded text of some value ends with the folded `text`: `f$=text`.
    pub fn ends(self, text: impl Into<String>) -> Query {
        self.test(FieldTest::Ends(text.into()))
    }

    /// Some value is the string `path` or lies below it as a path, byte for byte: `f/=path`. One
    /// `/` at the end of `path` does not count.
    pub fn under(self, path: impl Into<String>) -> Query {
        self.test(FieldTest::Under(path.into()))
    }

    /// One object here meets `condition`, whose fields are made by [`Query::member`] and whose
    /// texts look at the values of the object: `f[condition]`.
    pub fn element(self, condition: Query) -> Query {
        let nesting = condition.nesting().bracketed();
        let condition = Box::new(condition.into_root());
        Query::joined(Expr::Term(Term::Element { path: self.path, condition }), nesting)
    }

    /// The stored text of some value matches `regex` somewhere: `f~=/regex/`.
    pub fn matches(self, regex: &str) -> Query {
        self.test(FieldTest::Matches(RegexLiteral::new(between_slashes(regex))))
    }

    /// Some value is greater than the number or later than the time: `f>value`.
    pub fn above(self, value: impl Into<String>) -> Query {
        self.test(FieldTest::Compare(Comparison::Above, value.into()))
    }

    /// Some value is at least the number or time: `f>=value`.
    pub fn at_least(self, value: impl Into<String>) -> Query {
        self.test(FieldTest::Compare(Comparison::AtLeast, value.into()))
    }

    /// Some value is less than the number or earlier than the time: `f<value`.
    pub fn below(self, value: impl Into<String>) -> Query {
        self.test(FieldTest::Compare(Comparison::Below, value.into()))
    }

    /// Some value is at most the number or time: `f<=value`.
    pub fn at_most(self, value: impl Into<String>) -> Query {
        self.test(FieldTest::Compare(Comparison::AtMost, value.into()))
    }

    fn text_test(self, text: impl Into<String>, last: LastWord) -> Query {
        let text = text.into();
        self.test(FieldTest::Text(Text { text, last }))
    }

    fn test(self, test: FieldTest) -> Query {
        let path = self.path;
        Query::new(Expr::Term(Term::Field { path, test }))
    }
}

fn text_query(text: impl Into<String>, last: LastWord) -> Query {
    let text = text.into();
    Query::new(Expr::Term(Term::Text(Text { text, last })))
}

fn time_query(relation: TimeRelation, when: impl Into<String>) -> Query {
    let when = when.into();
    Query::new(Expr::Term(Term::Time { relation, when }))
}

/// What stands between slashes in a text and means `regex`: as it is, if it can; else it writes
/// slashes as `\/`, and backslashes where query text would take them for the escape of a
/// slash as `\x5C`.
pub(super) fn between_slashes(regex: &str) -> String {
    if is_between_slashes(regex) {
        return regex.to_owned();
    }
    let mut written = String::with_capacity(regex.len());
    let mut chars = regex.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().copied()) {
            ('/', _) => written.push_str("\\/"),
            ('\\', Some('\\')) => {
                chars.next();
                let is_before_slash = matches!(chars.peek(), None | Some('/'));
                written.push_str(if is_before_slash { "\\x5C" } else { "\\\\" });
            }
            ('\\', Some(next)) => {
                chars.next();
                written.extend(['\\', next]);
            }
            _ => written.push(c),
        }
    }
    written
}

/// Whether query text takes all of `regex` for the inside of slashes.
fn is_between_slashes(regex: &str) -> bool {
    let text = format!("{regex}/");
    Scanner::new(&text).take_regex() == Some(regex)
}
