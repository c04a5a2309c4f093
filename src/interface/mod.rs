//! What the program and the server have in common: questions as texts, answers as JSON.
//!
//! A command line and an address carry the same parameters (`q from to since tz lang tenant
//! profile`), and both print the same shapes. [`Speech`] settles who asks how, [`Question`] reads
//! what is asked for, and the functions of this module make the JSON of the answers.

mod appended;
mod capture;
mod counts;
mod history;
mod question;
mod registry;
mod speech;

pub use appended::AppendCounts;
pub use capture::{capture_value, captured_in_general, word};
pub use counts::{CodeNames, counts_value, facets_value, histogram_value};
pub use history::history_value;
pub use question::{Question, read_at};
pub use registry::registry_value;
pub use speech::{Speech, SpeechParameters};
