//! Campaigns: what the engine promises, tried again and again on a real disk.
//!
//! Here they are short; `kill.sh`, `follow.sh` and `damage.sh` beside them run the long ones.
#![cfg(feature = "cli")]

mod appending;
mod damage;
mod following;
mod importing;
mod kill;
mod random;
mod stored;
