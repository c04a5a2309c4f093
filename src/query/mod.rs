//! Questions: the query language, planning, execution, pages, counts, facets, histograms.
//!
//! ```text
//! text --parse--> ast --condition::compile--> Condition --plan--> Node (one a segment)
//!                                                |                  |
//!                                             matching           node: windows of rows
//!                                        (newest events)            |
//!                                                search: pages   tally: count, facets, histogram
//!                                                follow: everything, as it comes
//! ```

mod ast;
mod build;
mod condition;
mod cursor;
mod facets;
mod follow;
mod histogram;
mod lexis;
mod matching;
mod node;
mod parse;
mod path_pattern;
mod phrase_plan;
mod plan;
mod print;
mod scan;
mod search;
mod stream;
mod tally;
mod time;
mod visible;

pub use ast::{
    Comparison, Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text, TimeRelation,
};
pub use build::Field;
pub use cursor::Cursor;
pub use facets::FacetCount;
pub use follow::{Follow, FollowCursor, FollowStop};
pub use histogram::Bucket;
pub use search::{Order, Page, Search};
pub use time::parse_when;
