//! Whose events are seen, and what of them.

use crate::cli::failure::Outcome;
use annals::query::{Scope, Selection};
use clap::Args;

/// The word of `--mask` for what profiles mark.
const SENSITIVE: &str = "sensitive";

/// Whose events are seen, and what of them. With any of these the answer tells nothing of others.
#[derive(Debug, Args)]
pub(crate) struct ScopeOptions {
    /// Only events of this tenant
    #[arg(long, value_name = "T")]
    tenant: Option<String>,
    /// Only events of these data sources, separated by commas
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    sources: Option<Vec<String>>,
    /// Show … instead of what stands at this path, and refuse to search by it; several times for
    /// several paths. `sensitive`: the attributes that the profiles of the store mark so
    #[arg(long, value_name = "PATH")]
    mask: Vec<String>,
}

impl ScopeOptions {
    /// Narrows what is asked for.
    ///
    /// # Errors
    /// A usage error for a path that cannot be masked.
    pub(crate) fn apply(&self, selection: Selection) -> Outcome<Selection> {
        let mut scope = match &self.tenant {
            Some(tenant) => Scope::tenant(tenant).with_hidden(),
            None => Scope::all(),
        };
        if let Some(sources) = &self.sources {
            scope = scope.sources(sources);
        }
        if self.mask.iter().any(|path| path == SENSITIVE) {
            scope = scope.mask_sensitive();
        }
        scope = scope.mask(self.mask.iter().filter(|path| *path != SENSITIVE))?;
        let selection = selection.scope(&scope);
        Ok(match &self.tenant {
            Some(tenant) => selection.tenant(tenant),
            None => selection,
        })
    }
}
