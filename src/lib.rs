//! `annals` is an embedded, append-only activity-log engine: durable, searchable at once, forgetful
//! on schedule.
//!
//! An event says who did what to what, when, from where, with which values before and after. A
//! [`Store`] takes events and makes them durable; a [`Search`] over a [`Snapshot`] of it finds them
//! by words, fields and times, a page, a count or a facet at a time; retention rules say for how
//! long each is kept. A [`StoreReader`] does the same without writing, in any other process.
//!
//! ```
//! use annals::event::Raw;
//! use annals::{Actor, Event, Query, Store, Target, Timestamp};
//!
//! let folder = tempfile::tempdir()?;
//! let store = Store::open(folder.path().join("activity"))?;
//!
//! let event = Event::builder(Timestamp::now(), "booking", "cancelled")
//!     .actor(Actor::user("u-17").email("ada@example.com").display_name("Ada Roth"))
//!     .target(Target::new("booking", "B-1042").name("Quarterly review"))
//!     .ip("203.0.113.7")
//!     .build()?;
//! let receipt = store.append(event)?; // on disk when it returns
//! assert_eq!(receipt.seq, 1);
//!
//! let query = Query::parse(r#"who.email=ada@example.com "quarterly review""#)?;
//! let page = store.snapshot().query(&query).newest().limit(20).page()?;
//! for found in &page.events {
//!     println!("{}", String::from_utf8_lossy(&found.to_json(Raw::Without)));
//! }
//! assert_eq!(page.events.len(), 1);
//! store.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Guarantees
//! * On `Ok` an append survives power loss ([`Durability::Durable`], the default); a batch is there
//!   whole or not at all.
//! * A snapshot sees every append that returned before it was taken, and never changes.
//! * A byte that is not what was written is an [`Error::Corrupt`], never an answer.
//! * `seq` rises by one from event to event; who follows a store by it loses none and sees none
//!   twice.
//! * What is past its time is not shown, and its bytes go with the next sweep, sealed or not, but
//!   for at most one run of time in full segments.
//!
//! # Memory
//! Two tails of 34 MiB and the segment being laid out are what a bulk load takes, some 110 MB with
//! events of common size. The allocator of glibc keeps up to 60 MB of freed memory beside that. The
//! program makes it keep less; other programs do the same by `MALLOC_MMAP_THRESHOLD_=1048576` and
//! `MALLOC_TRIM_THRESHOLD_=4194304` in the environment, or by `mallopt(3)`.
//! [`StoreBuilder::tail_bytes_max`] makes the tails smaller.
//!
//! # Where to look
//! | module | what |
//! |---|---|
//! | [`store`] | opening, appending, sealing, retention, backup, verification, repair |
//! | [`event`] | events, and how they are built |
//! | [`profile`] | what the codes of a product's log mean: labels, spellings, presets |
//! | [`query`] | queries, searches, followers, explanations |
//! | [`json`] | values that keep the digits of numbers |
//! | [`import`], [`export`] | foreign formats in, tables out |
//! | [`limits`] | every cap that a user meets |
//! | [`io`] | the disk, the clock and the random source behind a store |
//! | `serve`, `interface` | a store over HTTP; what it has in common with the program |
//! | `lake` | what is sealed as a table for other engines |
//!
//! # Features
//! | feature | what it adds |
//! |---|---|
//! | `cli` (default) | the program `annals`, and what it needs of the features below |
//! | `serve` (default) | `serve::router`: a page, an API and the products' own APIs over HTTP |
//! | `export` | `export::Export`: files of events with a manifest |
//! | `csv`, `xlsx` | `export::CsvWriter`, `export::XlsxWriter` |
//! | `lake` | sealed segments as a Delta Lake table of Parquet files, and a store from one |
//! | `serde` | events and values from and to serde types and `serde_json::Value` |
//! | `testing` | a simulated disk that fails on request, a generator of realistic events |
//!
//! The engine alone, `default-features = false`, is synchronous and starts at most one thread.
#![deny(unsafe_code)]

#[macro_use]
mod planted;

pub mod error;
pub mod limits;

pub mod io;
pub mod json;
pub mod text;

pub mod event;

pub mod profile;

mod log;
mod segment;
mod tail;

pub mod query;
pub mod store;

pub mod export;
pub mod import;
#[cfg(feature = "export")]
pub mod interface;
#[cfg(feature = "lake")]
pub mod lake;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(any(test, feature = "testing", feature = "cli"))]
pub mod testing;

pub use crate::error::{Error, Limit, Result};
pub use crate::event::{Actor, Change, Event, EventBuilder, StoredEvent, Target, Timestamp};
pub use crate::json::Value;
pub use crate::query::{Cursor, Page, Query, Scope, Search};
pub use crate::store::{
    Durability, Receipt, Retention, Snapshot, Store, StoreBuilder, StoreReader,
};
/// The time zones of searches, by their IANA names.
pub use chrono_tz::Tz;

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
