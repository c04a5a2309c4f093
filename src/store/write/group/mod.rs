//! Group commit: what waits together is written and made durable together.

mod joining;
mod queue;

pub(crate) use queue::{AnswerSlot, CommitGroup};
