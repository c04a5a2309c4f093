//! Conditions on a field: path, operator and values.

use super::read::{JsonReader, JsonResult, Within, member};
use super::words::{OPS, Op, WHERE, find, unknown};
use crate::json::{Member, Node, Number, PathStep};
use crate::query::ast::lexer::{read_members, read_path};
use crate::query::ast::regex::RegexLiteral;
use crate::query::ast::{Expr, FieldTest, Literal, Path, Term};
use crate::query::predicate::compile::{check_element, is_time};
use crate::query::predicate::equals::range_ends;
use crate::query::syntax::builder::between_slashes;
use crate::query::syntax::names::Target;

const RANGE_KEYS: &[&str] = &["from", "to"];

impl JsonReader {
    /// `{"field":...,"op":...}` and what the operator takes.
    pub(super) fn field(&mut self, members: &[Member<'_>]) -> JsonResult<Expr> {
        let path = self.under("field", |reader| reader.path(member(members, "field")))?;
        let name = self.string(members, "op")?;
        let Some(op) = find(&OPS, name) else {
            let known = OPS.iter().map(|(name, _)| *name);
            return self.under("op", |reader| reader.refuse(unknown("operator", name, known)));
        };
        let keys: Vec<&str> = ["op"].iter().chain(op.keys()).copied().collect();
        self.only(members, "field", &keys)?;
        if op == Op::Element {
            return self.element(path, members);
        }
        let target = Target::of(path, self.object(), &self.names);
        let target =
            target.or_else(|problem| self.under("field", |reader| reader.refuse(problem.text)))?;
        let test = self.test(op, &target.path, members)?;
        self.term(Term::Field { path: target.path.clone(), test: test.clone() }, members)?;
        match target.check(&test) {
            Ok(()) => Ok(target.expr(test)),
            Err(problem) => self.under("op", |reader| reader.refuse(problem.text)),
        }
    }

    /// `{"field":...,"op":"element","where":...}`: paths in `where` begin at the object.
    fn element(&mut self, path: Path, members: &[Member<'_>]) -> JsonResult<Expr> {
        if let Err(problem) = check_element(&path, self.object()) {
            return self.under("field", |reader| reader.refuse(problem.text));
        }
        let Some(node) = member(members, WHERE) else {
            return self.refuse(format!("`{}` takes a condition in `{WHERE}`", Op::Element.name()));
        };
        self.objects.push([self.object(), path.segments()].concat());
        let condition = self.under(WHERE, |reader| reader.condition(node, Within::Top))?;
        self.objects.pop();
        self.term(Term::Element { path, condition: Box::new(condition) }, members)
    }

    fn read_path(&self, text: &str) -> Option<Path> {
        match self.objects.is_empty() {
            true => read_path(text),
            false => read_members(text),
        }
    }

    /// A path as text, or as a list of keys.
    fn path(&mut self, node: Option<&Node<'_>>) -> JsonResult<Path> {
        match node {
            Some(Node::String(text)) => match self.read_path(text) {
                Some(path) => Ok(path),
                None => self.refuse(
                    "expected a path such as `actor.email`; a key with other characters stands in \
                     double quotes, or the path is a list of keys",
                ),
            },
            Some(Node::List(nodes)) if !nodes.is_empty() => {
                let mut keys = Vec::with_capacity(nodes.len());
                for (index, node) in nodes.iter().enumerate() {
                    match node {
                        Node::String(key) => keys.push(key.to_string()),
                        other => {
                            let problem = format!("expected a key, not {}", other.kind());
                            let refuse = |reader: &mut Self| reader.refuse(problem);
                            return self.within(PathStep::Index(index), refuse);
                        }
                    }
                }
                Ok(Path::new(keys))
            }
            _ => self.refuse("expected a path such as \"actor.email\", or a list of keys"),
        }
    }

    fn test(&mut self, op: Op, path: &Path, members: &[Member<'_>]) -> JsonResult<FieldTest> {
        Ok(match op {
            Op::Has => FieldTest::Has,
            Op::Text => FieldTest::Text(self.text(members, "value")?),
            Op::Equals | Op::OneOf => FieldTest::Equals(self.literals(op, path, members)?),
            Op::Differs | Op::NoneOf => FieldTest::Differs(self.literals(op, path, members)?),
            Op::Begins => FieldTest::Begins(self.string(members, "value")?.to_owned()),
            Op::Contains => FieldTest::Contains(self.string(members, "value")?.to_owned()),
            Op::Ends => FieldTest::Ends(self.string(members, "value")?.to_owned()),
            Op::Under => FieldTest::Under(self.string(members, "value")?.to_owned()),
            Op::Matches => {
                let text = between_slashes(self.string(members, "value")?);
                FieldTest::Matches(RegexLiteral::new(text))
            }
            Op::Compare(comparison) => match member(members, "value") {
                Some(Node::Number(text)) => FieldTest::Compare(comparison, text.to_string()),
                _ => FieldTest::Compare(comparison, self.string(members, "value")?.to_owned()),
            },
            Op::Range => FieldTest::Equals(vec![self.range(members)?]),
            // It has a condition and no test.
            Op::Element => FieldTest::Has,
        })
    }

    /// One value, or a list of them.
    fn literals(
        &mut self,
        op: Op,
        path: &Path,
        members: &[Member<'_>],
    ) -> JsonResult<Vec<Literal>> {
        let Some(node) = member(members, "value") else {
            return self.refuse(format!("`{}` takes a `value`", op.name()));
        };
        self.under("value", |reader| {
            let Node::List(nodes) = node else {
                return Ok(vec![reader.literal(node, path)?]);
            };
            if nodes.is_empty() {
                return reader.refuse("expected at least one value");
            }
            let mut literals = Vec::with_capacity(nodes.len());
            for (index, node) in nodes.iter().enumerate() {
                let literal = |reader: &mut Self| reader.literal(node, path);
                literals.push(reader.within(PathStep::Index(index), literal)?);
            }
            Ok(literals)
        })
    }

    /// A string is itself; a number, boolean or null is what it is; times, addresses, networks and
    /// whatever else is written without quotes in a text is `{"bare":...}` or `{"from":...}`.
    fn literal(&mut self, node: &Node<'_>, path: &Path) -> JsonResult<Literal> {
        match node {
            // A time is never a mere string there.
            Node::String(text) if is_time(path, self.object()) => self.bare(text),
            Node::String(text) => Ok(Literal::quoted(text.as_ref())),
            Node::Number(text) => Ok(Literal::bare(*text)),
            Node::Bool(truth) => Ok(Literal::bare(truth.to_string())),
            Node::Null => Ok(Literal::bare("null")),
            Node::Object(members) if member(members, "bare").is_some() => {
                self.only(members, "bare", &[])?;
                let text = self.string(members, "bare")?;
                self.under("bare", |reader| reader.bare(text))
            }
            Node::Object(members)
                if RANGE_KEYS.iter().any(|key| member(members, key).is_some()) =>
            {
                self.only(members, "from", RANGE_KEYS)?;
                self.range(members)
            }
            other => self.refuse(format!(
                "expected a string, a number, a boolean, null, {{\"bare\":...}} or \
                 {{\"from\":...,\"to\":...}}, not {}",
                other.kind()
            )),
        }
    }

    fn bare(&self, text: &str) -> JsonResult<Literal> {
        let literal = Literal::bare(text);
        match literal.is_quoted() {
            true => self.refuse(format!(
                "`{text}` is no more than a string (it is empty, or has white space, a comma or \
                 parentheses); write it as one"
            )),
            false => Ok(literal),
        }
    }

    /// `from` and `to`, one of which may be missing.
    fn range(&mut self, members: &[Member<'_>]) -> JsonResult<Literal> {
        let mut ends = [const { String::new() }; 2];
        for (key, end) in RANGE_KEYS.iter().zip(&mut ends) {
            *end = match member(members, key) {
                None => String::new(),
                Some(Node::Number(text)) => Number::parse(text).map_or("", |_| text).to_owned(),
                Some(_) => self.string(members, key)?.to_owned(),
            };
        }
        let [from, to] = &ends;
        let literal = Literal::bare(format!("{from}..{to}"));
        match range_ends(&literal) == Some((from.as_str(), to.as_str())) {
            true => Ok(literal),
            false => self.refuse(
                "expected `from`, `to` or both, which are numbers, or dates such as \
                 \"2026-05-04\" or RFC 3339 times",
            ),
        }
    }
}
