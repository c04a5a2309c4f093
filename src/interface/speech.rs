//! What the asker speaks: the language of labels, and the profile whose habits and names count.

use crate::export::Column;
use crate::profile::{Attribute, Profile, Registry};
use crate::query::Search;
use crate::{Error, Result};
use chrono_tz::Tz;
use std::sync::Arc;

/// Language, profile and zone as they were given.
#[derive(Debug, Clone, Default)]
pub struct SpeechParameters {
    /// The language of labels (`lang`), such as `de`.
    pub language: Option<String>,
    /// The name of the product by whose habits is asked (`profile`).
    pub profile: Option<String>,
    /// Whether the default range of the profile is left out.
    pub is_any_time: bool,
    /// The zone of days (`tz`).
    pub zone: Option<Tz>,
}

/// Language, names, zone and habits of a question, settled.
#[derive(Debug, Clone)]
pub struct Speech {
    /// The profiles that names and labels are read by.
    pub names: Registry,
    /// The language of labels.
    pub language: Option<String>,
    /// The zone of days.
    pub zone: Tz,
    profile: Option<Arc<Profile>>,
    is_any_time: bool,
}

impl SpeechParameters {
    /// Settles what is asked with, by the profiles of the store: the one that was named comes
    /// first, be it of the store or not.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the parameter as its field, for a profile, a zone or a language that
    /// is not there.
    pub fn settle(&self, store: &Registry) -> Result<Speech> {
        let profile = self.profile.as_deref().map(|name| named(name, store)).transpose()?;
        let names = match &profile {
            Some(profile) => store.led_by(Arc::clone(profile)),
            None => store.clone(),
        };
        let defaults = profile.as_ref().map(|profile| profile.defaults());
        let zone = defaults.and_then(|defaults| defaults.zone.as_deref()).map(str::parse);
        let zone = zone.transpose().map_err(|_| Error::invalid("profile", "has no such zone"))?;
        let language = self.language.clone().or_else(|| defaults?.language.clone());
        if let Some(language) = &language {
            names.check_language(language).map_err(|error| of_parameter("lang", error))?;
        }
        let zone = self.zone.or(zone).unwrap_or(Tz::UTC);
        Ok(Speech { names, language, zone, profile, is_any_time: self.is_any_time })
    }
}

impl Speech {
    /// Of one who knows a zone only.
    pub fn plain(zone: Tz) -> Speech {
        let (names, language, profile) = (Registry::default(), None, None);
        Speech { names, language, zone, profile, is_any_time: false }
    }

    /// Asks so.
    pub fn apply<'a>(&self, search: Search<'a>) -> Search<'a> {
        let mut search = search.with_profiles(self.names.clone()).zone(self.zone);
        if let Some(language) = &self.language {
            search = search.language(language);
        }
        let Some(profile) = &self.profile else {
            return search;
        };
        search = search.profile(profile.name());
        if self.is_any_time { search.any_time() } else { search }
    }

    /// Reads columns.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no column, and for labels without a language.
    pub fn columns(&self, list: &str) -> Result<Vec<Column>> {
        let columns = Column::parse_list_named(list, &self.names)?;
        match columns.iter().find(|column| column.is_label() && self.language.is_none()) {
            Some(column) => {
                let problem = format!("`{column}` exists only with a language (--lang, lang=)");
                Err(Error::invalid("columns", problem))
            }
            None => Ok(columns),
        }
    }

    /// Reads columns among which `effects` may stand.
    ///
    /// # Errors
    /// As [`Speech::columns`].
    pub fn columns_with_effects(&self, list: &str) -> Result<Vec<Column>> {
        let is_effects = |item: &&str| item.trim() == "effects";
        let Some(place) = list.split(',').position(|item| is_effects(&item)) else {
            return self.columns(list);
        };
        let others: Vec<&str> = list.split(',').filter(|item| !is_effects(item)).collect();
        let mut columns = match others.is_empty() {
            true => Vec::new(),
            false => self.columns(&others.join(","))?,
        };
        // Where commas stand in quotes or brackets, there are fewer columns than pieces.
        columns.insert(place.min(columns.len()), Column::effects());
        Ok(columns)
    }

    /// The columns that the profile shows, with labels where there is a language.
    ///
    /// # Errors
    /// What is wrong with those of a profile of the user's own.
    pub fn profile_columns(&self) -> Result<Option<Vec<Column>>> {
        let columns = self.profile.as_ref().map(|profile| &profile.defaults().columns[..]);
        let Some(columns) = columns.filter(|columns| !columns.is_empty()) else {
            return Ok(None);
        };
        let columns = Column::parse_list_named(&columns.join(","), &self.names)?;
        Ok(Some(self.labelled(columns)))
    }

    /// The columns of a file when none are named.
    ///
    /// # Errors
    /// As [`Speech::profile_columns`].
    pub fn file_columns(&self) -> Result<Vec<Column>> {
        if let Some(columns) = self.profile_columns()? {
            return Ok(columns);
        }
        let columns = match self.shown_attributes() {
            names if names.is_empty() => Column::defaults(),
            names => Column::parse_list_named(&names.join(","), &self.names)?,
        };
        Ok(self.labelled(columns))
    }

    /// The attributes that the profile shows unless asked otherwise, without parts of others.
    fn shown_attributes(&self) -> Vec<&str> {
        let attributes = self.profile.iter().flat_map(|profile| profile.attributes());
        let shown = attributes.filter(|one| one.columns && one.part_of.is_none());
        shown.map(Attribute::code).collect()
    }

    fn labelled(&self, columns: Vec<Column>) -> Vec<Column> {
        match self.language {
            Some(_) => Column::labelled(columns),
            None => columns,
        }
    }

    /// The profile by which is asked.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_deref()
    }

    /// The most rows of an export.
    pub fn rows_max(&self) -> Option<usize> {
        let rows = self.profile.as_ref()?.export().rows_max?;
        usize::try_from(rows).ok()
    }
}

/// The profile of this name: of the store, else a built-in one.
fn named(name: &str, store: &Registry) -> Result<Arc<Profile>> {
    match store.shared(name) {
        Some(profile) => Ok(profile),
        None => Profile::built_in(name).map_err(|error| of_parameter("profile", error)),
    }
}

/// An error about the value of a parameter.
fn of_parameter(parameter: &str, error: Error) -> Error {
    match error {
        Error::Invalid { problem, .. } => Error::invalid(parameter, problem),
        error => error,
    }
}
