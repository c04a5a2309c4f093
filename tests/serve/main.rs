//! `annals serve` as its callers meet it: real sockets, the program as users get it.
#![cfg(all(feature = "serve", feature = "cli"))]

mod api;
mod client;
mod compat;
mod doors;
mod ends;
mod follow;
mod jobs;
mod limits;
mod load;
mod openapi;
mod page;
mod page_features;
mod page_files;
mod page_words;
#[path = "../acceptance/real_file.rs"]
mod real_file;
mod saved;
mod shares;
mod tenants;
mod tls;
