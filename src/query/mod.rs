//! Questions: the query language, planning, execution, pages, counts, facets, histograms.
//!
//! ```text
//! text --parse--> ast --condition::compile--> Condition --plan--> Node (one a segment)
//!                                                |                  |
//!                                             matching           node: windows of rows
//!                                        (newest events)            |
//!                                                search: pages   tally: all other answers
//!                                                follow: everything, as it comes
//! ```

mod ast;
mod build;
mod column_value;
mod condition;
mod cursor;
mod explain;
mod facets;
mod field_values;
mod fields;
mod follow;
mod histogram;
mod id_counts;
mod json;
mod lexis;
#[cfg(test)]
mod made_up;
mod matching;
mod merge;
mod meter;
mod newest;
mod node;
mod order;
mod page;
mod parse;
mod path_pattern;
mod phrase_plan;
mod plan;
mod print;
mod scan;
mod search;
mod seq_plan;
mod size;
mod source;
mod stream;
mod tally;
mod time;
mod uuid_words;
mod value_counts;
mod value_prefix;
mod values;
mod verdicts;
mod visible;

pub use ast::{
    Comparison, Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text, TimeRelation,
};
pub use build::Field;
pub use cursor::Cursor;
pub use explain::{
    Answer, ExplainedSource, Explanation, Fate, PlanStep, Pruning, SourceKind, Work,
};
pub use fields::{FieldKind, FoundField};
pub use follow::{Follow, FollowCursor, FollowStop};
pub use histogram::Bucket;
pub use json::{Filters, Joiner};
pub use order::Order;
pub use page::{Page, PageEnd};
pub(crate) use scan::read_paths;
pub use search::Search;
pub use time::parse_when;
pub use value_counts::FacetCount;
