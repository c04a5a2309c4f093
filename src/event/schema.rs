//! The fields of an event, in canonical order: one table for checks, canonical form and queries.
//!
//! Only `operation`, `outcome`, `changes.before_state` and `changes.after_state` are closed lists:
//! an unknown value there is refused. `actor.type`, `targets.relation` and the type of a label
//! field have recommended values, but real logs hold others, so they take any string.

use super::synonyms::meant_by;
use crate::limits::{LONG_TEXT_BYTES_MAX, SHORT_TEXT_BYTES_MAX};
use strsim::levenshtein;

/// A field that the schema names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaField {
    /// Its key.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldType,
    /// Whether an event without it, or with `null` in it, is refused.
    pub required: bool,
}

/// What a field holds. `null` is allowed, too, except in required fields and as an element of a
/// list of strings or known objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldType {
    /// A string of at most `bytes_max` bytes.
    Text {
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// A string bounded by the size of the event only.
    FreeText,
    /// 1 to 256 bytes without control characters.
    Code,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// An RFC 3339 date-time with zone.
    Instant,
    /// A number without fraction and exponent.
    Integer,
    /// `true` or `false`.
    Bool,
    /// A list of strings of at most 4 KiB each.
    TextList,
    /// Any value; every leaf of it is a value of the event.
    Json,
    /// An object of any members; every leaf of it is a value of the event.
    FreeObject,
    /// Any value; queries do not reach it.
    Raw,
    /// An object with known members; others are allowed.
    Object(&'static [SchemaField]),
    /// A list of objects with known members; others are allowed.
    ObjectList(&'static [SchemaField]),
}

/// What a path of keys means in a query. Lists add no segment to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Known {
    /// A field that the schema names.
    Field(FieldType),
    /// A place where any key may stand: under `details`, `attributes`, `changes.before`,
    /// `changes.after`, `targets.labels.fields.value` or a further member of a known object.
    Free,
    /// `raw` or a path in it: stored, but not reached by queries.
    Raw,
    /// No path of an event.
    Unknown,
}

const SHORT: FieldType = FieldType::Text { bytes_max: SHORT_TEXT_BYTES_MAX };
const LONG: FieldType = FieldType::Text { bytes_max: LONG_TEXT_BYTES_MAX };
const STATES: FieldType = FieldType::Choice(&["known", "unknown", "absent", "derived", "redacted"]);
const OPERATIONS: FieldType = FieldType::Choice(&[
    "create", "read", "update", "delete", "restore", "auth", "access", "execute", "other",
]);
const OUTCOMES: FieldType = FieldType::Choice(&["success", "failure", "pending", "unknown"]);

/// The fields that the engine sets; ignored in input.
pub static ENGINE_FIELDS: &[SchemaField] =
    &[required("seq", FieldType::Integer), required("recorded_at", FieldType::Instant)];

/// The fields of an event in canonical order.
pub static EVENT_FIELDS: &[SchemaField] = &[
    optional("id", SHORT),
    optional("tenant", SHORT),
    optional("data_source", FieldType::Code),
    required("occurred_at", FieldType::Instant),
    required("category", FieldType::Code),
    required("activity", FieldType::Code),
    optional("operation", OPERATIONS),
    optional("outcome", OUTCOMES),
    optional("error_code", SHORT),
    optional("origin", FieldType::Code),
    optional("actor", FieldType::Object(ACTOR)),
    optional("targets", FieldType::ObjectList(TARGET)),
    optional("changes", FieldType::ObjectList(CHANGE)),
    optional("context", FieldType::Object(CONTEXT)),
    optional("attributes", FieldType::FreeObject),
    optional("details", FieldType::FreeObject),
    optional("raw", FieldType::Raw),
    optional("correlation_id", SHORT),
    optional("caused_by", FieldType::Object(CAUSE)),
    optional("subjects", FieldType::TextList),
];

static ACTOR: &[SchemaField] = &[
    optional("type", SHORT),
    optional("id", SHORT),
    optional("email", SHORT),
    optional("display_name", LONG),
    optional("role", SHORT),
    optional("groups", FieldType::TextList),
    optional("org_unit", SHORT),
    optional("uri", SHORT),
    optional("app", FieldType::Object(APP)),
    optional("on_behalf_of", FieldType::Object(PRINCIPAL)),
];

static APP: &[SchemaField] = &[
    optional("name", LONG),
    optional("client_id", SHORT),
    optional("impersonation", FieldType::Bool),
];

static PRINCIPAL: &[SchemaField] = &[optional("id", SHORT), optional("email", SHORT)];

static TARGET: &[SchemaField] = &[
    optional("type", SHORT),
    optional("id", SHORT),
    optional("name", LONG),
    optional("relation", SHORT),
    optional("email", SHORT),
    optional("labels", FieldType::ObjectList(LABEL)),
    optional("url", LONG),
];

static LABEL: &[SchemaField] = &[
    optional("id", SHORT),
    optional("title", SHORT),
    optional("fields", FieldType::ObjectList(LABEL_FIELD)),
];

static LABEL_FIELD: &[SchemaField] = &[
    optional("id", SHORT),
    optional("name", LONG),
    optional("type", SHORT),
    optional("value", FieldType::Json),
];

static CHANGE: &[SchemaField] = &[
    optional("field", FieldType::FreeText),
    optional("before", FieldType::Json),
    optional("after", FieldType::Json),
    optional("before_state", STATES),
    optional("after_state", STATES),
];

static CONTEXT: &[SchemaField] = &[
    optional("ip", SHORT),
    optional("asn", FieldType::Object(ASN)),
    optional("user_agent", LONG),
    optional("url", LONG),
    optional("auth_method", SHORT),
    optional("api_kind", SHORT),
    optional("request_id", SHORT),
    optional("session_id", SHORT),
    optional("justification", LONG),
    optional("time_zone", SHORT),
];

static ASN: &[SchemaField] = &[
    optional("number", FieldType::Integer),
    optional("subdivision", SHORT),
    optional("region", SHORT),
];

static CAUSE: &[SchemaField] = &[optional("id", SHORT), optional("captured", FieldType::Bool)];

const fn optional(name: &'static str, kind: FieldType) -> SchemaField {
    SchemaField { name, kind, required: false }
}

const fn required(name: &'static str, kind: FieldType) -> SchemaField {
    SchemaField { name, kind, required: true }
}

/// Looks up a path of keys, from the top of an event.
pub fn lookup(path: &[&str]) -> Known {
    let Some((first, rest)) = path.split_first() else {
        return Known::Unknown;
    };
    let mut fields = ENGINE_FIELDS.iter().chain(EVENT_FIELDS);
    match fields.find(|field| field.name == *first) {
        Some(field) => lookup_under(field.kind, rest),
        None => Known::Unknown,
    }
}

fn lookup_under(kind: FieldType, path: &[&str]) -> Known {
    let Some((first, rest)) = path.split_first() else {
        return match kind {
            FieldType::Raw => Known::Raw,
            kind => Known::Field(kind),
        };
    };
    match kind {
        FieldType::Raw => Known::Raw,
        FieldType::Json | FieldType::FreeObject => Known::Free,
        FieldType::Object(fields) | FieldType::ObjectList(fields) => {
            match fields.iter().find(|field| field.name == *first) {
                Some(field) => lookup_under(field.kind, rest),
                None => Known::Free,
            }
        }
        _ => Known::Unknown,
    }
}

/// Whether an object or a list of objects may stand at a path of keys.
pub(crate) fn may_be_object(path: &[&str]) -> bool {
    matches!(
        lookup(path),
        Known::Free
            | Known::Field(
                FieldType::Object(_)
                    | FieldType::ObjectList(_)
                    | FieldType::FreeObject
                    | FieldType::Json
            )
    )
}

/// All known paths that queries reach, so not `raw`, joined by dots, in preorder of the tables.
pub fn field_paths() -> Vec<String> {
    let mut paths = Vec::new();
    walk(ENGINE_FIELDS, "", &mut |path, _| paths.push(path));
    walk(EVENT_FIELDS, "", &mut |path, _| paths.push(path));
    paths
}

/// The paths of the fields of type [`FieldType::Instant`].
pub fn time_fields() -> Vec<String> {
    let mut paths = Vec::new();
    let mut keep = |path, kind| {
        if kind == FieldType::Instant {
            paths.push(path);
        }
    };
    walk(ENGINE_FIELDS, "", &mut keep);
    walk(EVENT_FIELDS, "", &mut keep);
    paths
}

fn walk(fields: &[SchemaField], prefix: &str, visit: &mut dyn FnMut(String, FieldType)) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        match field.kind {
            FieldType::Raw => {}
            FieldType::Object(members) | FieldType::ObjectList(members) => {
                let prefix = format!("{path}.");
                visit(path, field.kind);
                walk(members, &prefix, visit);
            }
            kind => visit(path, kind),
        }
    }
}

