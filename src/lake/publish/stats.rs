//! The statistics of a file in the log, so that readers may skip it.

use crate::event::{Timestamp, format_instant, parse_instant};
use crate::lake::parquet::FileFacts;
use crate::lake::schema::{EPOCH, OCCURRED_AT, RECORDED_AT, SEQ, STORE_ID};
use serde_json::{Map, Value, json};

/// The instants that engines can have: the years 0001 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;
/// The digits of instants that other writers leave out of their bounds.
const LEFT_OUT_MICROS: i64 = 999;
/// The columns with bounds.
const BOUNDED: [&str; 5] = [STORE_ID, EPOCH, SEQ, RECORDED_AT, OCCURRED_AT];

/// What the log says of a file that is written here.
pub(in crate::lake) fn stats(facts: &FileFacts) -> Value {
    let side = |first: bool| {
        let pick = |pair: (u64, u64)| Value::from(if first { pair.0 } else { pair.1 });
        let store = if first { &facts.store_id.0 } else { &facts.store_id.1 };
        let mut bounds = Map::new();
        bounds.insert(STORE_ID.into(), store.as_str().into());
        bounds.insert(EPOCH.into(), pick(facts.epoch));
        bounds.insert(SEQ.into(), pick(facts.seq));
        for (name, pair) in [(RECORDED_AT, facts.recorded_at), (OCCURRED_AT, facts.occurred_at)] {
            // Of a column with instants beyond, no bound is given: neither would hold.
            if INSTANTS.contains(&pair.0.0) && INSTANTS.contains(&pair.1.0) {
                let instant = if first { pair.0 } else { pair.1 };
                bounds.insert(name.into(), exact(instant).into());
            }
        }
        Value::Object(bounds)
    };
    let none = BOUNDED.map(|name| (name.to_owned(), 0.into()));
    json!({
        "numRecords": facts.rows,
        "minValues": side(true),
        "maxValues": side(false),
        "nullCount": Map::from_iter(none),
    })
}

/// The first statistic that the log has otherwise than the file: its name, what the log says, and
/// what is. Those of a file that is written here are exact; of others, bounds need only hold.
pub(in crate::lake) fn wrong_stat(
    told: &str,
    facts: &FileFacts,
    is_exact: bool,
) -> Option<(String, String, String)> {
    let told: Value = serde_json::from_str(told).unwrap_or_default();
    let found = stats(facts);
    let rows = ("numRecords".to_owned(), &told["numRecords"], &found["numRecords"]);
    let sides = ["minValues", "maxValues", "nullCount"];
    let named = sides.iter().flat_map(|side| BOUNDED.map(|name| (*side, name)));
    let named =
        named.map(|(side, name)| (format!("{side}.{name}"), &told[side][name], &found[side][name]));
    let is_wrong = |(name, told, found): &(String, &Value, &Value)| match is_exact {
        true => told != found,
        false => !told.is_null() && !holds(name, told, found),
    };
    let wrong = std::iter::once(rows).chain(named).find(is_wrong)?;
    Some((wrong.0, wrong.1.to_string(), wrong.2.to_string()))
}

/// Whether a bound that somebody else gave is one.
fn holds(name: &str, told: &Value, found: &Value) -> bool {
    let (is_min, is_max) = (name.starts_with("minValues"), name.starts_with("maxValues"));
    let ordered = |told: i64, found: i64, slack: i64| {
        (!is_min || told <= found) && (!is_max || told.saturating_add(slack) >= found)
    };
    let instant = |value: &Value| parse_instant(value.as_str()?).ok().map(|it| it.timestamp.0);
    match (told, found) {
        _ if !is_min && !is_max => told == found,
        (Value::String(text), Value::String(other)) => match (instant(told), instant(found)) {
            (Some(told), Some(found)) => ordered(told, found, LEFT_OUT_MICROS),
            // An upper bound may be cut short, so that values behind it begin with it.
            _ if is_min => text <= other,
            _ => text >= other || other.starts_with(text.as_str()),
        },
        _ => match told.as_i64().zip(found.as_i64()) {
            Some((told, found)) => ordered(told, found, 0),
            None => true,
        },
    }
}

