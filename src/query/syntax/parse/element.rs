//! Element conditions: what stands in brackets behind a path.

use super::QueryParser;
use super::field::TermOffsets;
use crate::Result;
use crate::query::ast::lexer::PathKey;
use crate::query::ast::{Expr, Term};
use crate::query::predicate::compile::check_element;

impl QueryParser<'_> {
    /// `path[E]` as a condition; the path is taken, the bracket stands here.
    pub(super) fn element(&mut self, segments: Vec<PathKey>, path_at: usize) -> Result<Expr> {
        let element = self.bracketed(segments, path_at)?;
        if !self.bare_ends() {
            let problem = "expected white space after `]`; what one object must meet stands \
                           inside the brackets";
            return self.error(self.scanner.at(), problem);
        }
        Ok(element)
    }

    /// `path[E]`, whatever stands behind it.
    pub(super) fn bracketed(&mut self, segments: Vec<PathKey>, path_at: usize) -> Result<Expr> {
        let path = self.path(segments);
        let open_at = self.scanner.at();
        let places = TermOffsets { path: path_at, operator: open_at, values: Vec::new() };
        check_element(&path, self.object())
            .or_else(|problem| self.field_error(problem, &places))?;
        self.scanner.open_bracket();
        self.check_nesting(open_at)?;
        self.objects.push([self.object(), path.segments()].concat());
        let condition = self.any_of(None, "after `[`; `[*]` is any object")?;
        if !self.scanner.close_bracket() {
            return self.error(open_at, "this `[` is never closed; expected `]`");
        }
        self.objects.pop();
        self.name_before = None;
        self.checked(Term::Element { path, condition: Box::new(condition) }, &places)
    }
}
