//! The built-in profiles: files of this folder, compiled in and read when first asked for.

use super::product::Profile;
use super::registry::{Registry, no_profile};
use crate::Result;
use std::sync::{Arc, OnceLock};

/// A built-in profile.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
    /// Read once.
    profile: OnceLock<Arc<Profile>>,
}

macro_rules! built_in {
    ($name:literal) => {
        BuiltIn {
            name: $name,
            text: include_str!(concat!("data/", $name, ".toml")),
            profile: OnceLock::new(),
        }
    };
}

static BUILT_IN: [BuiltIn; 4] =
    [built_in!("calendly"), built_in!("calenso"), built_in!("google"), built_in!("clockify")];

impl BuiltIn {
    fn profile(&self) -> &Arc<Profile> {
        self.profile.get_or_init(|| {
            let profile = Profile::parse(self.text, self.name);
            Arc::new(profile.expect("a test reads each of these files"))
        })
    }
}

impl Profile {
    /// The built-in profile of this name: `calendly`, `calenso`, `google` or `clockify`.
    ///
    /// Cost: the first call for a name reads its text, some milliseconds.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) naming the nearest.
    pub fn built_in(name: &str) -> Result<Arc<Profile>> {
        match BUILT_IN.iter().find(|built_in| built_in.name == name) {
            Some(built_in) => Ok(Arc::clone(built_in.profile())),
            None => Err(no_profile(name, BUILT_IN.iter().map(|built_in| built_in.name))),
        }
    }

    /// The text of the file of a built-in profile, to begin one's own with.
    ///
    /// # Errors
    /// As [`Profile::built_in`].
    pub fn built_in_text(name: &str) -> Result<&'static str> {
        match BUILT_IN.iter().find(|built_in| built_in.name == name) {
            Some(built_in) => Ok(built_in.text),
            None => Err(no_profile(name, BUILT_IN.iter().map(|built_in| built_in.name))),
        }
    }
}

impl Registry {
    /// All built-in profiles.
    pub fn built_in() -> Registry {
        let profiles = BUILT_IN.iter().map(|built_in| Arc::clone(built_in.profile())).collect();
        Registry::new(profiles).expect("their names differ")
    }
}
