//! For tests and benches of what embeds the engine: a simulated disk that fails on request, and a
//! generator of realistic events.

pub mod generate;
mod sim;

pub use sim::fault::{Fault, FaultKind, Operation, OperationKind};
pub use sim::state::SimDisk;
