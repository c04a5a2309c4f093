//! What the asker speaks: the language of labels, and the profile whose habits and names count.

use crate::cli::failure::{Outcome, of_option};
use annals::interface::{Speech, SpeechParameters};
use annals::profile::Registry;
use chrono_tz::Tz;
use clap::Args;

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

impl SpeechOptions {
    /// Settles what is asked with, by the profiles of the store: the one that was named comes
    /// first, be it of the store or not.
    ///
    /// # Errors
    /// A usage error for a profile, a zone or a language that is not there.
    pub(crate) fn settle(&self, store: &Registry) -> Outcome<Speech> {
        let parameters = SpeechParameters {
            language: self.lang.clone(),
            profile: self.profile.clone(),
            is_any_time: self.any_time,
            zone: self.zone,
        };
        parameters.settle(store).map_err(of_option)
    }
}
