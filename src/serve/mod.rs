//! A store over HTTP: a page for administrators, an API, and the products' own APIs for their
//! clients.
//!
//! [`router`] gives all of it as an axum router to mount in a service of one's own; [`run`] is a
//! server by itself. Every answer comes from the public interface of the library: there is no
//! second way to ask. The engine stays synchronous and is called on a bounded pool of threads.
//!
//! ```no_run
//! use annals::serve::{ServeOptions, router};
//! use annals::Store;
//!
//! let store = Store::open("activity")?;
//! let app: axum::Router = router(store, ServeOptions::new("activity"))?;
//! # Ok::<(), annals::Error>(())
//! ```

mod api;
mod auth;
mod compat;
mod door;
mod files;
mod http;
mod jobs;
pub mod limits;
mod listen;
mod page;
mod service;
mod state;
mod work;

pub use auth::access::{AccessFile, NewToken};
pub use auth::role::{Caller, Role};
pub use auth::token::Token;
pub use listen::{Listen, Listening, run};
pub use service::router;
pub use state::options::{Authenticate, ServeOptions};
pub use state::served::Served;