/// An instant with all six digits of its microseconds.
fn exact(instant: Timestamp) -> String {
    let text = format_instant(instant, 0);
    let text = text.trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<6}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> FileFacts {
        FileFacts {
            rows: 2,
            store_id: ("a".into(), "b".into()),
            seq: (1, 2),
            epoch: (1, 1),
            recorded_at: (Timestamp(0), Timestamp(7)),
            occurred_at: (Timestamp(0), Timestamp(1_000_500)),
            oldest: Timestamp(0),
        }
    }

    #[test]
    fn bounds_have_all_digits_of_microseconds() {
        assert_eq!(exact(Timestamp(0)), "1970-01-01T00:00:00.000000Z");
        assert_eq!(exact(Timestamp(1_500_000)), "1970-01-01T00:00:01.500000Z");
        assert_eq!(exact(Timestamp(-1)), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn bounds_beyond_the_years_of_engines_are_left_out() {
        let occurred_at = (Timestamp(*INSTANTS.start() - 1), Timestamp(0));
        let facts = FileFacts { occurred_at, ..facts() };
        let stats = stats(&facts);
        assert_eq!(stats["minValues"]["occurred_at"], Value::Null);
        assert_eq!(stats["maxValues"]["occurred_at"], Value::Null);
        assert_eq!(stats["maxValues"]["recorded_at"], "1970-01-01T00:00:00.000007Z");
        assert_eq!((&stats["numRecords"], &stats["maxValues"]["seq"]), (&2.into(), &2.into()));
        assert_eq!(exact(Timestamp(*INSTANTS.start())), "0001-01-01T00:00:00.000000Z");
        assert_eq!(exact(Timestamp(*INSTANTS.end())), "9999-12-31T23:59:59.999999Z");
    }

    #[test]
    fn every_statistic_that_is_wrong_is_named() {
        let sound = stats(&facts());
        assert_eq!(wrong_stat(&sound.to_string(), &facts(), true), None);
        for (side, name, other) in [
            ("minValues", STORE_ID, json!("aa")),
            ("minValues", SEQ, json!(0)),
            ("maxValues", EPOCH, json!(2)),
            ("maxValues", OCCURRED_AT, json!("1970-01-01T00:00:01.000501Z")),
            ("minValues", RECORDED_AT, Value::Null),
            ("nullCount", SEQ, json!(1)),
        ] {
            let mut wrong = sound.clone();
            wrong[side][name] = other;
            let found = wrong_stat(&wrong.to_string(), &facts(), true).map(|it| it.0);
            assert_eq!(found, Some(format!("{side}.{name}")));
        }
        let rows = wrong_stat(r#"{"numRecords":3}"#, &facts(), true);
        assert_eq!(rows, Some(("numRecords".into(), "3".into(), "2".into())));
    }

    #[test]
    fn bounds_of_others_need_only_hold() {
        let told = |text: &str| wrong_stat(text, &facts(), false).map(|it| it.0);
        for text in [
            "",
            "{}",
            r#"{"numRecords":2,"minValues":{"seq":0,"store_id":"a"},"maxValues":{"seq":9}}"#,
            r#"{"maxValues":{"store_id":"b","occurred_at":"1970-01-01T00:00:01.000Z"}}"#,
            r#"{"minValues":{"occurred_at":"1969-01-01T00:00:00Z"}}"#,
        ] {
            assert_eq!(told(text), None, "{text}");
        }
        assert_eq!(told(r#"{"numRecords":1}"#), Some("numRecords".into()));
        assert_eq!(told(r#"{"minValues":{"seq":2}}"#), Some("minValues.seq".into()));
        let late = r#"{"maxValues":{"occurred_at":"1970-01-01T00:00:00.999Z"}}"#;
        assert_eq!(told(late), Some("maxValues.occurred_at".into()));
    }
}
