//! Conditions on parameters, and on what an activity has beside them.

use crate::event::value_instant;
use crate::import::Google;
use crate::json::Number;
use crate::query::{Field, Literal, Query};
use crate::serve::http::problem::{Answer, Problem};

/// Conditions of one parameter.
const CONDITIONS_MAX: usize = 50;
/// Relations of `filters`; of two that begin alike the longer comes first.
const RELATIONS: [&str; 6] = ["==", "<>", "<=", ">=", "<", ">"];

/// Parameters with conditions of the form `name="value" AND ..`: their names, and the field that
/// each is.
type FieldNames = &'static [(&'static str, &'static str)];

/// The parameters whose conditions are about fields of an activity.
pub(super) fn with_all() -> [(&'static str, FieldNames); 6] {
    [
        ("applicationInfoFilter", &[("oAuthClientId", "actor.app.client_id")]),
        ("networkInfoFilter", &[("regionCode", "context.asn.region")]),
        (
            "resourceDetailsFilter",
            &[
                ("resourceDetails.id", "targets.id"),
                ("resourceDetails.title", "targets.name"),
                ("resourceDetails.type", "targets.type"),
                ("resourceDetails.relation", "targets.relation"),
                ("resourceDetails.appliedLabels.id", "targets.labels.id"),
                ("resourceDetails.appliedLabels.title", "targets.labels.title"),
                ("resourceDetails.appliedLabels.fieldValue.id", "targets.labels.fields.id"),
            ],
        ),
        ("statusFilter", &[("statusCode", "details.status.httpStatusCode")]),
        (
            "deviceFilter",
            &[
                ("deviceId", "details.userDeviceInfo.deviceId"),
                ("deviceType", "details.userDeviceInfo.deviceType"),
                ("deviceOsVersion", "details.userDeviceInfo.deviceOsVersion"),
            ],
        ),
        (
            "agentInfoFilter",
            &[
                ("agentId", "actor.agentAttributionInfo.agentId"),
                ("agentName", "actor.agentAttributionInfo.agentName"),
                ("agentOwnerEmail", "actor.agentAttributionInfo.agentOwnerEmail"),
            ],
        ),
    ]
}

/// Reads `filters`: conditions on parameters, joined by commas.
///
/// # Errors
/// 400 for what is no condition.
pub(super) fn read_filters(text: &str) -> Answer<Vec<Query>> {
    match text.split(',').count() > CONDITIONS_MAX {
        true => Err(too_many("filters")),
        false => text.split(',').map(|one| condition(one.trim())).collect(),
    }
}

fn too_many(parameter: &str) -> Problem {
    Problem::parameter(parameter, format!("has at most {CONDITIONS_MAX} conditions"))
}

fn condition(text: &str) -> Answer<Query> {
    let wrong = |problem: String| Problem::parameter("filters", problem);
    let found = text.find(['=', '<', '>']).and_then(|at| {
        let (name, rest) = text.split_at(at);
        let relation = RELATIONS.into_iter().find(|relation| rest.starts_with(relation))?;
        Some((name.trim(), relation, rest[relation.len()..].trim()))
    });
    let Some((name, relation, value)) = found else {
        let relations = RELATIONS.join(" ");
        return Err(wrong(format!("`{text}` is no condition such as doc_id==12345: {relations}")));
    };
    if name.is_empty() || value.is_empty() {
        return Err(wrong(format!("`{text}` lacks a name or a value")));
    }
    let is_ordered = Number::parse(value).is_some() || value_instant(value).is_some();
    if !is_ordered && !["==", "<>"].contains(&relation) {
        return Err(wrong(format!("`{text}`: {relation} compares numbers and times")));
    }
    let equal = |field: Field, value: &str| field.one_of(spellings(value));
    let found = match relation {
        "==" => Google.with_parameter(name, value, equal),
        "<>" => Google.with_parameter(name, value, equal).and_then(|equal| {
            let is_there = Google.with_parameter(name, value, |field, _| field.exists())?;
            Some(is_there.and(!equal))
        }),
        "<" => Google.with_parameter(name, value, |field, value| field.below(value)),
        "<=" => Google.with_parameter(name, value, |field, value| field.at_most(value)),
        ">" => Google.with_parameter(name, value, |field, value| field.above(value)),
        _ => Google.with_parameter(name, value, |field, value| field.at_least(value)),
    };
    found.ok_or_else(|| wrong(format!("`{name}` names no parameter")))
}

/// What a value is that a client can only write as text: the text, or the number, truth value or
/// instant that the parameter has.
fn spellings(value: &str) -> Vec<Literal> {
    let mut spellings = vec![Literal::quoted(value)];
    if Number::parse(value).is_some()
        || ["true", "false"].contains(&value)
        || value_instant(value).is_some()
    {
        spellings.push(Literal::bare(value));
    }
    spellings
}

/// Reads conditions `name="value"`, `!=` and `:`, joined by AND.
///
/// # Errors
/// 400 for what is no condition, and for names that there are none of.
pub(super) fn of_field(parameter: &'static str, fields: FieldNames, text: &str) -> Answer<Query> {
    let wrong = |problem: String| Problem::parameter(parameter, problem);
    let mut all = Vec::new();
    let mut rest = text.trim();
    loop {
        if all.len() == CONDITIONS_MAX {
            return Err(too_many(parameter));
        }
        let end = rest.find(['=', '!', ':']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let name = name.trim();
        let relation = ["!=", "=", ":"].into_iter().find(|one| behind.starts_with(one));
        let field = fields.iter().find(|(known, _)| *known == name).map(|(_, field)| *field);
        let (Some(relation), Some(field)) = (relation, field) else {
            let known: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
            return Err(wrong(format!("`{rest}` is no condition on {}", known.join(", "))));
        };
        let value = behind[relation.len()..].trim_start().strip_prefix('"');
        let Some((value, behind)) = value.and_then(|value| value.split_once('"')) else {
            return Err(wrong(format!("the value of `{name}` stands in quotes")));
        };
        let field = Query::field(field);
        all.push(match relation {
            "!=" => field.none_of(spellings(value)),
            _ => field.one_of(spellings(value)),
        });
        rest = behind.trim_start();
        rest = match rest.strip_prefix("AND ") {
            Some(next) => next.trim_start(),
            None if rest.is_empty() => break,
            None => return Err(wrong(format!("AND stands before `{rest}`"))),
        };
    }
    let mut all = all.into_iter();
    let first = all.next().unwrap_or_else(Query::all);
    Ok(all.fold(first, Query::and))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_filter_is_a_query_or_refused_for_its_parameter(
            text in "[a1.,=<> \"-]{0,30}|\\PC{0,80}"
        ) {
            match read_filters(&text) {
                Ok(queries) => for query in queries {
                    prop_assert_eq!(Query::parse(&query.to_string()).unwrap(), query);
                },
                Err(problem) => prop_assert!(problem.detail.starts_with("filters: ")),
            }
            if let Err(problem) = of_field("statusFilter", &[("statusCode", "details.x")], &text) {
                prop_assert!(problem.detail.starts_with("statusFilter: "));
            }
        }
    }

    #[test]
    fn conditions_on_fields_are_joined_by_and() {
        let fields = &[("id", "targets.id"), ("title", "targets.name")];
        let read = |text: &str| of_field("f", fields, text).map(|query| query.to_string());
        assert_eq!(read("id=\"7\"").unwrap(), "targets.id=(\"7\",7)");
        let both = "targets.id!=\"a b\" targets.name=\"c AND d\"";
        assert_eq!(read("id != \"a b\" AND title: \"c AND d\"").unwrap(), both);
        for wrong in
            ["", "id", "id=7", "id=\"7", "x=\"7\"", "id=\"7\" title=\"8\"", "id=\"7\" AND "]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
