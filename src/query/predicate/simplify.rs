//! Merges a disjunction on one field into one predicate: `f=a OR f=b OR f>c` becomes one sorted
//! set, so that a value is parsed once and looked up, however many alternatives there are.

use super::equals::Equals;
use super::tree::{FieldPredicate, Predicate, Scope};
use super::value_predicate::ValuePredicate;
use std::sync::Arc;

/// The disjunction of at least one predicate.
pub(in crate::query) fn union(predicates: Vec<Predicate>) -> Predicate {
    let mut parts: Vec<Option<Predicate>> = Vec::with_capacity(predicates.len());
    // For each scope the union of what it is compared with, and its index among the parts.
    let mut compared: Vec<(Scope, usize, Equals)> = Vec::new();
    for predicate in predicates {
        match as_equals(predicate) {
            Ok((scope, equals)) => match compared.iter_mut().find(|(known, ..)| *known == scope) {
                Some((_, _, all)) => all.extend(equals),
                None => {
                    compared.push((scope, parts.len(), equals));
                    parts.push(None);
                }
            },
            Err(other) => parts.push(Some(other)),
        }
    }
    for (scope, place, mut equals) in compared {
        equals.merge();
        let leaf = FieldPredicate { scope, test: ValuePredicate::Equals(equals) };
        parts[place] = Some(Predicate::Field(Arc::new(leaf)));
    }
    let mut parts: Vec<Predicate> = parts.into_iter().flatten().collect();
    match parts.len() {
        1 => parts.remove(0),
        _ => Predicate::Or(parts),
    }
}

/// The scope and the set of a comparison with values or ranges; `Err`: any other predicate.
fn as_equals(predicate: Predicate) -> Result<(Scope, Equals), Predicate> {
    let Predicate::Field(leaf) = &predicate else { return Err(predicate) };
    let mut equals = match &leaf.test {
        ValuePredicate::Equals(equals) => equals.clone(),
        ValuePredicate::Range(_) => Equals::default(),
        _ => return Err(predicate),
    };
    if let ValuePredicate::Range(range) = &leaf.test {
        equals.ranges.add(range.clone());
    }
    Ok((leaf.scope.clone(), equals))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ast::Query;
    use crate::query::predicate::compile;
    use crate::query::predicate::context::any_context;

    /// How many parts are left of an OR.
    fn parts(text: &str) -> usize {
        let query = Query::parse(text).expect("a query");
        match compile(&query, &any_context()).expect("a condition") {
            Predicate::Or(parts) => parts.len(),
            _ => 1,
        }
    }

    #[test]
    fn alternatives_of_one_field_are_one_test() {
        assert_eq!(parts("details.a=1 OR details.a=x OR details.a>5 OR details.a=7..8"), 1);
        assert_eq!(parts("details.a=1 OR details.b=1 OR details.a=2 OR details.b<5"), 2);
    }

    #[test]
    fn other_tests_stay_as_they_are() {
        assert_eq!(parts("details.a=1 OR details.a:x OR details.a^=x OR details.a!=3"), 4);
        assert_eq!(parts("details.a=1 OR (details.a=2 details.b=3)"), 2);
        assert_eq!(parts("time=2026-01-01 OR time=2026-01-03"), 2);
    }
}
