//! Why an answer is empty, told where a person reads it.

use crate::cli::failure::{Outcome, tell};
use annals::query::Search;
use std::io::{IsTerminal, stdout};

/// Tells on stderr why the answer of a search is empty, if stdout is a terminal.
pub(super) fn tell_why(search: &Search<'_>) -> Outcome {
    if stdout().is_terminal() {
        for note in search.notes()? {
            tell(format_args!("note: {note}"));
        }
    }
    Ok(())
}
