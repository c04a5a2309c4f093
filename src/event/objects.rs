//! The objects that an event is built of: who, what, which change.

use super::object_builder::ObjectBuilder;
use crate::json::Value;

/// Who did it.
#[derive(Debug, Clone)]
pub struct Actor(ObjectBuilder);

impl Actor {
    /// An actor of any type, such as `service` or `worker`; the id is to be set if there is one.
    pub fn new(kind: impl Into<String>) -> Self {
        Actor(ObjectBuilder::default()).with("type", kind.into())
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
pub struct Target(ObjectBuilder);

impl Target {
    /// A thing of a type, with its id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        let target = Target(ObjectBuilder::default()).with("type", kind.into());
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
pub struct Change(ObjectBuilder);

impl Change {
    /// A change of a field.
    pub fn new(field: impl Into<String>) -> Self {
        Change(ObjectBuilder::default()).with("field", field.into())
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

impl From<Actor> for Value {
    fn from(actor: Actor) -> Self {
        actor.0.into()
    }
}

impl From<Target> for Value {
    fn from(target: Target) -> Self {
        target.0.into()
    }
}

impl From<Change> for Value {
    fn from(change: Change) -> Self {
        change.0.into()
    }
}
