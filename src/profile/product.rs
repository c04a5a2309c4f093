//! [`Profile`]: the taxonomy and the presets of one product, with its look-ups.

use super::attribute::Attribute;
use super::content::Content;
use super::index::{Index, Spelled};
use super::preset::{Defaults, ExportCaps, Plan};
use super::read::{ProfileProblem, read};
use super::spelling::{joined_key, key};
use super::taxonomy::{ANY_CATEGORY, Activity, CaptureRule, Category};
use crate::{Error, Result};

/// What the codes of a source mean: categories, activities, attributes and presets.
///
/// Read from the text of a TOML file (`docs/profiles.md`) and never changed.
#[derive(Debug, Clone)]
pub struct Profile {
    content: Content,
    index: Index,
}

/// What a spelling of a source means, in the codes that events store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolved<'p> {
    /// The code of the category; `None` where the activity belongs to every category and this one
    /// is not listed: it stays as the source writes it.
    pub category: Option<&'p str>,
    /// The activity, with its operation and outcome.
    pub activity: &'p Activity,
    /// How the event came about, where the spelling says so.
    pub origin: Option<&'p str>,
}

impl Profile {
    /// Reads a profile from the text of its file; `name` is the file's, for messages.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the file, line and key of the first mistake.
    pub fn parse(text: &str, name: &str) -> Result<Profile> {
        Profile::check(text).map_err(|problems| match problems.first() {
            Some(first) => {
                let place = match first.key.as_str() {
                    "" => format!("{name}:{}", first.line),
                    key => format!("{name}:{}: {key}", first.line),
                };
                Error::invalid(place, first.problem.clone())
            }
            None => Error::invalid(name, "is no profile"),
        })
    }

    /// Reads a profile, for those who mend it.
    ///
    /// # Errors
    /// All mistakes, in the order of lines; at least one.
    pub fn check(text: &str) -> std::result::Result<Profile, Vec<ProfileProblem>> {
        let content = read(text)?;
        let index = Index::new(&content);
        Ok(Profile { content, index })
    }

    /// The name by which stores and commands call it.
    pub fn name(&self) -> &str {
        &self.content.name
    }

    /// What people call the product's log.
    pub fn title(&self) -> &str {
        &self.content.title
    }

    /// The values of `data_source` that it speaks for; at least one.
    pub fn data_sources(&self) -> &[String] {
        &self.content.data_sources
    }

    /// The languages of its labels; at least one.
    pub fn languages(&self) -> &[String] {
        &self.content.languages
    }

    /// Its categories, in the order of the file.
    pub fn categories(&self) -> &[Category] {
        &self.content.categories
    }

    /// Its activities, in the order of the file.
    pub fn activities(&self) -> &[Activity] {
        &self.content.activities
    }

    /// Its attributes, in the order of the file.
    pub fn attributes(&self) -> &[Attribute] {
        &self.content.attributes
    }

    /// What is asked for where the asker says nothing.
    pub fn defaults(&self) -> &Defaults {
        &self.content.defaults
    }

    /// The caps of an export.
    pub fn export(&self) -> ExportCaps {
        self.content.export
    }

    /// How long events are kept, plan by plan; the first is that of a fresh store.
    pub fn plans(&self) -> &[Plan] {
        &self.content.plans
    }

    /// Whether a fresh store captures the events of a category; what no switch turns off is
    /// captured.
    pub fn captures(&self, category: &str) -> bool {
        let CaptureRule::Switch(switch) = self.capture_rule(category) else {
            return true;
        };
        let mut switches = self.content.capture.iter();
        switches.find(|(name, _)| name == switch).is_none_or(|(_, is_on)| *is_on)
    }

    fn capture_rule(&self, category: &str) -> &CaptureRule {
        self.category(category).map_or(&CaptureRule::Always, |category| &category.capture)
    }

    /// The category with exactly this code.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories().iter().find(|category| category.code == code)
    }

    /// The activity with exactly these codes, or with this code in every category.
    ///
    /// Cost: a look-up in a hash table.
    pub fn activity(&self, category: &str, activity: &str) -> Option<&Activity> {
        self.listed(category, activity).or_else(|| self.listed(ANY_CATEGORY, activity))
    }

    /// The activity that is listed for exactly this category.
    pub(super) fn listed(&self, category: &str, activity: &str) -> Option<&Activity> {
        self.activities().get(self.index.code(category, activity)?)
    }

    /// What a source means that writes a category and an activity so; without a category,
    /// `activity` is a full name such as `API.Token_Created` or an alias.
    ///
    /// Exact codes first, then codes and aliases without regard to case and to what stands between
    /// words.
    ///
    /// Cost: a look-up in a hash table or two.
    pub fn resolve(&self, category: Option<&str>, activity: &str) -> Option<Resolved<'_>> {
        if let Some(found) = category.and_then(|category| self.listed(category, activity)) {
            let category = Some(found.category.as_str());
            return Some(Resolved { category, activity: found, origin: None });
        }
        let full = match category {
            Some(category) => joined_key(category, activity),
            None => key(activity),
        };
        if let Some(spelled) = self.index.spelled(&full) {
            return self.resolved(spelled, None);
        }
        let category = category?;
        self.resolved(self.index.open_spelled(&key(activity))?, Some(category))
    }

    fn resolved<'p>(
        &'p self,
        spelled: &'p Spelled,
        category: Option<&str>,
    ) -> Option<Resolved<'p>> {
        let activity = self.activities().get(spelled.activity)?;
        let category = match category {
            None => Some(activity.category.as_str()),
            Some(category) => self.category_named(category).map(|found| found.code.as_str()),
        };
        Some(Resolved { category, activity, origin: spelled.origin.as_deref() })
    }

    /// The category that is called so: by its code, however it is spelled, or by its label in any
    /// language; `None` where there are several.
    pub fn category_named(&self, name: &str) -> Option<&Category> {
        match self.index.categories_named(name) {
            [place] => self.categories().get(*place),
            _ => None,
        }
    }

    /// The activities that have this label in any language; within a category where one is named.
    ///
    /// Two activities may have one label: in French, `deleted` and `removed` are both `Supprimé`.
    pub fn activities_labelled(&self, category: Option<&str>, label: &str) -> Vec<&Activity> {
        let categories = category.map(|name| self.index.categories_named(name));
        let is_meant = |activity: &&Activity| match categories {
            None => true,
            Some(places) => {
                let mut meant = places.iter().filter_map(|place| self.categories().get(*place));
                activity.is_open() || meant.any(|category| category.code == activity.category)
            }
        };
        let places = self.index.activities_labelled(label).iter();
        places.filter_map(|place| self.activities().get(*place)).filter(is_meant).collect()
    }

    /// The attributes that are called so: by a name; else by a label in any language, a part that
    /// has the label of its whole giving way to it.
    pub fn attributes_named(&self, name: &str) -> Vec<&Attribute> {
        let places = self.index.attributes_named(name).iter();
        let found = places.filter_map(|place| self.attributes().get(*place));
        let found: Vec<&Attribute> = found.collect();
        let wanted = key(name);
        let has_name =
            |attribute: &&Attribute| attribute.names.iter().any(|known| key(known) == wanted);
        if found.iter().any(has_name) {
            return found.into_iter().filter(has_name).collect();
        }
        let is_found = |code: &String| found.iter().any(|whole| whole.code() == code);
        let gives_way = |part: &Attribute| part.part_of.as_ref().is_some_and(is_found);
        found.iter().filter(|attribute| !gives_way(attribute)).copied().collect()
    }
}
