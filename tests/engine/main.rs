//! The engine as a whole, compared with plain definitions of what it must answer.

mod agreement;
mod budgets;
mod chance;
mod compare;
mod cursors;
mod events;
mod lossless;
mod oracle;
mod questions;
mod regression;
mod world;
