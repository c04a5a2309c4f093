//! Settings with the profiles that they name, read from the files of a store.

use super::content::Settings;
use super::file;
use super::read::FileText;
use crate::io::Disk;
use crate::profile::{Profile, Registry};
use crate::store::folder::files;
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
    let mut profiles = Vec::new();
    for (number, name) in text.settings.profiles.iter().enumerate() {
        let profile = profile(disk, paths, name, sources);
        profiles.push(profile.map_err(|error| text.profile_error(number, error))?);
    }
    let profiles = Registry::new(profiles).map_err(|error| text.profile_error(0, error))?;
    text.check_capture(&profiles)?;
    Ok(LoadedSettings { settings: text.settings.clone(), profiles })
}

/// The profile of a name: that of the store's folder, else the one that comes along.
///
/// # Errors
/// [`Error::Invalid`]: of the field `profile` where there is none of this name, else with file,
/// line and key of the mistake.
pub(super) fn profile(
    disk: &Disk,
    paths: &StorePaths,
    name: &str,
    sources: &mut Vec<SourceFile>,
) -> Result<Arc<Profile>> {
    if !is_class_name(name) {
        let problem = format!("`{name}` is not 1 to 64 of a-z, 0-9, _ and -");
        return Err(Error::invalid("profile", problem));
    }
    let path = paths.profile(name);
    sources.push(SourceFile::look(disk, path.clone()));
    let bytes = match files::read_whole(disk, &path, limits::SETTINGS_BYTES_MAX) {
        Err(error) if files::is_missing(&error) => return built_in(name, &path),
        bytes => bytes?,
    };
    let shown = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|_| Error::invalid(&shown, "is not UTF-8"))?;
    let profile = Profile::parse(&text, &shown)?;
    if profile.name() != name {
        let problem = format!(
            "the profile calls itself `{}`; the file of a store is called like its profile",
            profile.name()
        );
        return Err(Error::invalid(format!("{shown}: profile.name"), problem));
    }
    Ok(Arc::new(profile))
}

fn built_in(name: &str, path: &Path) -> Result<Arc<Profile>> {
    Profile::built_in(name).map_err(|error| match error {
        Error::Invalid { field, problem } => {
            Error::invalid(field, format!("{problem}, and there is no file {}", path.display()))
        }
        error => error,
    })
}
