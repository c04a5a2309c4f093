//! When two events are one, fetched twice.
//!
//! Equal canonical bytes are. Beyond that, `raw` is the payload as an interface sent it, and an
//! interface may send the same record with other transport metadata: a new `etag`, or its named
//! parameters in another order. None of it says what happened, so it is no part of the identity;
//! everything else in `raw` is. Nor are values before a change that the engine has derived: the
//! event that comes again has none.

use super::changes::without_derived;
use crate::json::{Value, find};
use std::cell::OnceCell;
use std::ops::Range;

/// The member at the top of `raw` that is a version of the answer (RFC 9110, section 8.8.3).
const ETAG: &str = "etag";
/// Members of `raw` that list values by name, in no order.
const PARAMETER_KEYS: [&str; 2] = ["parameters", "parameter"];

/// What makes an event that event, to be compared with stored ones.
#[derive(Debug)]
pub(crate) struct Identity<'a> {
    canonical: &'a [u8],
    /// Where the member `raw` and its value stand, if there is one. Few events are compared with
    /// one that is not equal, so it is looked for when it is needed.
    raw: OnceCell<Option<(usize, Range<usize>)>>,
}

impl<'a> Identity<'a> {
    /// The identity of the event with these canonical bytes.
    pub(crate) fn of(canonical: &'a [u8]) -> Identity<'a> {
        Identity { canonical, raw: OnceCell::new() }
    }

    fn raw(&self) -> Option<&(usize, Range<usize>)> {
        let found = || find(self.canonical, "raw").map(|member| (member.start, member.value));
        self.raw.get_or_init(found).as_ref()
    }

    /// Whether the event with these canonical bytes is the same.
    ///
    /// Cost: a comparison of bytes; `raw` is parsed only where all before it is equal.
    pub(crate) fn is_of(&self, other: &[u8]) -> bool {
        if self.canonical == other || self.is_of_raw(other) {
            return true;
        }
        if ![self.canonical, other].into_iter().any(has_derived) {
            return false;
        }
        let (Some(one), Some(two)) = (underived(self.canonical), underived(other)) else {
            return false;
        };
        one == two || Identity::of(&one).is_of_raw(&two)
    }

    /// Whether only transport metadata in `raw` tells the two apart.
    fn is_of_raw(&self, other: &[u8]) -> bool {
        let Some((start, value)) = self.raw() else {
            return false;
        };
        if other.get(..*start) != self.canonical.get(..*start) {
            return false;
        }
        let Some(others) = find(other, "raw").filter(|others| others.start == *start) else {
            return false;
        };
        let same_behind = self.canonical.get(value.end..) == other.get(others.value.end..);
        let raw = self.canonical.get(value.clone()).and_then(without_transport);
        same_behind && raw.is_some() && raw == other.get(others.value).and_then(without_transport)
    }
}

/// Whether the event may have a value before a change that was derived.
fn has_derived(canonical: &[u8]) -> bool {
    memchr::memmem::find(canonical, b"\"before_state\":\"derived\"").is_some()
}

/// The event without values before that were derived or could not be told.
fn underived(canonical: &[u8]) -> Option<Vec<u8>> {
    let mut event = Value::parse(canonical).ok()?;
    let Value::Object(members) = &mut event else { return None };
    let changes = members.iter_mut().find(|(key, _)| key == "changes");
    let Some((_, Value::List(changes))) = changes else { return None };
    changes.iter_mut().for_each(without_derived);
    Some(event.to_json().into_bytes())
}

/// The payload without its transport metadata, as text.
fn without_transport(raw: &[u8]) -> Option<String> {
    let mut raw = Value::parse(raw).ok()?;
    raw.remove(ETAG);
    sort_parameters(&mut raw);
    Some(raw.to_json())
}

/// Sorts named parameters by their names; those of one name keep their order.
fn sort_parameters(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                sort_parameters(value);
                match value {
                    Value::List(list) if is_parameter_list(key, list) => {
                        let name = |value: &Value| value["name"].as_str().map(str::to_owned);
                        list.sort_by_cached_key(name);
                    }
                    _ => {}
                }
            }
        }
        Value::List(elements) => elements.iter_mut().for_each(sort_parameters),
        _ => {}
    }
}

