//! Changes over time: what was recorded last of a field, and all that was done to one thing.

mod derive;
pub(super) mod history;
