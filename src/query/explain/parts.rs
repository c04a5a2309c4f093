//! The parts of a question, in the order in which they are planned.

use crate::Result;
use crate::query::ast::Expr;
use crate::query::ast::FieldTest;
use crate::query::ast::LastWord;
use crate::query::ast::Query;
use crate::query::ast::Term;
use crate::query::ast::Text;
use crate::query::ast::time::TimeRange;
use crate::query::predicate::compile;
use crate::query::predicate::context::Context;
use crate::query::predicate::tree::Predicate;
use crate::query::request::search::Search;
use crate::text::words;

/// A part of the question that every hit meets.
pub(crate) struct QueryPart {
    /// As text.
    pub(super) term: String,
    pub(super) predicate: Predicate,
    /// The words of its text, if there are several, each as a condition of its own.
    pub(super) words: Vec<(String, Predicate)>,
}

/// The parts of a question in the order in which they are planned.
pub(super) fn parts_of(search: &Search<'_>) -> Result<Vec<QueryPart>> {
    let mut parts = Vec::new();
    if search.times != TimeRange::default() {
        let TimeRange { from, to } = search.times;
        let text = |time: Option<_>| time.map_or(String::new(), |time| format!("{time}"));
        let (predicate, words) = (Predicate::occurred_within(search.times), Vec::new());
        parts.push(QueryPart {
            term: format!("time {}..{}", text(from), text(to)),
            predicate,
            words,
        });
    }
    let context = search.context()?;
    match search.asked_query()?.root() {
        Expr::And(operands) => {
            for operand in operands {
                parts.push(part(operand, &context)?);
            }
        }
        expr => parts.push(part(expr, &context)?),
    }
    Ok(parts)
}

pub(crate) fn part(expr: &Expr, context: &Context) -> Result<QueryPart> {
    let predicate = compile(&Query::new(expr.clone()), context)?;
    let words = words_of(expr, context)?;
    let term = match expr {
        Expr::Or(_) => format!("({expr})"),
        expr => expr.to_string(),
    };
    Ok(QueryPart { term, predicate, words })
}

/// The words of a text, if there are several, each as a condition on the same field.
pub(super) fn words_of(expr: &Expr, context: &Context) -> Result<Vec<(String, Predicate)>> {
    let (text, path) = match expr {
        Expr::Term(Term::Text(text)) => (text, None),
        Expr::Term(Term::Field { path, test: FieldTest::Text(text) }) => (text, Some(path)),
        _ => return Ok(Vec::new()),
    };
    let words = words(&text.text);
    if words.len() < 2 {
        return Ok(Vec::new());
    }
    let last = words.len() - 1;
    let predicate = |(index, word): (usize, String)| {
        let last = if index == last { text.last } else { LastWord::Exact };
        let text = Text { text: word.clone(), last };
        let term = match path {
            None => Term::Text(text),
            Some(path) => Term::Field { path: path.clone(), test: FieldTest::Text(text) },
        };
        Ok((word, compile(&Query::new(Expr::Term(term)), context)?))
    };
    words.into_iter().enumerate().map(predicate).collect()
}
