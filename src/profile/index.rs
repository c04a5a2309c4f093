//! Hash tables from spellings, labels and names to the places of what they mean.

use super::content::Content;
use super::spelling::{joined_key, key};
use std::collections::HashMap;

/// The look-ups of one profile; values are indexes into its lists.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Category and code, exactly.
    codes: HashMap<(String, String), usize>,
    /// Spelling of a full name to an activity and, where the spelling says it, the origin.
    spellings: HashMap<String, Spelled>,
    /// The same for activities of every category, by the spelling of the activity alone.
    open_spellings: HashMap<String, Spelled>,
    /// Labels of activities, in any language.
    activity_labels: HashMap<String, Vec<usize>>,
    /// Codes and labels of categories, in any language.
    category_names: HashMap<String, Vec<usize>>,
    /// Names and labels of attributes, in any language.
    attribute_names: HashMap<String, Vec<usize>>,
}

/// What a spelling means.
#[derive(Debug, Clone)]
pub(super) struct Spelled {
    pub(super) activity: usize,
    pub(super) origin: Option<String>,
}

impl Index {
    pub(super) fn new(content: &Content) -> Index {
        let mut index = Index::default();
        for (place, category) in content.categories.iter().enumerate() {
            let labels = category.labels.iter().map(|(_, label)| label);
            for name in labels.chain([category.code.as_str()]) {
                add(&mut index.category_names, name, place);
            }
        }
        for (place, activity) in content.activities.iter().enumerate() {
            let code = (activity.category.clone(), activity.code.clone());
            index.codes.insert(code, place);
            for (_, label) in activity.labels.iter() {
                add(&mut index.activity_labels, label, place);
            }
            let (spellings, own) = match activity.is_open() {
                true => (&mut index.open_spellings, key(&activity.code)),
                false => {
                    let own = joined_key(&activity.category, &activity.code);
                    (&mut index.spellings, own)
                }
            };
            spellings.insert(own, Spelled { activity: place, origin: None });
            for alias in &activity.aliases {
                let spelled = Spelled { activity: place, origin: alias.origin.clone() };
                spellings.insert(key(&alias.spelling), spelled);
            }
        }
        for (place, attribute) in content.attributes.iter().enumerate() {
            let labels = attribute.labels.iter().map(|(_, label)| label);
            for name in labels.chain(attribute.names.iter().map(String::as_str)) {
                add(&mut index.attribute_names, name, place);
            }
        }
        index
    }

    pub(super) fn code(&self, category: &str, activity: &str) -> Option<usize> {
        self.codes.get(&(category.to_owned(), activity.to_owned())).copied()
    }

    /// What a spelling of a full name means.
    pub(super) fn spelled(&self, key: &str) -> Option<&Spelled> {
        self.spellings.get(key)
    }

    /// What a spelling of an activity means in a category that is open.
    pub(super) fn open_spelled(&self, key: &str) -> Option<&Spelled> {
        self.open_spellings.get(key)
    }

    pub(super) fn activities_labelled(&self, label: &str) -> &[usize] {
        self.activity_labels.get(&key(label)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn categories_named(&self, name: &str) -> &[usize] {
        self.category_names.get(&key(name)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn attributes_named(&self, name: &str) -> &[usize] {
        self.attribute_names.get(&key(name)).map_or(&[], Vec::as_slice)
    }
}

fn add(places: &mut HashMap<String, Vec<usize>>, name: &str, place: usize) {
    let places = places.entry(key(name)).or_default();
    if !places.contains(&place) {
        places.push(place);
    }
}
