//! Campaigns: what the engine promises, tried again and again on a real disk.
//!
//! Here they are short; `tests/campaigns/kill.sh` and `follow.sh` run the long ones.
#![cfg(feature = "cli")]

mod appending;
mod following;
mod importing;
mod kill;
mod random;
mod stored;
