//! [`Registry`]: several profiles, of which each source has its own.

use super::attribute::Attribute;
use super::product::{Profile, Resolved};
use super::taxonomy::{Activity, Category};
use crate::event::schema::{nearest, nearest_of};
use crate::{Error, Result};
use std::sync::Arc;
use strsim::levenshtein;

/// The profiles that a store, or an asking, goes by; of two that know a code the first counts.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    profiles: Vec<Arc<Profile>>,
}

/// What a profile says of the codes of an event.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Meaning<'r> {
    /// The profile that knows them.
    pub profile: &'r Profile,
    /// The category; `None` where the activity belongs to every category and this one is not
    /// listed.
    pub category: Option<&'r Category>,
    /// The activity.
    pub activity: &'r Activity,
}

/// How many names [`Registry::nearest_names`] gives at most.
const SUGGESTIONS_MAX: usize = 3;

impl Registry {
    /// A registry of these profiles, in this order.
    ///
    /// # Errors
    /// [`Error::Invalid`] where two have one name.
    pub fn new(profiles: Vec<Arc<Profile>>) -> Result<Registry> {
        for (place, profile) in profiles.iter().enumerate() {
            if profiles[..place].iter().any(|before| before.name() == profile.name()) {
                let problem = "is the name of two profiles; leave one out";
                return Err(Error::invalid(profile.name(), problem));
            }
        }
        Ok(Registry { profiles })
    }

