//! Field terms: what follows a path and an operator.

use super::{QueryParser, hint, text_of_quoted};
use crate::Result;
use crate::query::ast::lexer::{Operator, PathKey, members, resolve};
use crate::query::ast::regex::RegexLiteral;
use crate::query::ast::{Comparison, Expr, FieldTest, Literal, Path, Term, TimeRelation};
use crate::query::predicate::compile::{TermError, TermPart, check_term, check_words};
use crate::query::syntax::names::Target;

/// Where the pieces of a field term begin.
pub(super) struct TermOffsets {
    pub(super) path: usize,
    pub(super) operator: usize,
    pub(super) values: Vec<usize>,
}

impl QueryParser<'_> {
    /// A field term, its path and operator being taken.
    pub(super) fn field(
        &mut self,
        segments: Vec<PathKey>,
        path_at: usize,
        operator_at: usize,
        operator: Operator,
    ) -> Result<Expr> {
        let mut places =
            TermOffsets { path: path_at, operator: operator_at, values: vec![self.scanner.at()] };
        self.check_operator(operator_at)?;
        if let ([first], Operator::Has) = (&segments[..], operator)
            && !first.is_quoted
        {
            if first.key == "has" {
                return self.has(&places);
            }
            if let Some(relation) = relation(&first.key).filter(|_| self.objects.is_empty()) {
                return self.time(relation, &places);
            }
        }
        let target = self.target(segments, &places)?;
        if self.bare_ends() {
            let problem = match operator {
                Operator::Has => {
                    "there is no word; expected a text directly after `:`, without a space"
                }
                _ => {
                    "expected a value directly after the operator, without a space; the empty text \
                     is `\"\"`"
                }
            };
            return self.error(self.scanner.at(), problem);
        }
        if operator == Operator::Has {
            return self.words(&target, &places);
        }
        let test = self.test(operator, &mut places)?;
        self.tested(&target, test, &places)
    }

    /// The field at a path, or of a name that a profile gives it.
    pub(super) fn target(&self, segments: Vec<PathKey>, places: &TermOffsets) -> Result<Target> {
        let target = Target::of(self.path(segments), self.object(), self.names);
        target.or_else(|problem| self.field_error(problem, places))
    }

    /// The condition that a field passes a test.
    fn tested(&mut self, target: &Target, test: FieldTest, places: &TermOffsets) -> Result<Expr> {
        let term = Term::Field { path: target.path.clone(), test: test.clone() };
        self.checked(term, places)?;
        target.check(&test).or_else(|problem| self.field_error(problem, places))?;
        Ok(target.expr(test))
    }

    /// The path that was written, from the event or from the object of the brackets around.
    pub(super) fn path(&self, segments: Vec<PathKey>) -> Path {
        match self.objects.is_empty() {
            true => resolve(segments),
            false => members(segments),
        }
    }

    fn has(&mut self, places: &TermOffsets) -> Result<Expr> {
        let at = self.scanner.at();
        let Some(segments) = self.scanner.take_path() else {
            return self.error(at, "expected a field after `has:`");
        };
        if !self.bare_ends() {
            let problem = match self.scanner.peek() {
                Some('[') => "brackets stand without `has:`; `f[*]` is any object",
                _ => {
                    "expected white space after the field of `has:`; a key with other characters \
                     stands in double quotes"
                }
            };
            return self.error(self.scanner.at(), problem);
        }
        let places = TermOffsets { path: at, operator: places.operator, values: vec![at] };
        let target = self.target(segments, &places)?;
        self.tested(&target, FieldTest::Has, &places)
    }

    fn time(&mut self, relation: TimeRelation, places: &TermOffsets) -> Result<Expr> {
        let when = self.scanner.take_bare().to_string();
        self.checked(Term::Time { relation, when }, places)
    }

    /// `f:text` and `f:(texts)`.
    fn words(&mut self, target: &Target, places: &TermOffsets) -> Result<Expr> {
        let checked = check_words(&target.path, self.object());
        checked.or_else(|problem| self.field_error(problem, places))?;
        if self.scanner.peek() == Some('(') {
            return self.parenthesis(Some(target));
        }
        let at = self.scanner.at();
        let text = match self.quoted()? {
            Some(quoted) => Some(text_of_quoted(quoted)),
            None => self.token()?,
        };
        self.text_term(text, Some(target), at)
    }

    fn test(&mut self, operator: Operator, places: &mut TermOffsets) -> Result<FieldTest> {
        Ok(match operator {
            Operator::Equals => FieldTest::Equals(self.literals(places)?),
            Operator::Differs => FieldTest::Differs(self.literals(places)?),
            Operator::Begins => FieldTest::Begins(self.value()?),
            Operator::Contains => FieldTest::Contains(self.value()?),
            Operator::Ends => FieldTest::Ends(self.value()?),
            Operator::Under => FieldTest::Under(self.value()?),
            Operator::Matches => FieldTest::Matches(RegexLiteral::new(self.regex()?)),
            Operator::Above => self.comparison(Comparison::Above)?,
            Operator::AtLeast => self.comparison(Comparison::AtLeast)?,
            Operator::Below => self.comparison(Comparison::Below)?,
            Operator::AtMost => self.comparison(Comparison::AtMost)?,
            Operator::Has => FieldTest::Has,
        })
    }

    /// A text to compare with, quoted or not; `*` is an ordinary character in it.
    fn value(&mut self) -> Result<String> {
        let at = self.scanner.at();
        if self.scanner.peek() == Some('(') {
            let problem = "a list goes with `=` and `!=` only; quote a text that begins with `(`";
            return self.error(at, problem);
        }
        if let Some(quoted) = self.quoted()? {
            return Ok(quoted.literal());
        }
        Ok(self.scanner.take_bare().to_string())
    }

    fn comparison(&mut self, comparison: Comparison) -> Result<FieldTest> {
        let at = self.scanner.at();
        let mut ahead = self.scanner.clone();
        if !matches!(ahead.take_quoted(), Ok(None)) {
            let problem = "a number or time to compare with is written without quotes";
            return self.error(at, problem);
        }
        Ok(FieldTest::Compare(comparison, self.value()?))
    }

    fn regex(&mut self) -> Result<String> {
        let at = self.scanner.at();
        if !self.scanner.eat("/") {
            let problem = "expected a regular expression between slashes, such as `~=/^a.*z$/`";
            return self.error(at, problem);
        }
        match self.scanner.take_regex() {
            Some(regex) => Ok(regex.to_string()),
            None => self.error(at, "this regular expression is never closed; expected `/`"),
        }
    }

    /// One literal, or a list of them in parentheses.
    fn literals(&mut self, places: &mut TermOffsets) -> Result<Vec<Literal>> {
        let open_at = self.scanner.at();
        if !self.scanner.eat("(") {
            if let Some(quoted) = self.quoted()? {
                return Ok(vec![Literal::quoted(quoted.literal())]);
            }
            return Ok(vec![Literal::bare(self.scanner.take_bare())]);
        }
        places.values.clear();
        let mut literals = Vec::new();
        loop {
            self.scanner.skip_space();
            places.values.push(self.scanner.at());
            literals.push(self.list_item(open_at)?);
            self.scanner.skip_space();
            if self.scanner.eat(")") {
                return Ok(literals);
            }
            let at = self.scanner.at();
            if at == self.text.len() {
                return self.error(open_at, "this list is never closed; expected `)`");
            }
            if !self.scanner.eat(",") {
                return self.error(at, "expected `,` or `)` after a value of a list");
            }
        }
    }

    fn list_item(&mut self, open_at: usize) -> Result<Literal> {
        let at = self.scanner.at();
        if let Some(quoted) = self.quoted()? {
            return Ok(Literal::quoted(quoted.literal()));
        }
        match self.scanner.take_bare_item() {
            "" if at == self.text.len() => {
                self.error(open_at, "this list is never closed; expected a value and `)`")
            }
            "" => self.error(at, "expected a value of the list; the empty text is `\"\"`"),
            item => Ok(Literal::bare(item)),
        }
    }

    /// The term, if it is one that some event could meet.
    pub(super) fn checked(&mut self, term: Term, places: &TermOffsets) -> Result<Expr> {
        self.size.add(&term).or_else(|problem| self.error(places.path, problem))?;
        match check_term(&term, self.object()) {
            Ok(()) => Ok(Expr::Term(term)),
            Err(problem) => self.field_error(problem, places),
        }
    }

    pub(super) fn field_error<T>(&self, problem: TermError, places: &TermOffsets) -> Result<T> {
        let position = match problem.place {
            TermPart::Name | TermPart::Path => places.path,
            TermPart::Operator => places.operator,
            TermPart::Value(index) => places.values.get(index).copied().unwrap_or(places.path),
        };
        match problem.place {
            TermPart::Name => {
                let hint = hint(self, places.path);
                self.error(position, format!("{}; {hint}", problem.text))
            }
            _ => self.error(position, problem.text),
        }
    }
}

fn relation(name: &str) -> Option<TimeRelation> {
    match name {
        "after" => Some(TimeRelation::After),
        "before" => Some(TimeRelation::Before),
        "on" => Some(TimeRelation::On),
        "since" => Some(TimeRelation::Since),
        _ => None,
    }
}
