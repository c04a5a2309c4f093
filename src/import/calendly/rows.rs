//! Rows of the CSV that the admin center lets one download: Category, Activity, By whom, Date and
//! time and Details, all in the language of the user who downloads it.

use super::when::{DateOrder, read_time};
use crate::event::Event;
use crate::import::record::identity::hashed_id;
use crate::import::record::members::{MemberList, put_free, put_object, put_text};
use crate::json::Value;
use crate::profile::{Activity, Profile};
use crate::{Error, Result};
use chrono_tz::Tz;

/// The code of an activity or a category whose label means several or none.
const UNKNOWN: &str = "unknown";
/// The actor of what the product does by itself.
const SYSTEM: &str = "Calendly System";
/// The only language whose numbers of days stand behind those of months.
const MONTH_FIRST: &str = "en";

/// The columns that a row has to have, as the profile names them.
const REQUIRED: [&str; 3] = ["category", "activity", "date_and_time"];

/// A column that the profile has an attribute for: the first name of it, and the language of the
/// label by which it is called.
struct Column<'p> {
    name: &'p str,
    language: &'p str,
}

/// A row, cell by cell.
#[derive(Default)]
struct Cells {
    category: String,
    activity: String,
    by_whom: String,
    email: Option<String>,
    time: String,
    order: Option<DateOrder>,
    details: MemberList,
}

/// Refuses a table that lacks a column.
pub(super) fn check_columns(columns: &[String]) -> Result<()> {
    let profile = Profile::built_in("calendly")?;
    let found: Vec<&str> =
        columns.iter().filter_map(|name| Some(column(&profile, name)?.name)).collect();
    match REQUIRED.iter().find(|name| !found.contains(*name)) {
        None => Ok(()),
        Some(missing) => {
            let attribute = profile.attributes_named(missing);
            let labels = attribute.iter().flat_map(|attribute| attribute.labels.iter());
            let labels: Vec<&str> = labels.map(|(_, label)| label).collect();
            let problem = format!(
                "there is no column {}; the table has {}",
                labels.join(" or "),
                columns.join(", ")
            );
            Err(Error::invalid("header", problem))
        }
    }
}

/// The event of a row; `repeated` equal ones came before.
pub(super) fn event(row: Value, repeated: u32, zone: Tz) -> Result<Event> {
    let raw = row.clone();
    let Value::Object(members) = row else {
        return Err(Error::invalid("record", "is not a row"));
    };
    let profile = Profile::built_in("calendly")?;
    let id = row_id(&members, repeated);
    let mut cells = Cells::read(&profile, members);
    let mut event = MemberList::new();
    put_text(&mut event, "id", Some(id));
    put_text(&mut event, "data_source", Some("activity_log".to_owned()));
    put_codes(&mut event, &profile, &mut cells);
    put_object(&mut event, "actor", actor(&cells.by_whom, cells.email));
    let order = cells.order.unwrap_or(DateOrder::DayFirst);
    let time = read_time(&cells.time, order, zone, &mut cells.details)?;
    event.push(("occurred_at".to_owned(), Value::String(time)));
    put_object(&mut event, "details", cells.details);
    event.push(("raw".to_owned(), raw));
    Event::from_value(Value::Object(event))
}

impl Cells {
    fn read(profile: &Profile, members: MemberList) -> Cells {
        let mut cells = Cells::default();
        for (name, value) in members {
            let text = value.as_str().unwrap_or_default().trim().to_owned();
            match column(profile, &name).map(|column| (column.name, column.language)) {
                Some(("category", _)) => cells.category = text,
                Some(("activity", _)) => cells.activity = text,
                Some(("by_whom", _)) => cells.by_whom = text,
                Some(("user_email", _)) => cells.email = Some(text),
                Some(("date_and_time", language)) => {
                    cells.time = text;
                    cells.order = Some(match language {
                        MONTH_FIRST => DateOrder::MonthFirst,
                        _ => DateOrder::DayFirst,
                    });
                }
                Some(("details", _)) => match Value::parse(text.as_bytes()) {
                    Ok(Value::Object(members)) => members
                        .into_iter()
                        .for_each(|(key, value)| put_free(&mut cells.details, &key, value)),
                    _ => put_free(&mut cells.details, "text", value),
                },
                _ => put_free(&mut cells.details, &name, value),
            }
        }
        cells
    }
}

