//! What a change is of, and what is known of its values before and after.

use crate::json::Value;

/// The thing that an event changes: its primary target, or the first one where none is primary.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ChangedTarget {
    pub(crate) tenant: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) id: String,
}

impl ChangedTarget {
    /// The one of an event, if it has an id.
    pub(crate) fn of(event: &Value) -> Option<ChangedTarget> {
        let targets = event.get("targets")?.as_list()?;
        let is_primary = |target: &&Value| text(target, "relation") == Some("primary");
        let target = targets.iter().find(is_primary).or(targets.first())?;
        Some(ChangedTarget {
            tenant: text(event, "tenant").map(str::to_owned),
            kind: text(target, "type").map(str::to_owned),
            id: text(target, "id")?.to_owned(),
        })
    }
}

/// What a change says of the value after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum After<'v> {
    /// It is this, null included.
    Value(&'v Value),
    /// There is none any more.
    Absent,
    /// The source could not tell, or did not want to.
    Unknown,
}

impl<'v> After<'v> {
    /// That of a change.
    pub(crate) fn of(change: &'v Value) -> After<'v> {
        match (text(change, "after_state"), change.get("after")) {
            (Some("unknown" | "redacted"), _) => After::Unknown,
            (Some("absent"), _) => After::Absent,
            (_, Some(value)) => After::Value(value),
            (_, None) => After::Unknown,
        }
    }
}

/// The changes of an event.
pub(crate) fn changes_of(event: &Value) -> &[Value] {
    event.get("changes").and_then(Value::as_list).unwrap_or_default()
}

/// The field of a change.
pub(crate) fn field_of(change: &Value) -> Option<&str> {
    text(change, "field")
}

/// Whether the source could not tell the value before: it says so, or has neither value nor state.
pub(crate) fn lacks_before(change: &Value) -> bool {
    let before = change.get("before").filter(|before| !before.is_null());
    match text(change, "before_state") {
        Some("unknown") => before.is_none(),
        Some(_) => false,
        None => change.get("before").is_none(),
    }
}

/// The change without a value before that could not be told, or was derived.
pub(crate) fn without_derived(change: &mut Value) {
    if lacks_before(change) || text(change, "before_state") == Some("derived") {
        change.remove("before");
        change.remove("before_state");
    }
}

/// Sets what was derived: the last value after, or that there was none.
pub(crate) fn set_derived(change: &mut Value, before: Option<Value>) {
    change.remove("before");
    change.remove("before_state");
    if let Value::Object(members) = change {
        members.extend(before.map(|before| ("before".to_owned(), before)));
        members.push(("before_state".to_owned(), Value::String("derived".to_owned())));
    }
}

fn text<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    object.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> Value {
        Value::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn the_primary_target_is_the_one_that_changes() {
        let of = |targets: &str| {
            ChangedTarget::of(&parsed(&format!(r#"{{"targets":{targets}}}"#))).map(|one| one.id)
        };
        assert_eq!(of(r#"[{"id":"a"},{"id":"b","relation":"primary"}]"#).unwrap(), "b");
        assert_eq!(of(r#"[{"id":"a"},{"id":"b","relation":"owner"}]"#).unwrap(), "a");
        for without in ["[]", r#"[{"relation":"primary"},{"id":"b"}]"#, "null"] {
            assert_eq!(of(without), None, "{without}");
        }
    }

    #[test]
    fn a_value_before_is_missing_where_it_could_not_be_told() {
        for (change, lacks) in [
            (r#"{"after":1}"#, true),
            (r#"{"before_state":"unknown"}"#, true),
            (r#"{"before":null,"before_state":"unknown"}"#, true),
            (r#"{"before":1,"before_state":"unknown"}"#, false),
            (r#"{"before":null}"#, false),
            (r#"{"before_state":"absent"}"#, false),
            (r#"{"before_state":"redacted"}"#, false),
            (r#"{"before":1,"before_state":"derived"}"#, false),
        ] {
            assert_eq!(lacks_before(&parsed(change)), lacks, "{change}");
        }
        let value = parsed("5");
        for (change, after) in [
            (r#"{"after":5}"#, After::Value(&value)),
            (r#"{"after":5,"after_state":"known"}"#, After::Value(&value)),
            (r#"{"after":5,"after_state":"redacted"}"#, After::Unknown),
            (r#"{"after":null,"after_state":"absent"}"#, After::Absent),
            (r#"{"before":5}"#, After::Unknown),
        ] {
            assert_eq!(After::of(&parsed(change)), after, "{change}");
        }
    }
}
