//! The abstract syntax tree of a query: result of parsers and builder, input of printers and
//! compiler.
//!
//! The tree has a normal form: `And` and `Or` hold at least two operands and none of their own
//! kind, `Not` holds no `Not`. So [`Query`] is only made by parsing and by its methods.

pub(super) mod chars;
pub(super) mod display;
pub(super) mod lexer;
pub(super) mod mask;
pub(super) mod path_pattern;
pub(super) mod regex;
pub(super) mod time;
use crate::limits::{QUERY_BRACKETS_MAX, QUERY_DEPTH_MAX};
use chars::is_bare_item;
use regex::RegexLiteral;

/// A query: one tree behind text, JSON and Rust.
///
/// [`Query::parse`] reads text, [`Query::from_json`] JSON, the methods build one in Rust. `Display`
/// prints it as text that parses to the same tree, [`Query::to_json`] as JSON.
///
/// # Examples
/// ```
/// use annals::query::Query;
///
/// let query = Query::text("budget").and(!Query::field("actor.email").equals("ada@acme.example"));
/// assert_eq!(query.to_string(), r#"budget -actor.email="ada@acme.example""#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    root: Expr,
    nesting: Nesting,
}

/// How deep the text of a query nests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Nesting {
    /// Parentheses, those inside of brackets included.
    pub(super) parentheses: usize,
    /// Brackets of element conditions.
    pub(super) brackets: usize,
}

impl Nesting {
    /// The deeper of both, in each respect.
    pub(super) fn max(self, other: Nesting) -> Nesting {
        Nesting {
            parentheses: self.parentheses.max(other.parentheses),
            brackets: self.brackets.max(other.brackets),
        }
    }

    /// In parentheses, if it needs them.
    pub(super) fn within(self, needs_parentheses: bool) -> Nesting {
        Nesting { parentheses: self.parentheses + usize::from(needs_parentheses), ..self }
    }

    /// Out of parentheses, if it was in some.
    pub(super) fn without(self, had_parentheses: bool) -> Nesting {
        Nesting { parentheses: self.parentheses - usize::from(had_parentheses), ..self }
    }

    /// In brackets.
    pub(super) fn bracketed(self) -> Nesting {
        Nesting { brackets: self.brackets + 1, ..self }
    }

    /// What is nested deeper than is allowed, as a sentence.
    pub(super) fn problem(self) -> Option<String> {
        if self.parentheses > QUERY_DEPTH_MAX {
            return Some(format!("parentheses nest at most {QUERY_DEPTH_MAX} deep"));
        }
        (self.brackets > QUERY_BRACKETS_MAX)
            .then(|| format!("brackets nest at most {QUERY_BRACKETS_MAX} deep"))
    }
}

impl Query {
    /// The query with this root, which has been checked to nest no deeper than is allowed.
    pub(super) fn new(root: Expr) -> Query {
        let nesting = root.nesting();
        Query { root, nesting }
    }

    /// A query made of others. One that nests too deep is replaced by a small one that is refused
    /// for its nesting: recursion over the real one could overflow the stack.
    pub(super) fn joined(root: Expr, nesting: Nesting) -> Query {
        match nesting.problem() {
            Some(_) => Query { root: Expr::negate(Expr::All), nesting },
            None => Query { root, nesting },
        }
    }

    /// How deep its text nests, at most one more than allowed.
    pub(super) fn nesting(&self) -> Nesting {
        self.nesting
    }

    /// The root of the tree.
    pub fn root(&self) -> &Expr {
        &self.root
    }

    /// Takes the tree out.
    pub(super) fn into_root(self) -> Expr {
        self.root
    }
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Every event.
    All,
    /// Events for which all of these hold; at least two.
    And(Vec<Expr>),
    /// Events for which one of these holds; at least two.
    Or(Vec<Expr>),
    /// Events for which this does not hold; never another `Not`.
    Not(Box<Expr>),
    /// One condition.
    Term(Term),
}

