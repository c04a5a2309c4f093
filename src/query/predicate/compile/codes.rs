//! Predicates on the codes of events: source, category and activity.

use crate::profile::Labelled;
use crate::query::ast::Literal;
use crate::query::ast::path_pattern::PathPattern;
use crate::query::predicate::context::any_context;
use crate::query::predicate::equals::Equals;
use crate::query::predicate::simplify::union;
use crate::query::predicate::tree::{Predicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use std::collections::BTreeMap;

/// Events that have one of these codes.
pub(super) fn having_codes(codes: &[&Labelled]) -> Predicate {
    // One list of codes for each source and category, so that each costs one look into an index.
    let mut listed: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    let mut any = Vec::new();
    for code in codes {
        match (&code.category, &code.activity) {
            (category, Some(activity)) if code.other_categories.is_empty() => {
                let key = (code.data_source.as_str(), category.as_deref());
                listed.entry(key).or_default().push(activity);
            }
            (_, Some(activity)) => {
                let others = code.other_categories.iter().map(String::as_str).collect();
                any.push(Predicate::all_of(vec![
                    is_one_of("data_source", vec![&code.data_source]),
                    is_one_of("activity", vec![activity]),
                    Predicate::Not(Box::new(is_one_of("category", others))),
                ]));
            }
            (Some(category), None) => any.push(Predicate::all_of(vec![
                is_one_of("data_source", vec![&code.data_source]),
                is_one_of("category", vec![category]),
            ])),
            (None, None) => {}
        }
    }
    for ((source, category), activities) in listed {
        let mut parts = vec![is_one_of("data_source", vec![source])];
        parts.extend(category.map(|category| is_one_of("category", vec![category])));
        parts.push(is_one_of("activity", activities));
        any.push(Predicate::all_of(parts));
    }
    match any.is_empty() {
        true => Predicate::Not(Box::new(Predicate::All)),
        false => union(any),
    }
}

/// Events of a source.
pub(crate) fn of_source(source: &str) -> Predicate {
    is_one_of("data_source", vec![source])
}

fn is_one_of(field: &str, codes: Vec<&str>) -> Predicate {
    let literals: Vec<Literal> = codes.into_iter().map(Literal::quoted).collect();
    let test = ValuePredicate::Equals(Equals::read(&literals, &any_context()));
    Predicate::field(Scope::Path(PathPattern::new(&[field.to_owned()])), test)
}