/// Suggestions of [`nearest`].
const SUGGESTIONS_MAX: usize = 3;
/// Characters of an unknown name that are compared; bounds the time.
const SUGGESTED_CHARS_MAX: usize = 256;

/// The one to three known fields that an unknown path probably means, nearest first: those that
/// other logs call so (`user`, `date`, `ip_address`), else those of the least Levenshtein distance.
///
/// The distance is that to the whole known path or, with a small penalty, to its last key: `emial`
/// suggests `actor.email`.
pub fn nearest(path: &[&str]) -> Vec<String> {
    let name = path.first().copied().unwrap_or_default();
    let meant = match path.get(1) {
        None => meant_by(name),
        Some(_) => &[],
    };
    if !meant.is_empty() {
        return meant.iter().map(|field| field.to_string()).collect();
    }
    let wanted: String = path.join(".").chars().take(SUGGESTED_CHARS_MAX).collect();
    let mut ranked: Vec<(usize, String)> = field_paths()
        .into_iter()
        .map(|known| {
            let last = known.rsplit('.').next().unwrap_or(&known);
            let whole = 2 * levenshtein(&wanted, &known);
            let by_last = 2 * levenshtein(&wanted, last) + 1;
            (whole.min(by_last), known)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let best = ranked.first().map_or(0, |(rank, _)| *rank);
    let near = ranked.into_iter().take_while(|(rank, _)| *rank <= best + 2);
    near.take(SUGGESTIONS_MAX).map(|(_, known)| known).collect()
}

/// The first of `known` with the least Levenshtein distance to `name`, minus the length of the
/// common prefix.
pub(crate) fn nearest_of<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted: String = name.chars().take(SUGGESTED_CHARS_MAX).collect();
    let count = wanted.chars().count();
    let common = |known: &str| {
        known.chars().zip(wanted.chars()).take_while(|(known, wanted)| known == wanted).count()
    };
    known.min_by_key(|known| (levenshtein(&wanted, known) + count).saturating_sub(common(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(dotted: &str) -> Vec<&str> {
        dotted.split('.').collect()
    }

    #[test]
    fn every_listed_path_is_a_field() {
        let paths = field_paths();
        assert_eq!(paths.len(), 70);
        for known in &paths {
            assert!(matches!(lookup(&path(known)), Known::Field(_)), "{known}");
        }
        assert_eq!(paths.first().map(String::as_str), Some("seq"));
        assert!(!paths.contains(&"raw".to_owned()));
        assert_eq!(time_fields(), ["recorded_at", "occurred_at"]);
    }

    /// The canonical writer has room for as many fields as an event has.
    #[test]
    fn no_object_has_more_fields_than_the_event() {
        for path in field_paths() {
            let kind = lookup(&path.split('.').collect::<Vec<_>>());
            if let Known::Field(FieldType::Object(fields) | FieldType::ObjectList(fields)) = kind {
                assert!(fields.len() <= EVENT_FIELDS.len(), "{path}");
            }
        }
    }

    #[test]
    fn paths_are_free_where_any_key_may_stand() {
        for free in [
            "details.a",
            "details._extra.x.y",
            "attributes.start",
            "changes.before.room",
            "changes.after.a.b",
            "targets.labels.fields.value.id",
            "actor.shoe_size",
            "actor.app.version.major",
            "actor.on_behalf_of.name",
            "targets.colour",
            "targets.labels.colour",
            "targets.labels.fields.colour",
            "context.asn.name",
            "caused_by.why",
        ] {
            assert_eq!(lookup(&path(free)), Known::Free, "{free}");
        }
        assert_eq!(lookup(&["actor", "email.verified"]), Known::Free);
        for raw in ["raw", "raw.a.b"] {
            assert_eq!(lookup(&path(raw)), Known::Raw);
        }
        for unknown in ["act", "", "colour", "actor.email.x", "subjects.x", "occurred_at.x"] {
            assert_eq!(lookup(&path(unknown)), Known::Unknown, "{unknown}");
        }
        assert_eq!(lookup(&[]), Known::Unknown);
    }

    #[test]
    fn objects_stand_where_the_schema_has_some_or_any_value() {
        for object in [
            "actor",
            "actor.app",
            "targets",
            "targets.labels.fields",
            "targets.labels.fields.value",
            "changes.after",
            "context.asn",
            "details",
            "details.a.b",
            "actor.further",
        ] {
            assert!(may_be_object(&path(object)), "{object}");
        }
        for other in ["category", "actor.email", "subjects", "actor.groups", "seq", "raw", "x"] {
            assert!(!may_be_object(&path(other)), "{other}");
        }
    }

    #[test]
    fn the_nearest_name_begins_alike() {
        let nearest = |name| nearest_of(name, ["has", "eq", "ne", "not_in", "gte"].into_iter());
        assert_eq!((nearest("equals"), nearest("nt_in")), (Some("eq"), Some("not_in")));
        assert_eq!((nearest("greater"), nearest("x")), (Some("gte"), Some("eq")));
        assert_eq!(nearest_of("x", [].into_iter()), None);
    }

    #[test]
    fn the_nearest_fields_are_named() {
        assert_eq!(nearest(&["actr"]), ["actor"]);
        assert_eq!(nearest(&["email"])[0], "actor.email");
        assert_eq!(nearest(&["catgory"]), ["category"]);
        assert_eq!(nearest(&["actor.emial"])[0], "actor.email");
        assert!((1..=3).contains(&nearest(&["zzzzzzzzzzzz"]).len()));
        assert!(!nearest(&["x".repeat(10_000).as_str()]).is_empty());
        assert!(!nearest(&[]).is_empty());
    }
}
