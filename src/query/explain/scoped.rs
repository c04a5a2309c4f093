//! Explaining the search of a tenant or another scope, who must not learn of others: not how many
//! events a segment has, which words and values are in it, or how much had to be looked at.

use super::{Answer, ExplainedPart, Explanation, RunTimes};
use crate::Result;
use crate::query::answer::page::PageWalk;
use crate::query::ast::{Expr, Query};
use crate::query::request::search::Search;
use std::ops::ControlFlow;
use std::time::Instant;

impl Search<'_> {
    /// As [`Search::explain`], from the events of the scope alone.
    pub(super) fn explain_scoped(self) -> Result<Explanation> {
        let (budget, mut walk) = (self.budget(), PageWalk::default());
        let began = Instant::now();
        let more = walk.page(&self, &budget, &mut |_| Ok(ControlFlow::Continue(())), None);
        let more = self.selection.told(more)?;
        let explanation =
            self.explanation_of_parts(self.page_answer(), walk.count as u64, began)?;
        Ok(Explanation { more, ..explanation })
    }

    /// As [`Search::explain_count`], from the events of the tenant alone.
    pub(super) fn explain_count_scoped(self) -> Result<Explanation> {
        let began = Instant::now();
        let hits = self.clone().count()?;
        self.explanation_of_parts(Answer::Count, hits, began)
    }

    fn explanation_of_parts(
        &self,
        answer: Answer,
        hits: u64,
        began: Instant,
    ) -> Result<Explanation> {
        let times = RunTimes { evaluate: began.elapsed(), ..RunTimes::default() };
        let parts = match self.selection.query.root() {
            Expr::All => Vec::new(),
            Expr::And(operands) => {
                operands.iter().map(|operand| self.counted_part(operand)).collect::<Result<_>>()?
            }
            expr => vec![self.counted_part(expr)?],
        };
        let explained = self.explained(answer, self.predicate()?.occurrence(), hits)?;
        Ok(Explanation { parts, times, ..explained })
    }

    /// Counts a part by itself, in the same scope.
    fn counted_part(&self, part: &Expr) -> Result<ExplainedPart> {
        let mut search = self.clone().now(self.now_of_query());
        search.selection.query = Query::new(part.clone());
        // A cursor belongs to the whole query.
        search.after = None;
        let term = match part {
            Expr::Or(_) => format!("({part})"),
            part => part.to_string(),
        };
        Ok(ExplainedPart { term, events: search.count()? })
    }
}