    /// The profiles, in their order.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter().map(Arc::as_ref)
    }

    /// The same profiles behind this one.
    #[must_use]
    pub fn led_by(&self, first: Arc<Profile>) -> Registry {
        let others = self.profiles.iter().filter(|profile| profile.name() != first.name());
        let others: Vec<Arc<Profile>> = others.cloned().collect();
        Registry { profiles: std::iter::once(first).chain(others).collect() }
    }

    /// The profile of this name, to hold.
    pub fn shared(&self, name: &str) -> Option<Arc<Profile>> {
        self.profiles.iter().find(|profile| profile.name() == name).cloned()
    }

    /// The profiles that speak for a source.
    pub fn profiles_of<'r>(&'r self, data_source: &str) -> impl Iterator<Item = &'r Profile> {
        self.profiles().filter(move |profile| {
            profile.data_sources().iter().any(|source| source == data_source)
        })
    }

    /// What the codes of an event mean: by the first profile of its source that lists them, else
    /// by the first that has the activity in every category.
    ///
    /// Cost: a look-up in a hash table or two for each profile of the source.
    pub fn meaning(
        &self,
        data_source: &str,
        category: &str,
        activity: &str,
    ) -> Option<Meaning<'_>> {
        let listed = |profile: &'_ Profile| profile.listed(category, activity).is_some();
        let mut listing = self.profiles_of(data_source).filter(|profile| listed(profile));
        let profile = listing.next().or_else(|| {
            let knows = |profile: &&Profile| profile.activity(category, activity).is_some();
            self.profiles_of(data_source).find(knows)
        })?;
        let found = profile.activity(category, activity)?;
        Some(Meaning { profile, category: profile.category(category), activity: found })
    }

    /// Refuses codes of an event that are in no profile of its source.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names them and the nearest that are.
    pub fn check_action(&self, data_source: &str, category: &str, activity: &str) -> Result<()> {
        if self.meaning(data_source, category, activity).is_some() {
            return Ok(());
        }
        let action = format!("{category}.{activity}");
        let mut profiles = self.profiles_of(data_source).peekable();
        if profiles.peek().is_none() {
            let sources = self.profiles().flat_map(Profile::data_sources).map(String::as_str);
            let nearest = match nearest_of(data_source, sources) {
                Some(nearest) => format!("; the nearest: `{nearest}`"),
                None => String::new(),
            };
            let problem = format!(
                "`{data_source}` is in no profile of the store, so neither is the code `{action}`"
            );
            return Err(Error::invalid("data_source", problem + &nearest));
        }
        let known = profiles.flat_map(|profile| {
            let open = |known: &Activity| match known.is_open() {
                true => format!("{category}.{}", known.code),
                false => known.action(),
            };
            profile.activities().iter().map(open)
        });
        let known: Vec<String> = known.collect();
        let nearest = match nearest_of(&action, known.iter().map(String::as_str)) {
            Some(nearest) => format!("; the nearest: `{nearest}`"),
            None => String::new(),
        };
        let problem = format!("the code `{action}` is in no profile of `{data_source}`");
        Err(Error::invalid("activity", problem + &nearest))
    }

    /// What a source means that spells a category and an activity so (see [`Profile::resolve`]);
    /// the first profile of the source that has the spelling says it.
    pub fn resolve(
        &self,
        data_source: &str,
        category: Option<&str>,
        activity: &str,
    ) -> Option<Resolved<'_>> {
        let mut found: Vec<Resolved> = Vec::new();
        for profile in self.profiles_of(data_source) {
            found.extend(profile.resolve(category, activity));
        }
        let listed = found.iter().find(|resolved| !resolved.activity.is_open());
        listed.or(found.first()).copied()
    }

    /// The activities of a source that have this label, in any of its profiles and any language;
    /// within a category, named by code or label, where one is given.
    pub fn activities_labelled(
        &self,
        data_source: &str,
        category: Option<&str>,
        label: &str,
    ) -> Vec<&Activity> {
        let profiles = self.profiles_of(data_source);
        profiles.flat_map(|profile| profile.activities_labelled(category, label)).collect()
    }

    /// The label of a category in a language; English, then none, where the language has none.
    pub fn category_label(
        &self,
        data_source: &str,
        category: &str,
        language: &str,
    ) -> Option<&str> {
        let mut profiles = self.profiles_of(data_source);
        profiles.find_map(|profile| profile.category(category))?.labels.shown_in(language)
    }

    /// The label of an activity in a language; English, then none, where the language has none.
    pub fn activity_label(
        &self,
        data_source: &str,
        category: &str,
        activity: &str,
        language: &str,
    ) -> Option<&str> {
        self.meaning(data_source, category, activity)?.activity.labels.shown_in(language)
    }

    /// The one attribute that is called so, by a name or by a label in any language.
    ///
    /// # Errors
    /// [`Error::Invalid`] where several attributes of different paths are, naming them.
    pub fn attribute(&self, name: &str) -> Result<Option<&Attribute>> {
        let mut found: Vec<(&Profile, &Attribute)> = Vec::new();
        for profile in self.profiles() {
            for attribute in profile.attributes_named(name) {
                found.push((profile, attribute));
            }
        }
        let Some((_, first)) = found.first() else {
            return Ok(None);
        };
        if found.iter().all(|(_, attribute)| attribute.path == first.path) {
            return Ok(Some(first));
        }
        let meanings: Vec<String> = found
            .iter()
            .map(|(profile, attribute)| format!("{} ({})", attribute.path, profile.name()))
            .collect();
        let problem = format!("means several attributes, write its path: {}", meanings.join(", "));
        Err(Error::invalid(name, problem))
    }

    /// The names that an unknown name of a field probably means, nearest first; one to three:
    /// names of attributes that are as near as the fields of an event or nearer, then those.
    pub fn nearest_names(&self, name: &str) -> Vec<String> {
        let wanted: String = name.chars().take(256).collect();
        let names = self.profiles().flat_map(Profile::attributes);
        let mut ranked: Vec<(usize, &str)> = names
            .flat_map(|attribute| &attribute.names)
            .map(|known| (levenshtein(&wanted, known), known.as_str()))
            .filter(|(distance, _)| *distance <= wanted.chars().count() / 3)
            .collect();
        ranked.sort();
        let mut nearest_names: Vec<String> = Vec::new();
        let keys: Vec<&str> = name.split('.').collect();
        let names = ranked.into_iter().map(|(_, known)| known.to_owned());
        for known in names.chain(nearest(&keys)) {
            if nearest_names.len() < SUGGESTIONS_MAX && !nearest_names.contains(&known) {
                nearest_names.push(known);
            }
        }
        nearest_names
    }

    /// The languages of all profiles, each once, in their order.
    pub fn languages(&self) -> Vec<&str> {
        let mut languages = Vec::new();
        for language in self.profiles().flat_map(Profile::languages) {
            if !languages.contains(&language.as_str()) {
                languages.push(language.as_str());
            }
        }
        languages
    }

    /// Refuses a language that no profile has.
    ///
    /// # Errors
    /// [`Error::Invalid`] listing those there are.
    pub fn check_language(&self, language: &str) -> Result<()> {
        let known = self.languages();
        if known.contains(&language) {
            return Ok(());
        }
        let problem = match known.is_empty() {
            true => format!("there are no labels in `{language}`, nor in any language"),
            false => format!("there are no labels in `{language}`; use `{}`", known.join("`, `")),
        };
        Err(Error::invalid("language", problem))
    }

    /// The profile of this name.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the nearest.
    pub fn profile(&self, name: &str) -> Result<&Profile> {
        let found = self.profiles().find(|profile| profile.name() == name);
        found.ok_or_else(|| no_profile(name, self.profiles().map(Profile::name)))
    }
}

/// The error for a profile that is not there.
pub(super) fn no_profile<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Error {
    let problem = match nearest_of(name, known) {
        Some(nearest) => format!("there is no profile `{name}`; the nearest: `{nearest}`"),
        None => format!("there is no profile `{name}`"),
    };
    Error::invalid("profile", problem)
}
