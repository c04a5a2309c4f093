//! `fields`: which members of an answer are given, as `items(id/time,actor(email)),nextPageToken`.

use crate::json::Value;
use crate::serve::http::problem::{Answer, Problem};

/// How deep members are named.
const DEPTH_MAX: usize = 16;

/// The members of a value that are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// All of it.
    Whole,
    /// Those of these names, `*` being any, and of each a part.
    Members(Vec<(String, Given)>),
}

impl Given {
    /// Reads the parameter.
    ///
    /// # Errors
    /// 400 for what names no members.
    pub(super) fn read(text: &str) -> Answer<Given> {
        let mut rest = text;
        let given = members(&mut rest, 0);
        given.filter(|_| rest.is_empty()).ok_or_else(|| {
            let problem = format!("`{text}` names no members such as items(id,actor/email)");
            Problem::parameter("fields", problem)
        })
    }

    /// The part of a value that is given; of a list, that of each element.
    pub(super) fn of(&self, value: Value) -> Value {
        let Given::Members(names) = self else {
            return value;
        };
        match value {
            Value::Object(members) => {
                let given = members.into_iter().filter_map(|(key, value)| {
                    let mut names = names.iter();
                    let (_, part) = names.find(|(name, _)| *name == key || name == "*")?;
                    Some((key, part.of(value)))
                });
                Value::Object(given.collect())
            }
            Value::List(elements) => {
                Value::List(elements.into_iter().map(|element| self.of(element)).collect())
            }
            scalar => scalar,
        }
    }
}

/// Names that commas part; `None` where there is none.
fn members(rest: &mut &str, depth: usize) -> Option<Given> {
    let mut names = Vec::new();
    loop {
        names.push(member(rest, depth)?);
        match rest.strip_prefix(',') {
            Some(behind) => *rest = behind,
            None => return Some(Given::Members(names)),
        }
    }
}

/// A name, and behind it a part: `/` and a name, or names in parentheses.
fn member(rest: &mut &str, depth: usize) -> Option<(String, Given)> {
    let end = rest.find([',', '/', '(', ')']).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    let name = name.trim();
    if name.is_empty() || depth > DEPTH_MAX {
        return None;
    }
    let given = if let Some(inner) = behind.strip_prefix('/') {
        *rest = inner;
        Given::Members(vec![member(rest, depth + 1)?])
    } else if let Some(inner) = behind.strip_prefix('(') {
        *rest = inner;
        let inner = members(rest, depth + 1)?;
        *rest = rest.strip_prefix(')')?;
        inner
    } else {
        *rest = behind;
        Given::Whole
    };
    Some((name.to_owned(), given))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(fields: &str) -> String {
        let text = r#"{"kind":"k","items":[{"id":{"time":"t","x":1},"actor":{"email":"e"}},
            {"id":{"time":"u"}}],"nextPageToken":"n"}"#;
        let value = Value::parse(text.as_bytes()).unwrap();
        Given::read(fields).unwrap().of(value).to_json()
    }

    #[test]
    fn named_members_are_given_and_no_others() {
        assert_eq!(given("kind"), r#"{"kind":"k"}"#);
        assert_eq!(given("kind,nothing"), r#"{"kind":"k"}"#);
        let times = r#"{"items":[{"id":{"time":"t"}},{"id":{"time":"u"}}],"nextPageToken":"n"}"#;
        assert_eq!(given("items/id/time,nextPageToken"), times);
        assert_eq!(given("items(id(time)), nextPageToken"), times);
        let actors = r#"{"items":[{"id":{"time":"t"},"actor":{"email":"e"}},{"id":{"time":"u"}}]}"#;
        assert_eq!(given("items(id/time,actor)"), actors);
        assert_eq!(
            given("*/id/x"),
            r#"{"kind":"k","items":[{"id":{"x":1}},{"id":{}}],"nextPageToken":"n"}"#
        );
    }

    #[test]
    fn what_names_no_members_is_refused() {
        let deep = "a/".repeat(40) + "b";
        for wrong in ["", ",", "a,", "a(", "a()", "a)", "(a)", "a/", "a(b", "a(b))", &deep] {
            assert!(Given::read(wrong).is_err(), "{wrong}");
        }
    }
}
