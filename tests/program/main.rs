//! The program as scripts see it: arguments, stdin, files, stdout, stderr, exit codes.
#![cfg(feature = "cli")]

mod asks;
mod budgets;
mod damaged_inputs;
mod follow;
mod imports;
mod json_queries;
mod processes;
mod recovery;
mod support;
mod upkeep;
