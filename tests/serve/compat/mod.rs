//! The products' own APIs, as their clients ask them.

mod google;
mod world;
