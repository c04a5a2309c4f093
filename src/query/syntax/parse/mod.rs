//! Query text to tree: a recursive-descent parser. Its errors name the place and what was expected.
//!
//! `query = [or]`, `or = and {"OR" and}`, `and = not {["AND"] not}`,
//! `not = ("NOT" | "-") not | "(" or ")" | term`, `term = path "[" or "]" | ...`. The depth of the
//! recursion is that of the parentheses and brackets, which is capped.

mod element;
mod field;
mod habits;
#[cfg(test)]
mod tests;
pub(crate) mod value_path;

use super::complexity::Complexity;
use super::names::Target;
use crate::limits::QUERY_BYTES_MAX;
use crate::profile::Registry;
use crate::query::ast::chars::split_distance;
use crate::query::ast::lexer::{Quoted, Scanner};
use crate::query::ast::{Expr, FieldTest, LastWord, Nesting, Query, Term, Text};
use crate::query::predicate::compile::check_term;
use crate::{Error, Result};
use std::str::FromStr;

impl FromStr for Query {
    type Err = Error;

    /// As [`Query::parse`].
    fn from_str(text: &str) -> Result<Query> {
        Query::parse(text)
    }
}

impl Query {
    /// Parses a query text; the rules are those of the search documentation.
    ///
    /// # Errors
    /// [`Error::Query`] with the place and what was expected there: also for fields that do not
    /// exist, operators that do not fit, texts without a word, and beyond the caps of
    /// [`limits`](crate::limits). The same text is refused or not whatever a store holds.
    ///
    /// # Examples
    /// ```
    /// use annals::query::Query;
    ///
    /// let query = Query::parse("who.email=ada@acme.example (login OR logout) -since:7d")?;
    /// assert!(Query::parse("whom.email=ada").is_err());
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Query> {
        Query::parse_named(text, &Registry::default())
    }

    /// Parses a query text in which fields may also have the names that profiles give them:
    /// `event_title:zurich`, `"Titel des Termins":zurich`. Fields of the schema come first; a name
    /// stands for the path that it has in the profiles now.
    ///
    /// # Errors
    /// As [`Query::parse`]; also for a name that means several paths, and for an operator that an
    /// attribute does not take, with those it does.
    ///
    /// # Examples
    /// ```
    /// use annals::profile::Registry;
    /// use annals::query::Query;
    ///
    /// let query = Query::parse_named("access_level=owner", &Registry::built_in())?;
    /// assert_eq!(query.to_string(), "details.access_level=owner");
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn parse_named(text: &str, names: &Registry) -> Result<Query> {
        let mut parser = QueryParser::new(text, names);
        let query = parser.query().map(Query::new)?;
        // Short names and lists of texts are longer when they are printed.
        query.check_printed().or_else(|problem| parser.error(0, problem))?;
        Ok(query)
    }
}

struct QueryParser<'q> {
    text: &'q str,
    scanner: Scanner<'q>,
    /// Parentheses that are open.
    parentheses: usize,
    /// For each bracket that is open, the path from the event to the object.
    objects: Vec<Vec<String>>,
    /// The token before, if it is written as a path is.
    name_before: Option<&'q str>,
    size: Complexity,
    /// Profiles whose names of attributes are fields.
    names: &'q Registry,
}

