//! JSON that keeps the digits of numbers and refuses what is ambiguous: text, borrowed tree, value.

#[cfg(feature = "serde")]
mod bridge;
mod decimal;
mod escape;
mod layouts;
mod locate;
mod number;
mod number_syntax;
mod parse;
mod problem;
mod spans;
mod tokens;
mod tree;
mod value;
mod write;

pub use decimal::ExactNumber;
pub use number::Number;
pub use value::Value;

pub(crate) use escape::is_plain;
pub(crate) use layouts::{Layouts, Scan, Token, TokenKind};
pub(crate) use locate::{End, offset_of, read_tree};
pub(crate) use parse::parse;
pub(crate) use problem::{Checked, PathStep, Problem};
pub(crate) use spans::{find, find_raw, value_behind};
pub(crate) use tokens::{Step, for_each_token};
pub(crate) use tree::{Member, Node};
pub(crate) use write::{append_comma, append_escaped, append_key, append_scalar, compact};
