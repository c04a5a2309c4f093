//! Whether an event meets a query, value by value.

use super::ask::{Ask, Test};
use super::fact::{Fact, Leaf, Scalar};
use super::literal::Literal;
use annals::text::fold;
use serde_json::Value;

impl Ask {
    /// Whether an event meets the query.
    pub(crate) fn holds(&self, fact: &Fact) -> bool {
        self.holds_under(None, fact)
    }

    /// With a path, texts belong to that field.
    fn holds_under(&self, path: Option<&[String]>, fact: &Fact) -> bool {
        match self {
            Ask::All => path.is_none_or(|path| has(path, fact)),
            Ask::And(operands) => operands.iter().all(|ask| ask.holds_under(path, fact)),
            Ask::Or(operands) => operands.iter().any(|ask| ask.holds_under(path, fact)),
            Ask::Not(operand) => !operand.holds_under(path, fact),
            Ask::Text(phrase) => {
                let is_asked = |leaf: &&Leaf| match path {
                    Some(path) => covers(path, &leaf.keys),
                    None => leaf.is_text,
                };
                let mut leaves = fact.leaves.iter().filter(is_asked);
                leaves.any(|leaf| phrase.is_in(&leaf.words))
            }
            Ask::Field(path, test) => test.holds(path, fact),
            Ask::Element(path, inside) => {
                let mut objects = Vec::new();
                objects_at(path, &fact.event, &mut objects);
                objects.iter().any(|object| inside.holds(&Fact::of_object(object)))
            }
            Ask::Time(_, _, sides) => sides.hold(&(i128::from(fact.occurred_at) * 1_000)),
        }
    }
}

impl Test {
    fn holds(&self, path: &[String], fact: &Fact) -> bool {
        let any = |test: &dyn Fn(&Leaf) -> bool| {
            let mut leaves = fact.leaves.iter().filter(|leaf| covers(path, &leaf.keys));
            leaves.any(test)
        };
        let any_folded = |test: &dyn Fn(&str) -> bool| {
            any(&|leaf: &Leaf| leaf.folded.as_deref().is_some_and(test))
        };
        let equals = |literals: &[Literal]| {
            any(&|leaf: &Leaf| literals.iter().any(|literal| literal.holds(leaf)))
        };
        match self {
            Test::Has | Test::Star => has(path, fact),
            Test::Text(phrase) => any(&|leaf: &Leaf| phrase.is_in(&leaf.words)),
            Test::Group(inside) => inside.holds_under(Some(path), fact),
            Test::Equals(literals) => equals(literals),
            Test::Differs(literals) => has(path, fact) && !equals(literals),
            Test::Begins(text) => {
                let wanted = fold(&text.text);
                any_folded(&|folded| folded.starts_with(&*wanted))
            }
            Test::Contains(text) => {
                let wanted = fold(&text.text);
                any_folded(&|folded| folded.contains(&*wanted))
            }
            Test::Ends(text) => {
                let wanted = fold(&text.text);
                any_folded(&|folded| folded.ends_with(&*wanted))
            }
            Test::Under(text) => {
                let wanted = text.text.strip_suffix('/').unwrap_or(&text.text);
                any(&|leaf: &Leaf| match &leaf.scalar {
                    Scalar::String(text) => {
                        !wanted.is_empty() && text == wanted
                            || text.starts_with(&format!("{wanted}/"))
                    }
                    _ => false,
                })
            }
            Test::Matches(regex) => {
                any(&|leaf: &Leaf| leaf.text().is_some_and(|text| regex.is_match(text)))
            }
            Test::Compare(_, _, meaning) => any(&|leaf: &Leaf| meaning.holds(leaf)),
        }
    }
}

/// Whether a value under the path is not null.
fn has(path: &[String], fact: &Fact) -> bool {
    let is_there = |leaf: &Leaf| !matches!(leaf.scalar, Scalar::Null) && covers(path, &leaf.keys);
    fact.leaves.iter().any(is_there)
}

/// Whether keys lead to the path or to something under it.
pub(crate) fn covers(path: &[String], keys: &[String]) -> bool {
    leads(path, keys, &|_| true)
}

/// Whether keys lead exactly to the path.
pub(crate) fn is_at(path: &[String], keys: &[String]) -> bool {
    leads(path, keys, &|below| below.is_empty())
}

impl Fact {
    /// The event with nothing but the values at a path in the objects that meet an element
    /// condition.
    pub(crate) fn members(&self, element: &Ask, member: &[String]) -> Fact {
        let Ask::Element(path, inside) = element else {
            unreachable!("it is made up as an element condition");
        };
        let mut objects = Vec::new();
        objects_at(path, &self.event, &mut objects);
        let objects =
            objects.into_iter().map(Fact::of_object).filter(|object| inside.holds(object));
        let leaves = objects.flat_map(|object| object.leaves);
        Fact { leaves: leaves.filter(|leaf| is_at(member, &leaf.keys)).collect(), ..self.clone() }
    }
}

/// The objects at a path, those in lists among them.
fn objects_at<'v>(path: &[String], value: &'v Value, objects: &mut Vec<&'v Value>) {
    match value {
        Value::Array(elements) => {
            elements.iter().for_each(|element| objects_at(path, element, objects));
        }
        Value::Object(_) if path.is_empty() => objects.push(value),
        Value::Object(members) => {
            for count in 1..=path.len() {
                if let Some(value) = members.get(&path[..count].join(".")) {
                    objects_at(&path[count..], value, objects);
                }
            }
        }
        _ => {}
    }
}

/// Tries every way to take several segments for one key with dots; `accepts` is asked about the
/// keys that are left behind the path.
fn leads(path: &[String], keys: &[String], accepts: &dyn Fn(&[String]) -> bool) -> bool {
    if path.is_empty() {
        return accepts(keys);
    }
    let Some((key, below)) = keys.split_first() else {
        return false;
    };
    let is_key = |count: usize| match count {
        1 => path[0] == *key,
        _ => key.contains('.') && path[..count].join(".") == *key,
    };
    (1..=path.len()).any(|count| is_key(count) && leads(&path[count..], below, accepts))
}

#[test]
fn paths_are_whole_keys() {
    let keys = |text: &str| -> Vec<String> { text.split('/').map(str::to_string).collect() };
    for (path, leaf, expected) in [
        ("actor", "actor/id", true),
        ("act", "actor/id", false),
        ("details/a", "details/a.b", false),
        ("details/a/b", "details/a.b", true),
        ("details/a/b", "details/a/b", true),
        ("details/a/b/c", "details/a/b.c/d", true),
        ("details/a/b/c", "details/a.b.c", true),
        ("details/a.b", "details/a/b", false),
    ] {
        assert_eq!(covers(&keys(path), &keys(leaf)), expected, "{path} {leaf}");
    }
    assert!(!is_at(&keys("details/a"), &keys("details/a/b")));
    assert!(is_at(&keys("details/a/b"), &keys("details/a.b")));
}
