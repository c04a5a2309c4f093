//! Group commit: what waits together is written and made durable together.

mod joining;
mod queue;
mod round;

pub(crate) use queue::CommitGroup;
pub(crate) use round::AnswerSlot;
