//! All labels of one language, each with the codes that it stands for.

use super::product::Profile;
use super::registry::Registry;
use super::taxonomy::Activity;
use crate::json::Value;
use std::collections::HashSet;

/// Codes of a source and their label in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Labelled {
    /// What people read.
    pub label: String,
    /// The source of the events.
    pub data_source: String,
    /// The code of the category; `None` is every category but `other_categories`.
    pub category: Option<String>,
    /// The code of the activity; `None` where the label is that of the category.
    pub activity: Option<String>,
    /// Categories in which the activity has a label of its own.
    pub other_categories: Vec<String>,
}

/// The members of an event that hold its labels: of the category, of the activity.
pub const LABEL_FIELDS: [&str; 2] = ["category_label", "activity_label"];

impl Registry {
    /// Adds the labels that an event has in a language to its value, as members
    /// [`LABEL_FIELDS`]; a code without a label gets none.
    pub fn add_labels(&self, event: &mut Value, language: &str) {
        let text = |key| event.get(key).and_then(Value::as_str);
        let (Some(source), Some(category), Some(activity)) =
            (text("data_source"), text("category"), text("activity"))
        else {
            return;
        };
        let labels = [
            self.category_label(source, category, language).map(str::to_owned),
            self.activity_label(source, category, activity, language).map(str::to_owned),
        ];
        if let Value::Object(members) = event {
            for (field, label) in LABEL_FIELDS.into_iter().zip(labels) {
                members.extend(label.map(|label| (field.to_owned(), Value::String(label))));
            }
        }
    }

    /// The labels of the categories of every source; of two profiles of a source that have a
    /// category the first counts. Codes without a label in the language nor an English one have
    /// none.
    pub fn labelled_categories(&self, language: &str) -> Vec<Labelled> {
        let mut known = HashSet::new();
        let mut labelled = Vec::new();
        for (source, profile) in self.sources() {
            for category in profile.categories() {
                if known.insert((source, category.code.as_str()))
                    && let Some(label) = category.labels.shown_in(language)
                {
                    labelled.push(Labelled {
                        label: label.to_owned(),
                        data_source: source.to_owned(),
                        category: Some(category.code.clone()),
                        activity: None,
                        other_categories: Vec::new(),
                    });
                }
            }
        }
        labelled
    }

    /// The labels of the activities of every source: those that are listed for a category, then
    /// those of every category; otherwise as [`Registry::labelled_categories`].
    pub fn labelled_activities(&self, language: &str) -> Vec<Labelled> {
        let mut known = HashSet::new();
        let mut labelled = Vec::new();
        let (listed, open): (Vec<_>, Vec<_>) = self
            .sources()
            .flat_map(|(source, profile)| {
                profile.activities().iter().map(move |activity| (source, activity))
            })
            .partition(|(_, activity)| !activity.is_open());
        for (source, activity) in listed.iter().chain(&open).copied() {
            let is_first =
                known.insert((source, activity.category.as_str(), activity.code.as_str()));
            if let Some(label) = activity.labels.shown_in(language).filter(|_| is_first) {
                let is_open = activity.is_open();
                labelled.push(Labelled {
                    label: label.to_owned(),
                    data_source: source.to_owned(),
                    category: (!is_open).then(|| activity.category.clone()),
                    activity: Some(activity.code.clone()),
                    other_categories: match is_open {
                        true => categories_of(source, &activity.code, &listed),
                        false => Vec::new(),
                    },
                });
            }
        }
        labelled
    }

    /// Sources with their profiles, in the order of the profiles.
    fn sources(&self) -> impl Iterator<Item = (&str, &Profile)> {
        self.profiles().flat_map(|profile| {
            profile.data_sources().iter().map(move |source| (source.as_str(), profile))
        })
    }
}

/// The categories for which an activity of a source is listed.
fn categories_of(source: &str, code: &str, listed: &[(&str, &Activity)]) -> Vec<String> {
    let same = listed.iter().filter(|(other, one)| *other == source && one.code == code);
    let mut categories: Vec<String> = same.map(|(_, one)| one.category.clone()).collect();
    categories.sort();
    categories.dedup();
    categories
}
