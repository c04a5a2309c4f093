//! Settings with the profiles that they name, read from the files of a store.

use super::content::Settings;
use super::file;
use super::read::FileText;
use crate::io::Disk;
use crate::profile::{Profile, Registry};
use crate::store::folder::edited;
use crate::store::folder::paths::{StorePaths, is_class_name};
use crate::{Error, Result, limits};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The version of a missing file.
pub(super) const MISSING: u64 = 0;
/// The version that no file has: the next look reads the file.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// Settings, with the profiles that they name.
#[derive(Debug, Default)]
pub(crate) struct LoadedSettings {
    pub(crate) settings: Settings,
    pub(crate) profiles: Registry,
    /// The profiles that come from the store's folder: name and text.
    pub(crate) own: Vec<(String, String)>,
}

/// A profile, and its text where it comes from the store's folder.
pub(super) struct ReadProfile {
    pub(super) profile: Arc<Profile>,
    text: Option<String>,
}

/// A file that settings come from, and its version when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) version: u64,
}

impl SourceFile {
    /// The file as it is now.
    pub(super) fn look(disk: &Disk, path: PathBuf) -> SourceFile {
        let version = version(disk, &path);
        SourceFile { path, version }
    }

    /// Whether the file is another one by now. Cost: a system call.
    pub(super) fn has_changed(&self, disk: &Disk) -> bool {
        version(disk, &self.path) != self.version
    }
}

fn version(disk: &Disk, path: &Path) -> u64 {
    disk.version(path).map_or(MISSING, |version| version.clamp(MISSING + 1, UNKNOWN - 1))
}

/// Reads the settings of a store and its profiles; notes each file in `sources` before its bytes
/// are read, so that what is written between the two is seen by the next look.
///
/// # Errors
/// [`Error::Invalid`] with file, line and key of what is wrong.
pub(super) fn load(
    disk: &Disk,
    paths: &StorePaths,
    sources: &mut Vec<SourceFile>,
) -> Result<LoadedSettings> {
    sources.push(SourceFile::look(disk, paths.settings()));
    match file::read_text(disk, paths)? {
        Some(text) => with_profiles(disk, paths, &text, sources),
        None => Ok(LoadedSettings::default()),
    }
}

/// Reads the settings of a store once, with its profiles.
///
/// # Errors
/// As [`load`].
pub(crate) fn read(disk: &Disk, paths: &StorePaths) -> Result<LoadedSettings> {
    load(disk, paths, &mut Vec::new())
}

/// The settings of a text, with the profiles that it names, checked against each other.
pub(super) fn with_profiles(
    disk: &Disk,
    paths: &StorePaths,
    text: &FileText,
    sources: &mut Vec<SourceFile>,
) -> Result<LoadedSettings> {
    let (mut profiles, mut own) = (Vec::new(), Vec::new());
    for (number, name) in text.settings.profiles.iter().enumerate() {
        let read = profile(disk, paths, name, sources);
        let read = read.map_err(|error| text.profile_error(number, error))?;
        own.extend(read.text.map(|text| (name.clone(), text)));
        profiles.push(read.profile);
    }
    let profiles = Registry::new(profiles)?;
    text.check_capture(&profiles)?;
    Ok(LoadedSettings { settings: text.settings.clone(), profiles, own })
}

/// The profile of a name: that of the store's folder, else the built-in one.
///
/// # Errors
/// [`Error::Invalid`]: of the field `profile` where there is none of this name, else with file,
/// line and key of the mistake.
pub(super) fn profile(
    disk: &Disk,
    paths: &StorePaths,
    name: &str,
    sources: &mut Vec<SourceFile>,
) -> Result<ReadProfile> {
    if !is_class_name(name) {
        let problem = format!("`{name}` is not 1 to 64 of a-z, 0-9, _ and -");
        return Err(Error::invalid("profile", problem));
    }
    let path = paths.profile(name);
    sources.push(SourceFile::look(disk, path.clone()));
    let Some(text) = edited::read_text(disk, &path, limits::SETTINGS_BYTES_MAX)? else {
        return built_in(name, &path);
    };
    let shown = path.display().to_string();
    let profile = Profile::parse(&text, &shown)?;
    if profile.name() != name {
        let problem = format!(
            "the profile calls itself `{}`; the file of a store is called like its profile",
            profile.name()
        );
        return Err(Error::invalid(format!("{shown}: profile.name"), problem));
    }
    Ok(ReadProfile { profile: Arc::new(profile), text: Some(text) })
}

fn built_in(name: &str, path: &Path) -> Result<ReadProfile> {
    let profile = Profile::built_in(name).map_err(|error| match error {
        Error::Invalid { field, problem } => {
            Error::invalid(field, format!("{problem}, and there is no file {}", path.display()))
        }
        error => error,
    })?;
    Ok(ReadProfile { profile, text: None })
}

/// What is sound of settings, and what is not.
#[derive(Debug, Default)]
pub(crate) struct CheckedSettings {
    /// The settings without what is wrong; those of an empty file where all of it is.
    pub(crate) sound: Settings,
    /// The files that were read and are sound.
    pub(crate) sound_files: Vec<PathBuf>,
    /// What is wrong, each with the file in which it stands.
    pub(crate) problems: Vec<(PathBuf, Error)>,
    /// Nothing of `store.toml` can be followed.
    pub(crate) is_lost: bool,
    /// The names of profiles that are not there, or wrong.
    pub(crate) profiles_removed: Vec<String>,
    /// The switches that the profiles do not allow.
    pub(crate) switches_removed: Vec<String>,
}

/// Looks at every file of the settings; one mistake hides no other.
pub(crate) fn check(disk: &Disk, paths: &StorePaths) -> CheckedSettings {
    let mut checked = CheckedSettings::default();
    let path = paths.settings();
    match file::read_text(disk, paths) {
        Ok(Some(text)) => checked.check_text(disk, paths, &text),
        Ok(None) => {}
        Err(error) => {
            checked.is_lost = true;
            checked.problems.push((path, error));
        }
    }
    let captured = paths.captured();
    match file::read_captured(disk, paths) {
        Ok(_) => checked.sound_files.push(captured),
        Err(error) => checked.problems.push((captured, error)),
    }
    checked
}

impl CheckedSettings {
    fn check_text(&mut self, disk: &Disk, paths: &StorePaths, text: &FileText) {
        let path = paths.settings();
        self.sound = text.settings.clone();
        let mut profiles = Vec::new();
        for (number, name) in text.settings.profiles.iter().enumerate() {
            match profile(disk, paths, name, &mut Vec::new()) {
                Ok(read) => {
                    self.sound_files.extend(read.text.map(|_| paths.profile(name)));
                    profiles.push(read.profile);
                }
                Err(error) => {
                    let is_own =
                        !matches!(&error, Error::Invalid { field, .. } if field == "profile");
                    let file = if is_own { paths.profile(name) } else { path.clone() };
                    self.problems.push((file, text.profile_error(number, error)));
                    self.profiles_removed.push(name.clone());
                }
            }
        }
        self.sound.profiles.retain(|name| !self.profiles_removed.contains(name));
        let profiles = Registry::new(profiles).expect("names that come twice were refused");
        for (key, error) in text.wrong_switches(&profiles) {
            self.problems.push((path.clone(), error));
            self.sound.capture.remove_off(&key);
            self.switches_removed.push(key);
        }
        self.sound_files.push(path);
    }
}
