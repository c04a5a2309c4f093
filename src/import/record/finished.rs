//! How the members of a record become an event, once those that a format knows are in their places.

use super::members::{MemberList, put_free, put_object};
use super::source_time::occurred_at;
use crate::Result;
use crate::event::Event;
use crate::json::Value;

/// The event of a record: further members go into the details, the record itself into `raw`.
///
/// # Errors
/// What makes it no event.
pub(in crate::import) fn finished(
    mut event: MemberList,
    time: Value,
    rest: impl IntoIterator<Item = (String, Value)>,
    mut details: MemberList,
    raw: Value,
) -> Result<Event> {
    for (key, value) in rest {
        put_free(&mut details, &key, value);
    }
    let time = occurred_at(time, &mut details)?;
    event.push(("occurred_at".to_owned(), time));
    put_object(&mut event, "details", details);
    event.push(("raw".to_owned(), raw));
    Event::from_value(Value::Object(event))
}
