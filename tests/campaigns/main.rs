//! Campaigns: the guarantees of the engine, tested repeatedly on a real disk.
//!
//! Here they are short; the scripts beside this file (`kill.sh`, `follow.sh`, `forget.sh`,
//! `races.sh`, `disk_full.sh`, `power_cut.sh`, `damage.sh`) run the long ones.
#![cfg(feature = "cli")]

mod appending;
mod churn;
mod damage;
mod disk_full;
mod following;
mod forgetting;
mod importing;
mod kill;
mod look;
mod mount;
mod numbered;
mod power_cut;
mod races;
mod random;
mod read_only;
mod stored;