impl<'q> QueryParser<'q> {
    fn new(text: &'q str, names: &'q Registry) -> QueryParser<'q> {
        QueryParser {
            text,
            names,
            scanner: Scanner::new(text),
            parentheses: 0,
            objects: Vec::new(),
            name_before: None,
            size: Complexity::default(),
        }
    }

    fn error<T>(&self, position: usize, problem: impl Into<String>) -> Result<T> {
        Err(Error::Query { query: self.text.to_string(), position, problem: problem.into() })
    }

    fn query(&mut self) -> Result<Expr> {
        if self.text.len() > QUERY_BYTES_MAX {
            let len = self.text.len();
            let problem = format!("the query has {len} bytes; the limit is {QUERY_BYTES_MAX}");
            return self.error(0, problem);
        }
        self.scanner.skip_space();
        if self.scanner.rest().is_empty() {
            return Ok(Expr::All);
        }
        let expr = self.any_of(None, "at the beginning")?;
        match self.scanner.peek() {
            None => Ok(expr),
            Some(_) => {
                let problem = "no `(` is open for this `)`; quote a text that holds one";
                self.error(self.scanner.at(), problem)
            }
        }
    }

    /// `or`; inside the group of a field, texts belong to that field. Ends at `)` or the end.
    fn any_of(&mut self, group: Option<&Target>, place: &str) -> Result<Expr> {
        let mut operands = vec![self.all_of(group, place)?];
        while self.eat_keyword("OR") {
            operands.push(self.all_of(group, "after `OR`")?);
        }
        Ok(Expr::or(operands))
    }

    fn all_of(&mut self, group: Option<&Target>, place: &str) -> Result<Expr> {
        let mut operands = vec![self.operand(group, place)?];
        loop {
            self.scanner.skip_space();
            if self.eat_keyword("AND") {
                operands.push(self.operand(group, "after `AND`")?);
            } else if self.ends_here() || self.scanner.is_keyword("OR") {
                return Ok(Expr::and(operands));
            } else {
                operands.push(self.operand(group, "here")?);
            }
        }
    }

    fn ends_here(&self) -> bool {
        let is_end = |next| next == ')' || next == ']' && self.scanner.brackets() > 0;
        self.scanner.peek().is_none_or(is_end)
    }

    /// Whether what is written without quotes ends here.
    fn bare_ends(&self) -> bool {
        self.scanner.peek().is_none_or(|next| self.scanner.ends_bare(next))
    }

    /// The path from the event to where paths begin: to the object of the innermost brackets.
    fn object(&self) -> &[String] {
        self.objects.last().map_or(&[], Vec::as_slice)
    }

    /// Checks how deep parentheses and brackets nest.
    fn check_nesting(&self, at: usize) -> Result<()> {
        let nesting = Nesting { parentheses: self.parentheses, brackets: self.scanner.brackets() };
        nesting.problem().map_or(Ok(()), |problem| self.error(at, problem))
    }

    fn eat_keyword(&mut self, word: &str) -> bool {
        self.scanner.is_keyword(word) && self.scanner.eat(word)
    }

    /// `not`, all negations before one operand at once.
    fn operand(&mut self, group: Option<&Target>, place: &str) -> Result<Expr> {
        let mut is_negated = false;
        let mut place = place;
        loop {
            self.scanner.skip_space();
            let at = self.scanner.at();
            if self.eat_keyword("NOT") {
                place = "after `NOT`";
            } else if self.scanner.eat("-") {
                if self.bare_ends() {
                    return self.error(at, "`-` stands directly before what it excludes");
                }
                place = "after `-`";
            } else {
                break;
            }
            is_negated = !is_negated;
        }
        let operand = self.primary(group, place)?;
        Ok(match is_negated {
            true => Expr::negate(operand),
            false => operand,
        })
    }

    fn primary(&mut self, group: Option<&Target>, place: &str) -> Result<Expr> {
        let at = self.scanner.at();
        let is_operator = ["AND", "OR"].iter().any(|word| self.scanner.is_keyword(word));
        if self.ends_here() || is_operator {
            return self.error(at, format!("expected a text, a field or `(` {place}"));
        }
        match self.scanner.peek() {
            Some('(') => self.parenthesis(group),
            _ => self.term(group),
        }
    }

    fn parenthesis(&mut self, group: Option<&Target>) -> Result<Expr> {
        let at = self.scanner.at();
        self.scanner.eat("(");
        self.parentheses += 1;
        self.check_nesting(at)?;
        self.name_before = None;
        let inside = self.any_of(group, "after `(`")?;
        if !self.scanner.eat(")") {
            return self.error(at, "this `(` is never closed; expected `)`");
        }
        self.parentheses -= 1;
        self.name_before = None;
        Ok(inside)
    }

    fn term(&mut self, group: Option<&Target>) -> Result<Expr> {
        let at = self.scanner.at();
        self.check_beginning()?;
        let is_grouped = |parser: &Self, target: &Target| {
            let (hint, path) = (hint(parser, at), &target.path);
            parser.error(at, format!("a field cannot stand inside `{path}:( )`; {hint}"))
        };
        if let Some((segments, operator_at, operator)) = self.scanner.take_field() {
            self.name_before = None;
            return match group {
                Some(path) => is_grouped(self, path),
                None => self.field(segments, at, operator_at, operator),
            };
        }
        if let Some(segments) = self.scanner.take_path_before("[") {
            self.name_before = None;
            return match group {
                Some(path) => is_grouped(self, path),
                None => self.element(segments, at),
            };
        }
        let text = match self.quoted()? {
            Some(quoted) => {
                self.name_before = None;
                Some(text_of_quoted(quoted))
            }
            None => {
                self.check_token()?;
                self.token()?
            }
        };
        self.text_term(text, group, at)
    }

    /// The term that looks for a text, in a field if there is one; no text is a lone `*`.
    fn text_term(
        &mut self,
        text: Option<Text>,
        target: Option<&Target>,
        at: usize,
    ) -> Result<Expr> {
        let test = match (text, target) {
            (None, None) => {
                return match self.size.add_all() {
                    Ok(()) => Ok(Expr::All),
                    Err(problem) => self.error(at, problem),
                };
            }
            (Some(text), None) => return self.sized(Term::Text(text), at),
            (None, Some(_)) => FieldTest::Has,
            (Some(text), Some(_)) => FieldTest::Text(text),
        };
        let Some(target) = target else { return Ok(Expr::All) };
        self.sized(Term::Field { path: target.path.clone(), test: test.clone() }, at)?;
        match target.check(&test) {
            Ok(()) => Ok(target.expr(test)),
            Err(problem) => self.error(at, problem.text),
        }
    }

    /// The term, if it is one that some event could meet.
    fn sized(&mut self, term: Term, at: usize) -> Result<Expr> {
        self.size.add(&term).or_else(|problem| self.error(at, problem))?;
        match check_term(&term, self.object()) {
            Ok(()) => Ok(Expr::Term(term)),
            Err(problem) => self.error(at, problem.text),
        }
    }

    /// A quoted text, if one begins here.
    fn quoted(&mut self) -> Result<Option<Quoted>> {
        let at = self.scanner.at();
        let quoted = match self.scanner.take_quoted() {
            Ok(quoted) => quoted,
            Err(closing) => {
                return self.error(at, format!("this quote is never closed; expected `{closing}`"));
            }
        };
        if quoted.is_some() && self.scanner.rest().starts_with(['*', '~']) {
            let problem = "expected white space after the closing quote; a `*` for the beginning \
                           of a word stands inside the quotes";
            return self.error(self.scanner.at(), problem);
        }
        Ok(quoted)
    }

    /// A text without quotes, up to white space or `)`; `None` for a lone `*`.
    fn token(&mut self) -> Result<Option<Text>> {
        let at = self.scanner.at();
        let token = self.scanner.take_bare();
        if token == "*" {
            return Ok(None);
        }
        if let Some((word, digits)) = split_distance(token) {
            let distance = digits.parse().unwrap_or(u8::MAX);
            return Ok(Some(Text { text: word.to_string(), last: LastWord::Fuzzy(distance) }));
        }
        let (text, last) = match token.strip_suffix('*') {
            Some(text) => (text, LastWord::Prefix),
            None => (token, LastWord::Exact),
        };
        if let Some(star) = text.find('*') {
            let problem = "`*` stands only at the end of a text; to find a text anywhere in a \
                           value write `field*=text`";
            return self.error(at + star, problem);
        }
        let text = text.to_string();
        Ok(Some(Text { text, last }))
    }
}

fn text_of_quoted(quoted: Quoted) -> Text {
    let last = match quoted.has_star {
        true => LastWord::Prefix,
        false => LastWord::Exact,
    };
    Text { text: quoted.text, last }
}

/// How to look for the token at `at` as a text.
fn hint(parser: &QueryParser<'_>, at: usize) -> String {
    let token = Scanner::at_place(parser.text, at, parser.scanner.brackets()).take_bare();
    let escaped = token.replace('\\', "\\\\").replace('"', "\\\"");
    format!("to look for the text, quote it: `\"{escaped}\"`")
}
