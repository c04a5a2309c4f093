//! What the files under test import from the lower layers.

pub(crate) use annals::io::Watch;
