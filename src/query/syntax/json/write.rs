//! From the tree of a query to JSON, in one form.

use super::read::relation_key;
use super::words::{NodeKey, Op, WHERE};
use crate::json::{Number, Value};
use crate::query::ast::{Expr, FieldTest, LastWord, Literal, Path, Term, Text};
use crate::query::predicate::equals::range_ends;

/// Members of an object in their order.
type JsonMembers = Vec<(&'static str, Value)>;

/// A condition as JSON.
pub(super) fn expr(expr: &Expr) -> Value {
    let list = |operands: &[Expr]| Value::List(operands.iter().map(self::expr).collect());
    Value::object(match expr {
        Expr::All => vec![(NodeKey::All.key(), Value::Bool(true))],
        Expr::And(operands) => vec![(NodeKey::And.key(), list(operands))],
        Expr::Or(operands) => vec![(NodeKey::Or.key(), list(operands))],
        Expr::Not(operand) => vec![(NodeKey::Not.key(), self::expr(operand))],
        Expr::Term(Term::Text(text)) => with_match((NodeKey::Text.key(), text)),
        Expr::Term(Term::Time { relation, when }) => {
            vec![(relation_key(*relation), when.as_str().into())]
        }
        Expr::Term(Term::Field { path, test }) => field(path, test),
        Expr::Term(Term::Element { path, condition }) => {
            head(path, Op::Element).into_iter().chain([(WHERE, self::expr(condition))]).collect()
        }
    })
}

fn field(path: &Path, test: &FieldTest) -> JsonMembers {
    let (op, rest) = match test {
        FieldTest::Has => (Op::Has, Vec::new()),
        FieldTest::Text(text) => (Op::Text, with_match(("value", text))),
        FieldTest::Equals(literals) => match &literals[..] {
            [literal] => match range(literal) {
                Some(ends) => (Op::Range, ends),
                None => (Op::Equals, value(self::literal(literal))),
            },
            literals => (Op::OneOf, value(list(literals))),
        },
        FieldTest::Differs(literals) => match &literals[..] {
            [literal] => (Op::Differs, value(self::literal(literal))),
            literals => (Op::NoneOf, value(list(literals))),
        },
        FieldTest::Begins(text) => (Op::Begins, value(text.as_str().into())),
        FieldTest::Contains(text) => (Op::Contains, value(text.as_str().into())),
        FieldTest::Ends(text) => (Op::Ends, value(text.as_str().into())),
        FieldTest::Under(text) => (Op::Under, value(text.as_str().into())),
        FieldTest::Matches(regex) => (Op::Matches, value(regex.text().into())),
        FieldTest::Compare(comparison, text) => {
            (Op::Compare(*comparison), value(number_or_string(text)))
        }
    };
    head(path, op).into_iter().chain(rest).collect()
}

fn head(path: &Path, op: Op) -> [(&'static str, Value); 2] {
    [(NodeKey::Field.key(), path.to_string().into()), ("op", op.name().into())]
}

fn value(value: Value) -> JsonMembers {
    vec![("value", value)]
}

fn with_match((key, text): (&'static str, &Text)) -> JsonMembers {
    let mut members = vec![(key, text.text.as_str().into())];
    match text.last {
        LastWord::Exact => {}
        LastWord::Prefix => members.push(("match", "prefix".into())),
        LastWord::Fuzzy(distance) => {
            members.push(("match", "fuzzy".into()));
            members.push(("distance", u32::from(distance).into()));
        }
    }
    members
}

fn list(literals: &[Literal]) -> Value {
    Value::List(literals.iter().map(literal).collect())
}

fn literal(literal: &Literal) -> Value {
    let text = literal.text();
    match text {
        _ if literal.is_quoted() => text.into(),
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        text => match (Number::parse(text), range(literal)) {
            (Some(number), _) => Value::Number(number),
            (None, Some(ends)) => Value::object(ends),
            (None, None) => Value::object([("bare", Value::from(text))]),
        },
    }
}

/// The ends of a range that are there.
fn range(literal: &Literal) -> Option<JsonMembers> {
    let (from, to) = range_ends(literal)?;
    let ends = [("from", from), ("to", to)].into_iter().filter(|(_, end)| !end.is_empty());
    Some(ends.map(|(key, end)| (key, number_or_string(end))).collect())
}

fn number_or_string(text: &str) -> Value {
    Number::parse(text).map_or_else(|| text.into(), Value::Number)
}
