//! What this report has in common with `benches/million`: the same events, costs and limits.

#![allow(dead_code, reason = "the other report asks for more than this one")]

use super::{Outcome, reporting, support};

#[path = "../../million/batches.rs"]
pub(crate) mod batches;
#[path = "../../million/brute.rs"]
pub(crate) mod brute;
#[path = "../../support/halved.rs"]
pub(crate) mod halved;
#[path = "../../million/ingest.rs"]
pub(crate) mod ingest;
#[path = "../../million/life.rs"]
pub(crate) mod life;
#[path = "../../million/process.rs"]
pub(crate) mod process;
#[path = "../../million/questions.rs"]
pub(crate) mod questions;
#[path = "../../million/raw.rs"]
pub(crate) mod raw;
#[path = "../../million/single.rs"]
pub(crate) mod single;