impl Expr {
    /// Joins by AND; nothing to join is every event.
    pub(super) fn and(operands: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(operands.len());
        for operand in operands {
            match operand {
                Expr::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Expr::All,
            1 => flat.remove(0),
            _ => Expr::And(flat),
        }
    }

    /// Joins by OR; nothing to join is no event.
    pub(super) fn or(operands: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(operands.len());
        for operand in operands {
            match operand {
                Expr::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Expr::negate(Expr::All),
            1 => flat.remove(0),
            _ => Expr::Or(flat),
        }
    }

    /// How deep its text nests.
    fn nesting(&self) -> Nesting {
        let deepest = |operands: &[Expr], needs: fn(&Expr) -> bool| {
            let nesting = operands.iter().map(|operand| operand.nesting().within(needs(operand)));
            nesting.fold(Nesting::default(), Nesting::max)
        };
        match self {
            Expr::Term(Term::Element { condition, .. }) => condition.nesting().bracketed(),
            Expr::All | Expr::Term(_) => Nesting::default(),
            Expr::Or(operands) => deepest(operands, |_| false),
            Expr::And(operands) => deepest(operands, Expr::is_or),
            Expr::Not(operand) => operand.nesting().within(operand.is_compound()),
        }
    }

    /// Whether it is joined by OR: it needs parentheses inside an AND.
    pub(super) fn is_or(&self) -> bool {
        matches!(self, Expr::Or(_))
    }

    /// Whether it is joined by AND or OR: it needs parentheses after NOT.
    pub(super) fn is_compound(&self) -> bool {
        matches!(self, Expr::And(_) | Expr::Or(_))
    }

    /// A condition on one object as conditions on the event: necessary ones, which different
    /// objects may meet. `NOT` is left out, and of `!=` stays that there is a value: what is
    /// excluded in one object may stand in another.
    pub(super) fn apart(&self, object: &Path) -> Expr {
        let all = |operands: &[Expr]| -> Vec<Expr> {
            operands.iter().map(|operand| operand.apart(object)).collect()
        };
        let below = |path: &Path| Path::new([object.segments(), path.segments()].concat());
        match self {
            Expr::And(operands) => {
                Expr::and(all(operands).into_iter().filter(|one| *one != Expr::All).collect())
            }
            Expr::Or(operands) => match all(operands) {
                any if any.contains(&Expr::All) => Expr::All,
                any => Expr::or(any),
            },
            Expr::Not(_) | Expr::All | Expr::Term(Term::Time { .. }) => Expr::All,
            Expr::Term(Term::Field { path, test }) => {
                let test = match test {
                    FieldTest::Differs(_) => FieldTest::Has,
                    test => test.clone(),
                };
                Expr::Term(Term::Field { path: below(path), test })
            }
            Expr::Term(Term::Element { path, condition }) => condition.apart(&below(path)),
            Expr::Term(Term::Text(text)) => {
                let test = FieldTest::Text(text.clone());
                Expr::Term(Term::Field { path: object.clone(), test })
            }
        }
    }

    /// The opposite.
    pub(super) fn negate(operand: Expr) -> Expr {
        match operand {
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        }
    }
}

/// One condition on an event, or on an object in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Term {
    /// Some value but those of `occurred_at`, `recorded_at` and `seq` has these words.
    Text(Text),
    /// Some value under the path passes the test.
    Field {
        /// Where to look.
        path: Path,
        /// What to look for.
        test: FieldTest,
    },
    /// `f[E]`: one object that the path leads to meets the condition, whose paths begin there and
    /// whose texts look at the values in it.
    Element {
        /// Where the objects are.
        path: Path,
        /// What one of them meets.
        condition: Box<Expr>,
    },
    /// `occurred_at` lies before, after, on or since a time.
    Time {
        /// Before, after, on or since.
        relation: TimeRelation,
        /// An RFC 3339 instant or a date; after `since` a length such as `7d`.
        when: String,
    },
}

/// Words that stand consecutively inside one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text whose words are looked for, as it was given.
    pub text: String,
    /// How the last word is compared.
    pub last: LastWord,
}

/// How the last word of a text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LastWord {
    /// It is this word.
    Exact,
    /// It begins with this word.
    Prefix,
    /// It is within this Levenshtein distance, 1 or 2, of this word.
    Fuzzy(u8),
}

/// A test of the values under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldTest {
    /// `has:f`: is not null.
    Has,
    /// `f:text`: has these words.
    Text(Text),
    /// `f=v`, `f=(a,b)`: is one of these.
    Equals(Vec<Literal>),
    /// `f!=v`, `f!=(a,b)`: some value is not null, and none is one of these.
    Differs(Vec<Literal>),
    /// `f^=t`: the folded text begins with the folded `t`.
    Begins(String),
    /// `f*=t`: the folded text contains the folded `t`.
    Contains(String),
    /// `f$=t`: the folded text ends with the folded `t`.
    Ends(String),
    /// `f/=v`: is this string or lies below it as a path, byte for byte.
    Under(String),
    /// `f~=/re/`: the stored text matches the regular expression (written without the slashes, a
    /// slash in it as `\/`).
    Matches(RegexLiteral),
    /// `f>v` and its kin: is a number or an instant in that range.
    Compare(Comparison, String),
}

/// A relation to a number or instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// A value to be equal to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal {
    text: String,
    is_quoted: bool,
}

impl Literal {
    /// Exactly the string `text`.
    pub fn quoted(text: impl Into<String>) -> Literal {
        Literal { text: text.into(), is_quoted: true }
    }

    /// The string `text`, or what it reads as: a number, `true`, `false`, `null`, an instant, a
    /// date, an address, a network, or a range `a..b` of numbers or times.
    pub fn bare(text: impl Into<String>) -> Literal {
        let text = text.into();
        // What cannot be written bare is never more than a string.
        let is_quoted = !is_bare_item(&text);
        Literal { text, is_quoted }
    }

    /// The text, without quotes and escapes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it means exactly the string.
    pub fn is_quoted(&self) -> bool {
        self.is_quoted
    }
}

/// The relation of `occurred_at` to a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeRelation {
    /// `after:` the instant, or the whole day.
    After,
    /// `before:` the instant, or the first instant of the day.
    Before,
    /// `on:` the day, or the very instant.
    On,
    /// `since:` at or after now minus a length.
    Since,
}

/// Keys from the top of an event; covers every value below.
///
/// Several segments may also stand for one key with dots between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    segments: Vec<String>,
}

impl Path {
    /// The path of these segments, in which short names have been spelled out.
    pub(super) fn new(segments: Vec<String>) -> Path {
        Path { segments }
    }

    /// The segments; the single segment `action` means `category.activity` as one string.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }
}
