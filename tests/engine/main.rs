//! The engine as a whole, compared with plain definitions of what it must answer.

mod agreement;
mod aliases;
mod budgets;
mod chance;
mod compare;
mod completion;
mod cursors;
mod deriving;
mod empty_answers;
mod events;
mod explaining;
mod held_snapshots;
mod histories;
mod labels;
mod linking;
mod lossless;
mod oracle;
mod questions;
mod readers;
mod regression;
mod threads;
mod torn_reads;
mod wide;
mod world;
mod zones;
