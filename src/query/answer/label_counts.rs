//! Counts of labels: those of the codes that have them, added up.

use super::prefix::ValuePrefix;
use super::value_counts::{FacetCount, ValueCounts};
use crate::json::Value;
use crate::query::ast::Path;
use crate::query::ast::lexer::read_path;
use crate::query::budget::Budget;
use crate::query::predicate::compile::codes::of_source;
use crate::query::predicate::labels::LabelField;
use crate::query::predicate::paths::FacetPath;
use crate::query::predicate::value::Scalar;
use crate::query::request::search::Search;
use crate::{Error, Result};

/// The label that a path names, if it names one.
pub(super) fn label_field(path: &str) -> Option<LabelField> {
    LabelField::at(read_path(path).as_ref().map_or(&[], Path::segments))
}

impl Search<'_> {
    /// How many hits have each label that begins with a prefix; two codes with one label count
    /// together.
    ///
    /// One walk over the hits for each source that has labels.
    ///
    /// # Errors
    /// As [`Search::facets`], and [`Error::Invalid`] without a language.
    pub(super) fn label_counts(
        &self,
        field: LabelField,
        prefix: Option<&ValuePrefix>,
        budget: &Budget,
    ) -> Result<ValueCounts> {
        let context = self.context()?;
        let labels = context.labels.as_deref().ok_or_else(|| {
            Error::invalid(field.name(), "exists only in a search with a language (`--lang`)")
        })?;
        let mut found = ValueCounts::new(FacetPath::Action, None);
        for source in labels.sources() {
            let mut actions = ValueCounts::new(FacetPath::Action, None);
            self.within(of_source(source)).visit(budget, &mut actions)?;
            for FacetCount { value, count } in actions.sorted(None) {
                let Value::String(action) = value else { continue };
                let label = labels.label(field, source, &action);
                let Some(label) = label else { continue };
                let is_wanted = match prefix {
                    Some(prefix) => prefix.begins(Scalar::String(label), budget)?,
                    None => true,
                };
                if is_wanted {
                    found.add_string(label, count, budget)?;
                }
            }
        }
        Ok(found)
    }
}
