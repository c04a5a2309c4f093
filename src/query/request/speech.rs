//! What the asker of a search speaks: the language of labels, and the profile whose habits count.

use super::asking::Asking;
use super::search::Search;
use crate::profile::Registry;

impl Search<'_> {
    /// Reads names of attributes, labels and [`Search::profile`] by these profiles instead of those
    /// of the store; comes before [`Search::language`] and [`Search::profile`].
    #[must_use]
    pub fn with_profiles(mut self, registry: Registry) -> Self {
        self.labels = self.selection.labels(&registry);
        self.registry = registry;
        self
    }

    /// With the labels that the profiles of the store have in a language: two further values of
    /// each event, `category_label` and `activity_label`, as far as a profile knows its codes.
    /// Words, fields, facets and values see them like any other. In German (`de`) a word with `ae`,
    /// `oe` or `ue` also stands for the one with `a`, `o` or `u` there.
    ///
    /// A language that no profile has is an error of the search, with those there are.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        self.selection = self.selection.language(language);
        self.labels = self.selection.labels(&self.registry);
        self
    }

    /// Asks by the habits of a product: where the query names no time, the default range of its
    /// profile counts; a longer range than it allows is refused, and so is a query without a
    /// condition where it demands one. The profile is one of the store, else a built-in one.
    ///
    /// A search that is refused ends in [`Error::RangeTooLong`](crate::Error::RangeTooLong),
    /// [`Error::FilterRequired`](crate::Error::FilterRequired), or
    /// [`Error::Invalid`](crate::Error::Invalid) for a profile that is not there.
    #[must_use]
    pub fn profile(mut self, name: &str) -> Self {
        self.asking = Some(Asking::by(name, self.profiles()));
        self
    }

    /// Leaves the default range of the profile out: events of any time, as far as the profile
    /// allows so long a range.
    #[must_use]
    pub fn any_time(mut self) -> Self {
        self.asking = self.asking.map(Asking::at_any_time);
        self
    }
}
