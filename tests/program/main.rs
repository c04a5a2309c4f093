//! The program as scripts see it: arguments, stdin, files, stdout, stderr, exit codes.
#![cfg(feature = "cli")]

mod asks;
mod follow;
mod imports;
mod support;
mod upkeep;
