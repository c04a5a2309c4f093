//! Changes between two states of an object, member by member.

use super::members::{MemberList, put_text};
use crate::json::Value;

/// What it means that a source gives no state before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Before {
    /// There was nothing: the object is new.
    Absent,
    /// The source could not tell.
    Unknown,
}

/// The changes from one state to the next, in the order of the later one; members of the earlier
/// one that are gone come last.
///
/// A value has three states before: known, unknown, and absent, which is also that of `null`.
/// Without `before`, `missing` is that of all members. Values keep their types. Members that
/// `skipped` names are none that change.
pub(in crate::import) fn changes(
    before: Option<&MemberList>,
    after: &MemberList,
    missing: Before,
    skipped: &[&str],
) -> Vec<Value> {
    let mut changes = Vec::new();
    let counts = |key: &str| !skipped.contains(&key);
    for (key, value) in after.iter().filter(|(key, _)| counts(key)) {
        match before {
            None if missing == Before::Absent && value.is_null() => {}
            None => changes.push(change(key, None, Some(value), missing)),
            Some(earlier) => {
                let earlier = member(earlier, key);
                if !same(earlier.unwrap_or(&Value::Null), value) {
                    changes.push(change(key, earlier, Some(value), Before::Absent));
                }
            }
        }
    }
    let is_gone = |key: &str| counts(key) && member(after, key).is_none();
    for (key, value) in before.into_iter().flatten().filter(|(key, _)| is_gone(key)) {
        if !value.is_null() {
            changes.push(change(key, Some(value), None, Before::Absent));
        }
    }
    changes
}

/// One change; without `before`, its state is `missing`.
fn change(field: &str, before: Option<&Value>, after: Option<&Value>, missing: Before) -> Value {
    let state = match before.filter(|value| !value.is_null()) {
        Some(_) => "known",
        None if missing == Before::Unknown => "unknown",
        None => "absent",
    };
    let mut members = MemberList::new();
    put_text(&mut members, "field", Some(field.to_owned()));
    if state != "unknown" {
        members.push(("before".to_owned(), before.cloned().unwrap_or(Value::Null)));
    }
    members.push(("after".to_owned(), after.cloned().unwrap_or(Value::Null)));
    put_text(&mut members, "before_state", Some(state.to_owned()));
    if after.is_none() {
        put_text(&mut members, "after_state", Some("absent".to_owned()));
    }
    Value::Object(members)
}

fn member<'m>(members: &'m MemberList, key: &str) -> Option<&'m Value> {
    members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// Whether two values are equal, whatever the order of the members of objects.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let is_in = |(key, value): &(String, Value)| {
                member(other, key).is_some_and(|found| same(value, found))
            };
            one.len() == other.len() && one.iter().all(is_in)
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Before, changes};
    use crate::import::record::members::MemberList;
    use crate::json::Value;

    fn members(text: &str) -> MemberList {
        match Value::parse(text.as_bytes()) {
            Ok(Value::Object(members)) => members,
            other => panic!("{other:?}"),
        }
    }

    fn told(before: Option<&str>, after: &str, missing: Before) -> String {
        let before = before.map(members);
        Value::List(changes(before.as_ref(), &members(after), missing, &["id"])).to_json()
    }

    #[test]
    fn values_keep_their_types_and_before_has_three_states() {
        let before =
            r#"{"id":1,"n":10,"s":"a","list":[1],"null":null,"gone":true,"same":{"a":1,"b":2}}"#;
        let after = r#"{"id":2,"same":{"b":2,"a":1},"n":12.50,"s":"a","list":[1,2],"null":"x","new":false}"#;
        let expected = [
            r#"{"field":"n","before":10,"after":12.50,"before_state":"known"}"#,
            r#"{"field":"list","before":[1],"after":[1,2],"before_state":"known"}"#,
            r#"{"field":"null","before":null,"after":"x","before_state":"absent"}"#,
            r#"{"field":"new","before":null,"after":false,"before_state":"absent"}"#,
            r#"{"field":"gone","before":true,"after":null,"before_state":"known","after_state":"absent"}"#,
        ];
        let expected = format!("[{}]", expected.join(","));
        assert_eq!(told(Some(before), after, Before::Unknown), expected);
    }

    #[test]
    fn without_a_state_before_the_caller_says_what_that_means() {
        assert_eq!(
            told(None, r#"{"id":1,"a":1,"b":null}"#, Before::Absent),
            r#"[{"field":"a","before":null,"after":1,"before_state":"absent"}]"#
        );
        assert_eq!(
            told(None, r#"{"a":1,"b":null}"#, Before::Unknown),
            r#"[{"field":"a","after":1,"before_state":"unknown"},{"field":"b","after":null,"before_state":"unknown"}]"#
        );
        assert_eq!(told(Some(r#"{"a":null}"#), r#"{"b":null}"#, Before::Unknown), "[]");
    }
}
