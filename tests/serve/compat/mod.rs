//! The products' own APIs, as their clients ask them.

mod calendly;
mod clockify;
mod google;
mod world;
