//! Questions: the query language, planning, execution, pages, counts, facets, histograms.
//!
//! ```text
//! text, JSON, builder --syntax--> ast --predicate::compile--> Predicate --plan--> RowPlan
//!                                                                |      (one a segment)
//!                                              events without an index         |
//!                                                                v             v
//!                         page, count, facets, ... <--answer-- exec: windows of rows, merged
//! ```
//!
//! `budget` counts the work of all of it, `request` holds what is asked for, `follow` gives events
//! as they come, `explain` observes a run.

mod answer;
mod ast;
mod budget;
mod changes;
mod exec;
mod explain;
mod follow;
mod linked;
mod notes;
mod plan;
mod predicate;
mod reader;
mod request;
mod syntax;

pub use answer::coverage::{Coverage, CoverageInterval, LastOfSource};
pub use answer::fields::{FieldKind, FoundField};
pub use answer::histogram::Bucket;
pub use answer::page::{Page, PageEnd};
pub use answer::value_counts::FacetCount;
pub(crate) use ast::path_pattern::behind_key;
pub use ast::regex::RegexLiteral;
pub use ast::time::parse_when;
pub use ast::{
    Comparison, Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text, TimeRelation,
};
pub use changes::history::{FieldState, History, StateEvent, TargetHistory};
pub use explain::{
    Answer, ExplainedPart, ExplainedSource, Explanation, Fate, PlanStep, Pruning, RunTimes,
    SourceKind, Work,
};
pub use follow::cursor::FollowCursor;
pub use follow::{Follow, FollowStop};
pub use linked::fold::FoldedSearch;
pub use linked::{LinkedAction, LinkedPage};
pub use notes::{NearPath, Note, NoteHint, NoteReason, TimeEnds};
pub(crate) use predicate::tree::ElementPredicate;
pub use reader::{ScopeStats, ScopedReader, ScopedSnapshot};
pub use request::cursor::Cursor;
pub use request::order::Order;
pub use request::scope::ReaderScope as Scope;
pub use request::search::Search;
pub use request::selection::Selection;
pub use syntax::builder::Field;
pub use syntax::json::filters::{Filters, Joiner};
pub(crate) use syntax::parse::value_path::ValuePath;
