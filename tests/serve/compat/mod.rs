//! The products' own APIs, as their clients ask them.

mod calendly;
mod clockify;
mod doors;
mod google;
mod hostile;
mod random;
mod world;