/// The attribute of a column, by its label in any language.
fn column<'p>(profile: &'p Profile, name: &str) -> Option<Column<'p>> {
    let attribute = match profile.attributes_named(name).as_slice() {
        [attribute] => *attribute,
        _ => return None,
    };
    let mut labels = attribute.labels.iter();
    let of_language = labels.find(|(_, label)| label.eq_ignore_ascii_case(name.trim()));
    let language = of_language.map_or(MONTH_FIRST, |(language, _)| language);
    Some(Column { name: attribute.names.first()?, language })
}

/// A digest of the cells: the file has no ids. Rows that are equal are told apart by their number,
/// so that none is lost, and all are duplicates in the next import.
fn row_id(members: &MemberList, repeated: u32) -> String {
    let repeated = (repeated > 0).then(|| repeated.to_string());
    let cells = members.iter().filter_map(|(_, value)| value.as_str());
    hashed_id(cells.chain(repeated.as_deref()))
}

/// The codes of two labels. A label that means several codes, or none, is kept as a text.
fn put_codes(event: &mut MemberList, profile: &Profile, cells: &mut Cells) {
    let found = resolve(profile, &cells.category, &cells.activity);
    let category = match found {
        Some(activity) => Some(activity.category.as_str()),
        None => profile.category_named(&cells.category).map(|category| category.code.as_str()),
    };
    let activity = found.map(|activity| activity.code.as_str());
    put_text(event, "category", Some(category.unwrap_or(UNKNOWN).to_owned()));
    put_text(event, "activity", Some(activity.unwrap_or(UNKNOWN).to_owned()));
    if let Some(found) = found {
        put_text(event, "operation", found.operation.clone());
        put_text(event, "outcome", found.outcome.clone());
    }
    for (name, is_unknown, label) in [
        ("category", category.is_none(), &cells.category),
        ("activity", activity.is_none(), &cells.activity),
    ] {
        if is_unknown && !label.is_empty() {
            put_free(&mut cells.details, name, Value::String(label.clone()));
        }
    }
}

/// The one activity that two labels mean, in any language; else what they mean as spellings.
fn resolve<'p>(profile: &'p Profile, category: &str, activity: &str) -> Option<&'p Activity> {
    match profile.activities_labelled(Some(category), activity).as_slice() {
        [one] => Some(*one),
        [] => {
            let code = profile.category_named(category).map(|category| category.code.as_str());
            let found = profile.resolve(Some(code.unwrap_or(category)), activity)?;
            Some(found.activity)
        }
        _ => None,
    }
}

/// `Ada Roth`, `ada@acme.example`, `Ada Roth (ada@acme.example)` or `Ada Roth <ada@acme.example>`.
fn actor(by_whom: &str, email: Option<String>) -> MemberList {
    let mut actor = MemberList::new();
    if by_whom.is_empty() && email.is_none() {
        return actor;
    }
    let kind = if by_whom.eq_ignore_ascii_case(SYSTEM) { "system" } else { "user" };
    put_text(&mut actor, "type", Some(kind.to_owned()));
    let in_brackets = by_whom
        .strip_suffix([')', '>'])
        .and_then(|text| text.rsplit_once(['(', '<']))
        .filter(|(_, address)| is_address(address));
    let (name, address) = match in_brackets {
        Some((name, address)) => (name.trim(), Some(address)),
        None if is_address(by_whom) => ("", Some(by_whom)),
        None => (by_whom, None),
    };
    put_text(&mut actor, "email", email.or_else(|| address.map(str::to_owned)));
    put_text(&mut actor, "display_name", (!name.is_empty()).then(|| name.to_owned()));
    actor
}

fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains(char::is_whitespace)
}
