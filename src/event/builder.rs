//! Builds events in code, member by member.

use super::instant::format_instant;
use super::time::Timestamp;
use super::value::Value;

impl From<Timestamp> for Value {
    /// The instant in RFC 3339, UTC.
    fn from(timestamp: Timestamp) -> Self {
        Value::String(format_instant(timestamp, 0))
    }
}

/// An event under construction; made by `Event::builder`, finished by `build`.
///
/// Setting a field again replaces it; `target`, `change`, `subject`, `attribute` and `detail` add.
#[derive(Debug, Clone)]
pub struct EventBuilder {
    event: Members,
}

impl EventBuilder {
    pub(super) fn new(occurred_at: Value, category: String, activity: String) -> Self {
        EventBuilder {
            event: Members::default(),
        }
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
        self.set("actor", actor.0)
    }

    /// Adds what it was done to.
    pub fn target(mut self, target: Target) -> Self {
        self.event.add("targets", target.0);
        self
    }

    /// Adds a value before and after.
    pub fn change(mut self, change: Change) -> Self {
        self.event.add("changes", change.0);
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
        self.set(
            "caused_by",
            Value::object([("id", id), ("captured", captured.into())]),
        )
    }

    /// Adds the id of a person whose data the event holds.
    pub fn subject(mut self, id: impl Into<String>) -> Self {
        self.event.add("subjects", Value::String(id.into()));
        self
    }

    fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.event.set(key, value.into());
        self
    }
}

/// Who did it.
#[derive(Debug, Clone)]
pub struct Actor(Members);

impl Actor {
    /// An actor of any type, such as `service` or `worker`; the id is to be set if there is one.
    pub fn new(kind: impl Into<String>) -> Self {
        Actor(Members::default()).with("type", kind.into())
    }

    /// A user.
    pub fn user(id: impl Into<String>) -> Self {
        Actor::new("user").with("id", id.into())
    }

    /// The system itself, which needs no id.
    pub fn system() -> Self {
        Actor::new("system")
    }

    /// Sets the stable id.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.with("id", id.into())
    }

    /// Sets the e-mail address.
    pub fn email(self, email: impl Into<String>) -> Self {
        self.with("email", email.into())
    }

    /// Sets the name as it was at the time.
    pub fn display_name(self, name: impl Into<String>) -> Self {
        self.with("display_name", name.into())
    }

    /// Sets the role.
    pub fn role(self, role: impl Into<String>) -> Self {
        self.with("role", role.into())
    }

    /// Sets any member; those that the schema does not name are kept too.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.set(key, value.into());
        self
    }
}

/// What it was done to.
#[derive(Debug, Clone)]
pub struct Target(Members);

impl Target {
    /// A thing of a type, with its id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        let target = Target(Members::default()).with("type", kind.into());
        target.with("id", id.into())
    }

    /// Sets the name as of the event.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with("name", name.into())
    }

    /// Sets how it takes part: `primary`, `owner`, `guest`, ...
    pub fn relation(self, relation: impl Into<String>) -> Self {
        self.with("relation", relation.into())
    }

    /// Sets the e-mail address.
    pub fn email(self, email: impl Into<String>) -> Self {
        self.with("email", email.into())
    }

    /// Sets the address on the web.
    pub fn url(self, url: impl Into<String>) -> Self {
        self.with("url", url.into())
    }

    /// Sets any member; those that the schema does not name are kept too.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.set(key, value.into());
        self
    }
}

/// A field with its value before and after.
#[derive(Debug, Clone)]
pub struct Change(Members);

impl Change {
    /// A change of a field.
    pub fn new(field: impl Into<String>) -> Self {
        Change(Members::default()).with("field", field.into())
    }

    /// Sets the value before.
    pub fn before(self, value: impl Into<Value>) -> Self {
        self.with("before", value)
    }

    /// Sets the value after.
    pub fn after(self, value: impl Into<Value>) -> Self {
        self.with("after", value)
    }

    /// Sets what is known of the value before: `known`, `unknown`, `absent`, `derived` or
    /// `redacted`.
    pub fn before_state(self, state: impl Into<String>) -> Self {
        self.with("before_state", state.into())
    }

    /// Sets what is known of the value after, like [`Change::before_state`].
    pub fn after_state(self, state: impl Into<String>) -> Self {
        self.with("after_state", state.into())
    }

    /// Sets any member; those that the schema does not name are kept too.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.set(key, value.into());
        self
    }
}

/// The members of an object under construction. Cost: linear in the members per call.
#[derive(Debug, Clone, Default)]
struct Members(Vec<(String, Value)>);

impl Members {
    fn set(&mut self, key: &str, value: Value) {
        *self.slot(key) = value;
    }

    fn add(&mut self, key: &str, element: impl Into<Value>) {
        match self.slot(key) {
            Value::List(elements) => elements.push(element.into()),
            other => *other = Value::List(vec![element.into()]),
        }
    }

    fn set_under(&mut self, object: &str, key: String, value: Value) {
        let slot = self.slot(object);
        let mut members = match std::mem::replace(slot, Value::Null) {
            Value::Object(members) => Members(members),
            _ => Members::default(),
        };
        members.set(&key, value);
        *slot = members.into();
    }

    fn slot(&mut self, key: &str) -> &mut Value {
        let index = match self.0.iter().position(|(name, _)| name == key) {
            Some(index) => index,
            None => {
                self.0.push((key.to_owned(), Value::Null));
                self.0.len() - 1
            }
        };
        &mut self.0[index].1
    }
}

impl From<Members> for Value {
    fn from(members: Members) -> Self {
        Value::Object(members.0)
    }
}
