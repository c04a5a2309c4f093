//! The rules of searching once more, in the plainest way: every event is looked at, every value
//! of it, with nothing of the engine but `annals::text`.

pub(crate) mod answers;
pub(crate) mod ask;
pub(crate) mod decimal;
pub(crate) mod fact;
pub(crate) mod hold;
pub(crate) mod literal;
pub(crate) mod phrase;
pub(crate) mod print;
pub(crate) mod time;
