//! The members of an object that is built in code.

use crate::json::Value;

/// The members of an object under construction. Cost: linear in the members per call.
#[derive(Debug, Clone, Default)]
pub(super) struct ObjectBuilder(Vec<(String, Value)>);

impl ObjectBuilder {
    /// Sets or replaces a member.
    pub(super) fn set(&mut self, key: &str, value: Value) {
        *self.slot(key) = value;
    }

    /// Adds an element to the member that is a list; the first one makes it.
    pub(super) fn add(&mut self, key: &str, element: impl Into<Value>) {
        match self.slot(key) {
            Value::List(elements) => elements.push(element.into()),
            other => *other = Value::List(vec![element.into()]),
        }
    }

    /// Sets a member of the member that is an object; the first one makes it.
    pub(super) fn set_under(&mut self, object: &str, key: String, value: Value) {
        let slot = self.slot(object);
        let mut members = match std::mem::replace(slot, Value::Null) {
            Value::Object(members) => ObjectBuilder(members),
            _ => ObjectBuilder::default(),
        };
        members.set(&key, value);
        *slot = members.into();
    }

    fn slot(&mut self, key: &str) -> &mut Value {
        let found = self.0.iter().position(|(name, _)| name == key);
        let index = found.unwrap_or_else(|| {
            self.0.push((key.to_owned(), Value::Null));
            self.0.len() - 1
        });
        &mut self.0[index].1
    }
}

impl From<ObjectBuilder> for Value {
    fn from(members: ObjectBuilder) -> Self {
        Value::Object(members.0)
    }
}
