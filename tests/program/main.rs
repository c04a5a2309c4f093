//! The program as scripts see it: arguments, stdin, files, stdout, stderr, exit codes.
#![cfg(feature = "cli")]

mod aliases;
mod asks;
mod budgets;
mod capture;
mod changes;
mod damaged_inputs;
mod exports;
mod follow;
mod imports;
mod json_queries;
#[cfg(feature = "lake")]
mod lake;
mod outputs;
mod plans;
mod processes;
mod profiles;
mod recovery;
mod retention;
mod sources;
mod speech;
mod support;
mod terminals;
mod upkeep;
