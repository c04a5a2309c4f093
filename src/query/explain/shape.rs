//! The parts of the serialised form that are not those of the types.

use super::{Fate, Pruning, SourceKind};
use crate::event::Timestamp;
use chrono_tz::Tz;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// The IANA name of a zone.
pub(super) fn zone<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

/// A length of time in whole microseconds.
pub(super) fn micros<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(time.as_micros())
}

/// The times of a source as two members, both null without any.
pub(super) fn times<S: Serializer>(
    times: &Option<(Timestamp, Timestamp)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    pair(["oldest", "newest"], times, serializer)
}

/// The sequences of a source as two members, both null without any.
pub(super) fn seqs<S: Serializer>(
    seqs: &Option<(u64, u64)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    pair(["first_seq", "last_seq"], seqs, serializer)
}

fn pair<S: Serializer>(
    [first, last]: [&'static str; 2],
    bounds: &Option<(impl Serialize, impl Serialize)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(Some(2))?;
    members.serialize_entry(first, &bounds.as_ref().map(|bounds| &bounds.0))?;
    members.serialize_entry(last, &bounds.as_ref().map(|bounds| &bounds.1))?;
    members.end()
}

impl Serialize for SourceKind {
    /// As `source` and `id`, which is null for what is no segment.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (source, id) = match self {
            SourceKind::Segment(id) => ("segment", Some(id)),
            SourceKind::Indexed => ("indexed", None),
            SourceKind::Newest => ("newest", None),
        };
        let mut members = serializer.serialize_map(Some(2))?;
        members.serialize_entry("source", source)?;
        members.serialize_entry("id", &id)?;
        members.end()
    }
}

impl Serialize for Fate {
    /// As `fate` and what belongs to it: `reason`, or `plan` and `work`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        match self {
            Fate::Pruned(pruning) => {
                members.serialize_entry("fate", "pruned")?;
                members.serialize_entry("reason", pruning)?;
            }
            Fate::NotEntered(plan) => {
                members.serialize_entry("fate", "not entered")?;
                members.serialize_entry("plan", plan)?;
            }
            Fate::Entered(plan, work) => {
                members.serialize_entry("fate", "entered")?;
                members.serialize_entry("plan", plan)?;
                members.serialize_entry("work", work)?;
            }
        }
        members.end()
    }
}

impl Serialize for Pruning {
    /// As `kind`, `term` and `missing`, which may be null, and `text`, the reason as it prints.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, term, missing) = match self {
            Pruning::Time { term } => ("time", Some(term), None),
            Pruning::NoMatch { term, missing } => ("no match", Some(term), missing.as_ref()),
            Pruning::Hidden => ("hidden", None, None),
            Pruning::Cursor => ("cursor", None, None),
            Pruning::Intersection => ("intersection", None, None),
        };
        let mut members = serializer.serialize_map(Some(4))?;
        members.serialize_entry("kind", kind)?;
        members.serialize_entry("term", &term)?;
        members.serialize_entry("missing", &missing)?;
        members.serialize_entry("text", &format_args!("{self}"))?;
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::explain::{Answer, ExplainedSource, RunTimes, Work};
    use crate::query::request::order::Order;

    fn json(value: &impl Serialize) -> String {
        serde_json::to_string(value).expect("texts and numbers")
    }

    #[test]
    fn a_source_is_one_object_with_its_fate() {
        let source = |kind, times, fate| ExplainedSource { kind, rows: 3, times, seqs: None, fate };
        let times = Some((Timestamp(0), Timestamp(1_000_000)));
        let pruned = Fate::Pruned(Pruning::NoMatch { term: "a b".into(), missing: None });
        assert_eq!(
            json(&source(SourceKind::Segment("0a".into()), times, pruned)),
            "{\"source\":\"segment\",\"id\":\"0a\",\"events\":3,\
             \"oldest\":\"1970-01-01T00:00:00Z\",\"newest\":\"1970-01-01T00:00:01Z\",\
             \"first_seq\":null,\"last_seq\":null,\"fate\":\"pruned\",\"reason\":{\
             \"kind\":\"no match\",\"term\":\"a b\",\"missing\":null,\
             \"text\":\"no event has `a b`\"}}"
        );
        let entered = Fate::Entered(Vec::new(), Work::default());
        assert_eq!(
            json(&source(SourceKind::Newest, None, entered)),
            "{\"source\":\"newest\",\"id\":null,\"events\":3,\"oldest\":null,\"newest\":null,\
             \"first_seq\":null,\"last_seq\":null,\"fate\":\"entered\",\"plan\":[],\"work\":{\
             \"windows\":0,\"rows\":0,\"checked\":0,\"hits\":0,\"complete\":false}}"
        );
    }

    #[test]
    fn answers_are_tagged_and_times_are_whole_microseconds() {
        let page = Answer::Page { order: Order::Seq, limit: 5 };
        assert_eq!(json(&page), "{\"answer\":\"page\",\"order\":\"seq\",\"limit\":5}");
        assert_eq!(json(&Answer::Count), "{\"answer\":\"count\"}");
        let times = RunTimes { plan: Duration::from_nanos(2_900), ..RunTimes::default() };
        assert_eq!(json(&times), "{\"plan\":2,\"evaluate\":0,\"decode\":0}");
    }
}
