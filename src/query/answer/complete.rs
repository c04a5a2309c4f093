//! Completion: the values at a path that begin with a text.

use super::label_counts::label_field;
use super::prefix::ValuePrefix;
use super::value_counts::{FacetCount, ValueCounts};
use crate::Result;
use crate::query::request::search::Search;

impl Search<'_> {
    /// The values at exactly this path whose folded text begins with the folded `prefix`, and how
    /// many hits have each: the `limit` most frequent (`None`: all), in the order of
    /// [`Search::facets`]. Numbers and booleans begin as they are written: `tr` finds `true`, `1.`
    /// finds `1.50`, not `15e-1`. What a reader may not see is not suggested. An empty prefix finds
    /// every value.
    ///
    /// Cost without a filter: binary searches in dictionaries, and some microseconds for each
    /// value that begins so; linear in the rows of columns whose values hardly repeat. With a
    /// filter: as [`Search::count`], and the same.
    ///
    /// # Errors
    /// As [`Search::facets`].
    ///
    /// # Examples
    /// ```no_run
    /// # use annals::query::Query;
    /// # use annals::Store;
    /// let store = Store::open("activity")?;
    /// let snapshot = store.snapshot();
    /// for found in snapshot.query(&Query::all()).values("actor.email", "an", 20)? {
    ///     println!("{} ({})", found.value.to_json(), found.count);
    /// }
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn values(
        self,
        path: &str,
        prefix: &str,
        limit: impl Into<Option<usize>>,
    ) -> Result<Vec<FacetCount>> {
        let (budget, prefix) = (self.budget(), ValuePrefix::new(prefix));
        let counts = match label_field(path) {
            Some(field) => self.label_counts(field, Some(&prefix), &budget)?,
            None => {
                let mut counts = ValueCounts::new(self.facet_path(path)?, Some(prefix));
                self.visit(&budget, &mut counts)?;
                counts
            }
        };
        Ok(counts.sorted(limit.into()))
    }
}
