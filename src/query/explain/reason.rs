//! Why the plan for a source is empty.

use super::Pruning;
use super::steps::Part;
use crate::Result;
use crate::query::ast::{Expr, FieldTest, LastWord, Query, Term, Text};
use crate::query::condition::{Condition, Context, Scope, compile};
use crate::query::meter::Meter;
use crate::query::node::Node;
use crate::query::plan::plan;
use crate::query::source::Source;
use crate::segment::{Read, Segment};
use crate::text::words;

/// Why `part`, which has no row in a segment, has none.
pub(super) fn of_part(part: &Part, segment: &Segment, meter: &Meter) -> Read<Pruning> {
    let term = part.term.clone();
    if is_about_time(&part.condition) {
        return Ok(Pruning::Time { term });
    }
    for (word, condition) in &part.words {
        if let Node::Nothing = plan(condition, segment, meter)? {
            return Ok(Pruning::NoMatch { term, missing: Some(word.clone()) });
        }
    }
    Ok(Pruning::NoMatch { term, missing: None })
}

/// The first of `parts` that no event of a source can meet because of its time.
pub(super) fn of_times(parts: &[Part], source: &Source<'_>) -> Option<Pruning> {
    let other = parts.iter().find(|part| !source.meets(part.condition.occurrence()))?;
    Some(Pruning::Time { term: other.term.clone() })
}

fn is_about_time(condition: &Condition) -> bool {
    match condition {
        Condition::Leaf(leaf) => matches!(leaf.scope, Scope::OccurredAt),
        Condition::Or(parts) => parts.iter().all(is_about_time),
        _ => false,
    }
}

/// The words of a text, if there are several, each as a condition on the same field.
pub(super) fn words_of(expr: &Expr, context: &Context) -> Result<Vec<(String, Condition)>> {
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
    let condition = |(index, word): (usize, String)| {
        let last = if index == last { text.last } else { LastWord::Exact };
        let text = Text { text: word.clone(), last };
        let term = match path {
            None => Term::Text(text),
            Some(path) => Term::Field { path: path.clone(), test: FieldTest::Text(text) },
        };
        Ok((word, compile(&Query::new(Expr::Term(term)), context)?))
    };
    words.into_iter().enumerate().map(condition).collect()
}
