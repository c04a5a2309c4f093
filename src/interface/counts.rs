//! Facets, values and histograms as JSON.

use super::speech::Speech;
use crate::export::instant_in;
use crate::json::Value;
use crate::profile::Labelled;
use crate::query::{Bucket, FacetCount};
use chrono_tz::Tz;
use std::collections::HashMap;

/// `{"PATH":[{"value":..,"count":..}]}`, one list a path.
pub fn facets_value<'p>(
    facets: impl IntoIterator<Item = (&'p str, Vec<FacetCount>)>,
    speech: &Speech,
) -> Value {
    let lists = facets.into_iter().map(|(path, counts)| (path, counts_value(path, counts, speech)));
    Value::object(lists)
}

/// Values and their counts as a list of objects, with the label of a code in a language.
pub fn counts_value(path: &str, counts: Vec<FacetCount>, speech: &Speech) -> Value {
    let names = CodeNames::at(path, speech);
    let object = |FacetCount { value, count }| {
        let label = names.of(&value).map(Value::String);
        let members = [("value", Some(value)), ("count", Some(count.into())), ("label", label)];
        Value::object(members.into_iter().filter_map(|(key, value)| Some((key, value?))))
    };
    Value::List(counts.into_iter().map(object).collect())
}

/// Buckets with their times in the zone that was asked for.
pub fn histogram_value(buckets: &[Bucket], zone: Tz) -> Value {
    let bucket = |bucket: &Bucket| {
        Value::object([
            ("from", Value::String(instant_in(bucket.from, zone))),
            ("to", Value::String(instant_in(bucket.to, zone))),
            ("count", bucket.count.into()),
        ])
    };
    Value::List(buckets.iter().map(bucket).collect())
}

/// What codes are called in the language of the asker: what stands beside them.
#[derive(Debug)]
pub struct CodeNames(HashMap<String, Vec<String>>);

impl CodeNames {
    /// The names of the codes at a path; none without a language, and for other paths.
    pub fn at(path: &str, speech: &Speech) -> CodeNames {
        let mut names = CodeNames(HashMap::new());
        let Some(language) = &speech.language else {
            return names;
        };
        let labelled = match path {
            "category" => speech.names.labelled_categories(language),
            "activity" | "action" => speech.names.labelled_activities(language),
            _ => Vec::new(),
        };
        for Labelled { label, category, activity, .. } in labelled {
            let code = match path {
                "category" => category,
                "activity" => activity,
                _ => category.zip(activity).map(|(category, code)| format!("{category}.{code}")),
            };
            let known = code.map(|code| names.0.entry(code).or_default());
            if let Some(known) = known.filter(|known| !known.contains(&label)) {
                known.push(label);
            }
        }
        names
    }

    /// The names of a code, each once; `None` where it has none.
    pub fn of(&self, code: &Value) -> Option<String> {
        self.0.get(code.as_str()?).map(|labels| labels.join(" / "))
    }
}
