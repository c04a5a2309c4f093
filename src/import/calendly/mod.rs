//! `calendly`: records of `GET /activity_log_entries`, one by one or as pages of the interface, and
//! the CSV that the admin center lets one download.

mod restore;
mod rows;
mod when;

use crate::event::Event;
use crate::import::record::finished::finished;
use crate::import::record::members::{
    MemberList, last_segment, put_codes, put_free, put_object, put_text, take, take_object,
    take_text,
};
use crate::import::source::Source;
use crate::import::table::TableForm;
use crate::json::Value;
use crate::{Error, Result};
use chrono_tz::Tz;

/// The activity log of Calendly. Times of the CSV that have no zone are UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calendly;

/// The activity log of Calendly, with the zone of times that have none; made by
/// [`Calendly::in_zone`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZonedCalendly {
    zone: Tz,
}

impl Calendly {
    /// The same format, where the times of the CSV are those of a user in an IANA time zone.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no such zone.
    pub fn in_zone(self, zone: &str) -> Result<ZonedCalendly> {
        let problem = || Error::invalid("zone", format!("`{zone}` is no IANA time zone"));
        Ok(ZonedCalendly { zone: zone.parse().map_err(|_| problem())? })
    }
}

impl Source for ZonedCalendly {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        Calendly.events(record)
    }

    fn format(&self) -> Option<&'static str> {
        Calendly.format()
    }

    fn is_record(&self, value: &Value) -> bool {
        Calendly.is_record(value)
    }

    fn table(&self) -> Option<TableForm> {
        Calendly.table()
    }

    fn check_columns(&self, columns: &[String]) -> Result<()> {
        rows::check_columns(columns)
    }

    fn events_of_row(&self, row: Value, repeated: u32) -> Result<Vec<Event>> {
        Ok(vec![rows::event(row, repeated, self.zone)?])
    }
}

impl Source for Calendly {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        let raw = record.clone();
        let Value::Object(mut members) = record else {
            return Err(Error::invalid("record", "is not a JSON object"));
        };
        let mut event = MemberList::new();
        let id = match take_text(&mut members, "uri") {
            Some(uri) => Some(last_segment(&uri).to_owned()),
            None => take_text(&mut members, "id"),
        };
        put_text(&mut event, "id", id);
        let organization = take_text(&mut members, "organization");
        put_text(&mut event, "tenant", organization.map(|uri| last_segment(&uri).to_owned()));
        put_text(&mut event, "data_source", Some("activity_log".to_owned()));
        for (source, field) in [("namespace", "category"), ("action", "activity")] {
            let value = take(&mut members, source)
                .ok_or_else(|| Error::invalid(source, "is required and missing"))?;
            event.push((field.to_owned(), value));
        }
        put_codes(&mut event, "calendly");
        let time = take(&mut members, "occurred_at")
            .ok_or_else(|| Error::invalid("occurred_at", "is required and missing"))?;
        if let Some(actor) = take_object(&mut members, "actor") {
            put_object(&mut event, "actor", read_actor(actor));
        }
        let details = take_object(&mut members, "details").unwrap_or_default();
        Ok(vec![finished(event, time, members, details, raw)?])
    }

    fn format(&self) -> Option<&'static str> {
        Some("calendly")
    }

    fn is_record(&self, value: &Value) -> bool {
        ["occurred_at", "namespace", "action"].iter().any(|key| value.get(key).is_some())
    }

    fn table(&self) -> Option<TableForm> {
        Some(TableForm { or_json: true, counts_equal_rows: true, ..TableForm::new() })
    }

    fn check_columns(&self, columns: &[String]) -> Result<()> {
        rows::check_columns(columns)
    }

    fn events_of_row(&self, row: Value, repeated: u32) -> Result<Vec<Event>> {
        Ok(vec![rows::event(row, repeated, Tz::UTC)?])
    }
}

/// The actor; organisation and group stay beside the fields as Calendly writes them.
fn read_actor(mut source: MemberList) -> MemberList {
    let mut actor = MemberList::new();
    let kind = take_text(&mut source, "type");
    put_text(&mut actor, "type", kind.map(|kind| kind.to_lowercase()));
    if let Some(uri) = take_text(&mut source, "uri") {
        put_text(&mut actor, "id", Some(last_segment(&uri).to_owned()));
        put_text(&mut actor, "uri", Some(uri));
    }
    put_text(&mut actor, "email", take_text(&mut source, "alternative_identifier"));
    put_text(&mut actor, "display_name", take_text(&mut source, "display_name"));
    put_text(&mut actor, "role", text_in(&source, "organization", "role"));
    if let Some(group) = text_in(&source, "group", "name") {
        actor.push(("groups".to_owned(), Value::List(vec![Value::String(group)])));
    }
    for (key, value) in source {
        put_free(&mut actor, &key, value);
    }
    actor
}

fn text_in(members: &MemberList, object: &str, key: &str) -> Option<String> {
    let (_, inner) = members.iter().find(|(name, _)| name == object)?;
    match inner.get(key)? {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}
