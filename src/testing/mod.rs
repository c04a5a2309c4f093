//! For tests and benches of programs that embed the engine: a simulated disk that fails on request,
//! and a generator of realistic events.

pub mod generate;
#[cfg(any(test, feature = "testing"))]
mod sim;

#[cfg(any(test, feature = "testing"))]
pub use sim::fault::{Fault, FaultKind, Operation, OperationKind};
#[cfg(any(test, feature = "testing"))]
pub use sim::state::SimDisk;
