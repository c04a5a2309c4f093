//! Builds events in code, member by member.

use super::object_builder::ObjectBuilder;
use super::objects::{Actor, Change, Target};
use crate::json::Value;

/// An event under construction; made by `Event::builder`, finished by `build`.
///
/// Setting a field again replaces it; `target`, `change`, `subject`, `attribute` and `detail` add.
#[derive(Debug, Clone)]
pub struct EventBuilder {
    event: ObjectBuilder,
}

impl EventBuilder {
    pub(super) fn new(occurred_at: Value, category: String, activity: String) -> Self {
        EventBuilder { event: ObjectBuilder::default() }
            .set("occurred_at", occurred_at)
            .set("category", category)
            .set("activity", activity)
    }

    pub(super) fn into_value(self) -> Value {
        self.event.into()
    }

    /// Sets the source's own id of the event, or an idempotency key.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.set("id", id.into())
    }

    /// Sets the organisation, workspace or account.
    pub fn tenant(self, tenant: impl Into<String>) -> Self {
        self.set("tenant", tenant.into())
    }

    /// Sets the product log that the event belongs to, a code.
    pub fn data_source(self, code: impl Into<String>) -> Self {
        self.set("data_source", code.into())
    }

    /// Sets the kind of operation: `create`, `read`, `update`, `delete`, `restore`, `auth`,
    /// `access`, `execute` or `other`.
    pub fn operation(self, operation: impl Into<String>) -> Self {
        self.set("operation", operation.into())
    }

    /// Sets how it ended: `success`, `failure`, `pending` or `unknown`.
    pub fn outcome(self, outcome: impl Into<String>) -> Self {
        self.set("outcome", outcome.into())
    }

    /// Sets the code of a failed request.
    pub fn error_code(self, code: impl Into<String>) -> Self {
        self.set("error_code", code.into())
    }

    /// Sets how the event came about, a code such as `manual`, `import` or `api`.
    pub fn origin(self, code: impl Into<String>) -> Self {
        self.set("origin", code.into())
    }

    /// Sets who did it.
    pub fn actor(self, actor: Actor) -> Self {
        self.set("actor", actor)
    }

    /// Adds what it was done to.
    pub fn target(mut self, target: Target) -> Self {
        self.event.add("targets", target);
        self
    }

    /// Adds a value before and after.
    pub fn change(mut self, change: Change) -> Self {
        self.event.add("changes", change);
        self
    }

    /// Sets one of the circumstances, such as `request_id`; members that the schema does not name
    /// are kept too.
    pub fn context(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.event.set_under("context", key.into(), value.into());
        self
    }

    /// Sets the address that the action came from.
    pub fn ip(self, address: impl ToString) -> Self {
        self.context("ip", address.to_string())
    }

    /// Sets the program that the action came from, as it called itself.
    pub fn user_agent(self, user_agent: impl Into<String>) -> Self {
        self.context("user_agent", user_agent.into())
    }

    /// Sets a further field, typed by its value.
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.event.set_under("attributes", key.into(), value.into());
        self
    }

    /// Sets a detail of this activity.
    pub fn detail(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.event.set_under("details", key.into(), value.into());
        self
    }

    /// Sets the payload as received.
    pub fn raw(self, payload: impl Into<Value>) -> Self {
        self.set("raw", payload)
    }

    /// Sets what groups one user action with all its effects.
    pub fn correlation_id(self, id: impl Into<String>) -> Self {
        self.set("correlation_id", id.into())
    }

    /// Names the primary event, and whether it was recorded.
    pub fn caused_by(self, id: impl Into<String>, captured: bool) -> Self {
        let id = Value::String(id.into());
        self.set("caused_by", Value::object([("id", id), ("captured", captured.into())]))
    }

    /// Adds the id of a person whose data the event holds.
    pub fn subject(mut self, id: impl Into<String>) -> Self {
        self.event.add("subjects", Value::String(id.into()));
        self
    }

    pub(super) fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.event.set(key, value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::event::time::Timestamp;

    #[test]
    fn an_event_is_built_member_by_member() {
        let event = Event::builder(Timestamp(1), "event_change", "change_title")
            .id("i")
            .tenant("t")
            .data_source("calendar")
            .operation("update")
            .outcome("success")
            .error_code("e")
            .origin("api")
            .actor(
                Actor::user("u").email("m").display_name("n").role("r").with("groups", vec!["g"]),
            )
            .target(Target::new("event", "e-1").name("n").relation("primary").email("m").url("u"))
            .target(Target::new("user", "u-2"))
            .change(Change::new("title").before(None::<&str>).after("B").before_state("absent"))
            .ip("::1")
            .user_agent("x/1")
            .attribute("recurring", true)
            .attribute("recurring", false)
            .detail("cleared", 4)
            .detail("note", "n")
            .raw(vec![1, 2])
            .correlation_id("c")
            .caused_by("p", true)
            .subject("u")
            .subject("v")
            .build()
            .unwrap();
        let expected = concat!(
            r#"{"id":"i","tenant":"t","data_source":"calendar","#,
            r#""occurred_at":"1970-01-01T00:00:00.000001Z","category":"event_change","#,
            r#""activity":"change_title","operation":"update","outcome":"success","#,
            r#""error_code":"e","origin":"api","actor":{"type":"user","id":"u","email":"m","#,
            r#""display_name":"n","role":"r","groups":["g"]},"targets":[{"type":"event","#,
            r#""id":"e-1","name":"n","relation":"primary","email":"m","url":"u"},"#,
            r#"{"type":"user","id":"u-2"}],"changes":[{"field":"title","before":null,"#,
            r#""after":"B","before_state":"absent"}],"context":{"ip":"::1","user_agent":"x/1"},"#,
            r#""attributes":{"recurring":false},"details":{"cleared":4,"note":"n"},"#,
            r#""raw":[1,2],"correlation_id":"c","caused_by":{"id":"p","captured":true},"#,
            r#""subjects":["u","v"]}"#,
        );
        assert_eq!(String::from_utf8_lossy(event.canonical()), expected);
    }
}
