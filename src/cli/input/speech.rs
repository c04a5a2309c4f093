//! What the asker speaks: the language of labels, and the profile whose habits and names count.

use crate::cli::failure::{Failure, Outcome};
use annals::Error;
use annals::export::Column;
use annals::profile::{Attribute, Profile, Registry};
use annals::query::Search;
use chrono_tz::Tz;
use clap::Args;
use std::sync::Arc;

/// The language and the profile of a question.
#[derive(Debug, Args)]
pub(crate) struct SpeechOptions {
    /// With labels in this language, such as de: words find them, and tables show them
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Ask as this product does: its default range and longest range, its columns and names
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Leave out the default range of the profile
    #[arg(long, requires = "profile")]
    any_time: bool,
    /// The time zone of days, an IANA name [default: that of the profile, else UTC]
    #[arg(long = "tz", value_name = "ZONE")]
    zone: Option<Tz>,
}

/// Language, names, zone and habits of a question, settled.
#[derive(Debug)]
pub(crate) struct Speech {
    /// The profiles that names and labels are read by.
    pub(crate) names: Registry,
    pub(crate) language: Option<String>,
    pub(crate) zone: Tz,
    profile: Option<Arc<Profile>>,
    is_any_time: bool,
}

impl SpeechOptions {
    /// Settles what is asked with, by the profiles of the store: the one that was named comes
    /// first, be it of the store or not.
    ///
    /// # Errors
    /// A usage error for a profile, a zone or a language that is not there.
    pub(crate) fn settle(&self, store: &Registry) -> Outcome<Speech> {
        let profile = self.profile.as_deref().map(|name| named(name, store)).transpose()?;
        let names = match &profile {
            Some(profile) => store.led_by(Arc::clone(profile)),
            None => store.clone(),
        };
        let defaults = profile.as_ref().map(|profile| profile.defaults());
        let zone = defaults.and_then(|defaults| defaults.zone.as_deref()).map(str::parse);
        let zone = zone.transpose().map_err(|_| Failure::usage("--profile", "has no such zone"))?;
        let language = self.lang.clone().or_else(|| defaults?.language.clone());
        if let Some(language) = &language {
            names.check_language(language).map_err(|error| of_option("--lang", error))?;
        }
        let zone = self.zone.or(zone).unwrap_or(Tz::UTC);
        Ok(Speech { names, language, zone, profile, is_any_time: self.any_time })
    }
}

impl Speech {
    /// Of a command that knows a zone only.
    pub(crate) fn plain(zone: Tz) -> Speech {
        let (names, language, profile) = (Registry::default(), None, None);
        Speech { names, language, zone, profile, is_any_time: false }
    }

    /// Asks so.
    pub(crate) fn apply<'a>(&self, search: Search<'a>) -> Search<'a> {
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
    /// A usage error for what is no column, and for labels without a language.
    pub(crate) fn columns(&self, list: &str) -> Outcome<Vec<Column>> {
        let columns = Column::parse_list_named(list, &self.names)?;
        match columns.iter().find(|column| column.is_label() && self.language.is_none()) {
            Some(column) => {
                let problem = format!("`{column}` exists only with a language (--lang)");
                Err(Failure::usage("--columns", problem))
            }
            None => Ok(columns),
        }
    }

    /// The columns that the profile shows, with labels where there is a language.
    ///
    /// # Errors
    /// What is wrong with those of a profile of the user's own.
    pub(crate) fn profile_columns(&self) -> Outcome<Option<Vec<Column>>> {
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
    pub(crate) fn file_columns(&self) -> Outcome<Vec<Column>> {
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

    /// The most rows of an export.
    pub(crate) fn rows_max(&self) -> Option<usize> {
        let rows = self.profile.as_ref()?.export().rows_max?;
        usize::try_from(rows).ok()
    }
}

/// The profile of this name: of the store, else a built-in one.
fn named(name: &str, store: &Registry) -> Outcome<Arc<Profile>> {
    match store.shared(name) {
        Some(profile) => Ok(profile),
        None => Profile::built_in(name).map_err(|error| of_option("--profile", error)),
    }
}

/// An error about the value of an option.
fn of_option(option: &str, error: Error) -> Failure {
    match error {
        Error::Invalid { problem, .. } => Failure::usage(option, problem),
        error => Failure::Engine(error),
    }
}
