//! From the text of `store.toml` to settings, with mistakes by line and key.

use super::capture::{CapturePolicy, TENANT, check_switch};
use super::content::{Settings, UnknownCodes};
use crate::profile::Registry;
use crate::store::folder::edited::place;
use crate::store::retention::policy::{Class, Keep, Retention, Rule};
use crate::{Error, Result};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    #[serde(default)]
    profiles: Vec<Spanned<String>>,
    unknown_codes: Option<Spanned<String>>,
    #[serde(default)]
    lake_before_drop: bool,
    #[serde(default)]
    class: BTreeMap<String, SettingsFileClass>,
    #[serde(default)]
    rule: Vec<SettingsFileRule>,
    /// Read by [`read_capture`], which has the places of its keys.
    #[serde(default)]
    #[expect(dead_code, reason = "only known, so that it is not refused")]
    capture: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFileClass {
    #[serde(default = "forever")]
    kept_for: Spanned<String>,
    #[serde(default = "forever")]
    visible_for: Spanned<String>,
    lake_kept_for: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFileRule {
    class: String,
    tenant: Option<String>,
    data_source: Option<String>,
    category: Option<String>,
    activity: Option<String>,
}

fn forever() -> Spanned<String> {
    Spanned::new(0..0, Keep::Forever.to_string())
}

/// The text of `store.toml`, what it says, and where some of that stands.
#[derive(Debug)]
pub(crate) struct FileText {
    pub(crate) text: String,
    pub(crate) settings: Settings,
    path: PathBuf,
    /// The byte at which each name of a profile stands.
    profile_places: Vec<usize>,
    /// The switches, each with the byte at which it stands.
    switch_places: Vec<(usize, String, bool)>,
}

impl FileText {
    /// An error about the profile that is named at this place of the list.
    pub(super) fn profile_error(&self, number: usize, error: Error) -> Error {
        match error {
            // The file of the profile has a place of its own.
            Error::Invalid { field, problem } if field == "profile" => {
                let at = self.profile_places.get(number).copied().unwrap_or_default();
                self.invalid(at, "profiles", problem)
            }
            error => error,
        }
    }

    /// Refuses switches that the profiles do not allow.
    ///
    /// # Errors
    /// [`Error::Invalid`] with file, line and key.
    pub(super) fn check_capture(&self, profiles: &Registry) -> Result<()> {
        self.wrong_switches(profiles).into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    /// The switches that the profiles do not allow, and why.
    pub(super) fn wrong_switches(&self, profiles: &Registry) -> Vec<(String, Error)> {
        let wrong = |(at, category, is_on): &(usize, String, bool)| {
            let problem = check_switch(profiles, category, *is_on).err()?;
            let error = self.invalid(*at, &format!("capture.{category}"), problem);
            Some((category.clone(), error))
        };
        self.switch_places.iter().filter_map(wrong).collect()
    }

    fn invalid(&self, at: usize, key: &str, problem: impl Into<String>) -> Error {
        Error::invalid(format!("{}: {key}", place(&self.text, &self.path, at)), problem.into())
    }
}

/// Parses the text of `store.toml`; `path` is for messages only.
///
/// # Errors
/// [`Error::Invalid`] naming the file and the line of what is not valid.
pub(crate) fn parse(text: String, path: &Path) -> Result<FileText> {
    let file: SettingsFile = toml::from_str(&text).map_err(|error| {
        let place = place(&text, path, error.span().map_or(0, |span| span.start));
        Error::invalid(place, error.message().replace('\n', "; "))
    })?;
    let profile_places = file.profiles.iter().map(|name| name.span().start).collect();
    let mut read = FileText {
        text,
        settings: Settings::default(),
        path: path.to_path_buf(),
        profile_places,
        switch_places: Vec::new(),
    };
    for (number, name) in file.profiles.iter().enumerate() {
        if file.profiles[..number].iter().any(|before| before.get_ref() == name.get_ref()) {
            let problem = format!("`{}` is there twice", name.get_ref());
            return Err(read.invalid(name.span().start, "profiles", problem));
        }
    }
    if let Some(word) = &file.unknown_codes {
        read.settings.unknown_codes = read.unknown_codes(word)?;
    }
    read.settings.profiles = file.profiles.into_iter().map(Spanned::into_inner).collect();
    read.settings.lake.before_drop = file.lake_before_drop;
    read.read_lake(&file.class)?;
    read.settings.retention = read.retention(file.class, file.rule)?;
    read.settings.capture = read.read_capture()?;
    Ok(read)
}

impl FileText {
    fn unknown_codes(&self, word: &Spanned<String>) -> Result<UnknownCodes> {
        UnknownCodes::from_name(word.get_ref()).ok_or_else(|| {
            let problem = format!("`{}` is neither `keep` nor `refuse`", word.get_ref());
            self.invalid(word.span().start, "unknown_codes", problem)
        })
    }

    fn retention(
        &self,
        classes: BTreeMap<String, SettingsFileClass>,
        rules: Vec<SettingsFileRule>,
    ) -> Result<Retention> {
        let mut retention = Retention {
            classes: Vec::new(),
            rules: rules.into_iter().map(SettingsFileRule::into_rule).collect(),
        };
        for (name, class) in classes {
            let (kept_for, visible_for) =
                (self.keep(&class.kept_for)?, self.keep(&class.visible_for)?);
            retention.classes.push(Class { name, kept_for, visible_for });
        }
        retention
            .checked()
            .map_err(|error| Error::invalid(self.path.display().to_string(), error.to_string()))
    }

    fn keep(&self, value: &Spanned<String>) -> Result<Keep> {
        let parsed = value.get_ref().parse::<Keep>();
        parsed.map_err(|error| {
            let place = place(&self.text, &self.path, value.span().start);
            Error::invalid(place, error.to_string())
        })
    }

    /// Reads for how long the lake keeps the events of each class that says so.
    fn read_lake(&mut self, classes: &BTreeMap<String, SettingsFileClass>) -> Result<()> {
        for (name, class) in classes {
            let Some(value) = &class.lake_kept_for else { continue };
            let keep = self.keep(value)?;
            if keep == Keep::Nothing {
                let key = format!("class.{name}.lake_kept_for");
                return Err(self.invalid(value.span().start, &key, "must be longer than nothing"));
            }
            self.settings.lake.kept_for.insert(name.clone(), keep);
        }
        Ok(())
    }

    /// Reads the table `[capture]`: switches by category and, below `tenant`, by tenant.
    fn read_capture(&mut self) -> Result<CapturePolicy> {
        let mut policy = CapturePolicy::default();
        let file = DeTable::parse(&self.text).expect("the text was parsed just before");
        let Some(capture) = file.get_ref().get("capture") else {
            return Ok(policy);
        };
        let table = self.table(capture, "capture")?;
        let mut places = Vec::new();
        for (category, value) in table {
            let category = category.get_ref().as_ref();
            if category == TENANT && value.get_ref().is_table() {
                for (tenant, switches) in self.table(value, "capture.tenant")? {
                    let tenant = tenant.get_ref().to_string();
                    let of_tenant = policy.tenants.entry(tenant).or_default();
                    for (category, value) in self.table(switches, "capture.tenant")? {
                        let category = category.get_ref().to_string();
                        let is_on = self.switch(&category, value, &mut places)?;
                        of_tenant.insert(category, is_on);
                    }
                }
                continue;
            }
            let is_on = self.switch(category, value, &mut places)?;
            policy.general.insert(category.to_owned(), is_on);
        }
        policy.tenants.retain(|_, switches| !switches.is_empty());
        self.switch_places = places;
        Ok(policy)
    }

    fn table<'v>(&self, value: &'v Spanned<DeValue<'_>>, key: &str) -> Result<&'v DeTable<'v>> {
        value.get_ref().as_table().ok_or_else(|| {
            self.invalid(value.span().start, key, "must be a table of switches, `on` or `off`")
        })
    }

    fn switch(
        &self,
        category: &str,
        value: &Spanned<DeValue<'_>>,
        places: &mut Vec<(usize, String, bool)>,
    ) -> Result<bool> {
        let at = value.span().start;
        let is_on = match value.get_ref().as_str() {
            Some("on") => true,
            Some("off") => false,
            _ => {
                let problem = "must be `\"on\"` or `\"off\"`";
                return Err(self.invalid(at, &format!("capture.{category}"), problem));
            }
        };
        places.push((at, category.to_owned(), is_on));
        Ok(is_on)
    }
}

impl SettingsFileRule {
    fn into_rule(self) -> Rule {
        Rule {
            class: self.class,
            tenant: self.tenant,
            data_source: self.data_source,
            category: self.category,
            activity: self.activity,
        }
    }
}
