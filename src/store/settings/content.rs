//! What `store.toml` says.

use super::capture::CapturePolicy;
use crate::store::lake::policy::LakePolicy;
use crate::store::retention::policy::Retention;

/// What becomes of an event whose code is in no profile of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UnknownCodes {
    /// It is stored, and listed as unregistered.
    #[default]
    Keep,
    /// It is rejected.
    Refuse,
}

impl UnknownCodes {
    /// The word in `store.toml`.
    pub fn name(self) -> &'static str {
        match self {
            UnknownCodes::Keep => "keep",
            UnknownCodes::Refuse => "refuse",
        }
    }

    /// Reads the word back.
    pub fn from_name(name: &str) -> Option<UnknownCodes> {
        [UnknownCodes::Keep, UnknownCodes::Refuse].into_iter().find(|it| it.name() == name)
    }
}

/// The content of `store.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The names of the profiles, in their order.
    pub(crate) profiles: Vec<String>,
    pub(crate) unknown_codes: UnknownCodes,
    pub(crate) retention: Retention,
    pub(crate) capture: CapturePolicy,
    pub(crate) lake: LakePolicy,
}

impl Settings {
    /// Checked and brought into order.
    ///
    /// # Errors
    /// As [`Retention::checked`].
    pub(crate) fn checked(mut self) -> crate::Result<Settings> {
        self.retention = self.retention.checked()?;
        self.lake.kept_for.retain(|class, _| self.retention.class(class).is_some());
        Ok(self)
    }
}