fn is_parameter_list(key: &str, list: &[Value]) -> bool {
    PARAMETER_KEYS.contains(&key) && list.iter().all(|one| one["name"].as_str().is_some())
}

#[cfg(test)]
mod tests {
    use super::Identity;
    use crate::event::Event;

    fn is_same(one: &str, other: &str) -> bool {
        let event = |tail: &str| {
            let json = format!(
                r#"{{"id":"e","occurred_at":"2026-01-01T00:00:00Z","category":"c",
                "activity":"a"{tail},"correlation_id":"x"}}"#
            );
            Event::from_json(json.as_bytes()).unwrap()
        };
        let (one, other) = (event(one), event(other));
        let forth = Identity::of(one.canonical()).is_of(other.canonical());
        assert_eq!(forth, Identity::of(other.canonical()).is_of(one.canonical()));
        forth
    }

    #[test]
    fn transport_metadata_is_no_part_of_the_identity() {
        let raw = r#","raw":{"etag":"1","kind":"k","events":[{"name":"n","parameters":
            [{"name":"a","value":"1"},{"name":"b","messageValue":{"parameter":
            [{"name":"c"},{"name":"d"}]}},{"name":"a","value":"2"}]}]}"#;
        let again = r#","raw":{"kind":"k","events":[{"name":"n","parameters":
            [{"name":"b","messageValue":{"parameter":[{"name":"d"},{"name":"c"}]}},
            {"name":"a","value":"1"},{"name":"a","value":"2"}]}]}"#;
        assert!(is_same(raw, again));
        assert!(is_same("", ""));
    }

    #[test]
    fn derived_values_are_no_part_of_the_identity() {
        let changes = |change: &str| format!(r#","changes":[{{"field":"f",{change}"after":1}}]"#);
        let derived = changes(r#""before":5,"before_state":"derived","#);
        for (change, same) in [
            ("", true),
            (r#""before_state":"unknown","#, true),
            (r#""before":null,"before_state":"unknown","#, true),
            (r#""before":6,"before_state":"derived","#, true),
            (r#""before":5,"#, false),
            (r#""before_state":"absent","#, false),
        ] {
            assert_eq!(is_same(&derived, &changes(change)), same, "{change}");
        }
        assert!(!is_same(&changes(""), &changes(r#""before_state":"unknown","#)));
        assert!(!is_same(&derived, &derived.replace("\"after\":1", "\"after\":2")));
        let raw = |etag: u8| format!(r#","raw":{{"etag":"{etag}"}}"#);
        assert!(is_same(&(derived + &raw(1)), &(changes("") + &raw(2))));
    }

    #[test]
    fn everything_else_is() {
        let raw = r#","raw":{"etag":"1","x":{"etag":"2"},"parameters":[{"name":"a","value":"1"},
            {"name":"a","value":"2"}]}"#;
        let raw = &raw.replace("\n            ", "");
        for (from, to) in [
            (r#"{"etag":"2"}"#, r#"{"etag":"3"}"#),
            (r#""x":"#, r#""kind":"#),
            (r#""value":"1""#, r#""value":"3""#),
            (
                r#"{"name":"a","value":"1"},{"name":"a","value":"2"}"#,
                r#"{"name":"a","value":"2"},{"name":"a","value":"1"}"#,
            ),
        ] {
            assert!(!is_same(raw, &raw.replace(from, to)), "{from}");
        }
        assert!(!is_same(raw, ""));
        assert!(!is_same(raw, r#","raw":null"#));
        assert!(!is_same(raw, &format!(r#","origin":"api"{raw}"#)));
        assert!(!is_same(r#","raw":1"#, r#","raw":1.0"#));
    }
}
