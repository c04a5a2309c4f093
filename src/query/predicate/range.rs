//! Ranges of numbers and of instants.

use std::ops::Bound;

use super::context::Context;
use super::value::Scalar;
use crate::event::exact_instant;
use crate::json::ExactNumber;
use crate::query::ast::time::{InstantRange, read_when};

/// A range that values may lie in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Range {
    /// Numbers, by exact value.
    Numbers(NumberRange),
    /// Instants: strings that are full RFC 3339 date-times.
    Instants(InstantRange),
}

/// Numbers between two bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NumberRange {
    pub(crate) from: Bound<ExactNumber>,
    pub(crate) to: Bound<ExactNumber>,
}

impl NumberRange {
    /// Whether `number` lies within.
    pub(crate) fn contains(&self, number: &ExactNumber) -> bool {
        self.is_begun(number) && !self.is_over(number)
    }

    /// Whether `number` is at or beyond the beginning.
    pub(crate) fn is_begun(&self, number: &ExactNumber) -> bool {
        match &self.from {
            Bound::Included(from) => from <= number,
            Bound::Excluded(from) => from < number,
            Bound::Unbounded => true,
        }
    }

    /// Whether `number` is beyond the end.
    pub(crate) fn is_over(&self, number: &ExactNumber) -> bool {
        match &self.to {
            Bound::Included(to) => to < number,
            Bound::Excluded(to) => to <= number,
            Bound::Unbounded => false,
        }
    }
}

impl Range {
    /// Reads `a..b` where both ends, as far as they are there, are numbers or both are times.
    pub(super) fn read(text: &str, context: &Context) -> Option<Range> {
        let (from, to) = text.split_once("..")?;
        if from.is_empty() && to.is_empty() {
            return None;
        }
        read_numbers(from, to).or_else(|| read_times(from, to, context))
    }

    /// Whether `scalar` is a number or an instant within.
    pub(crate) fn contains(&self, scalar: Scalar<'_>) -> bool {
        match (self, scalar) {
            (Range::Numbers(range), Scalar::Number(text)) => {
                ExactNumber::parse(text).is_some_and(|number| range.contains(&number))
            }
            (Range::Instants(range), Scalar::String(text)) => {
                exact_instant(text).is_some_and(|instant| range.contains(instant))
            }
            _ => false,
        }
    }
}

fn read_numbers(from: &str, to: &str) -> Option<Range> {
    let bound = |text: &str| match text {
        "" => Some(Bound::Unbounded),
        text => ExactNumber::parse(text).map(Bound::Included),
    };
    let (from, to) = (bound(from)?, bound(to)?);
    Some(Range::Numbers(NumberRange { from, to }))
}

fn read_times(from: &str, to: &str, context: &Context) -> Option<Range> {
    let side = |text: &str| match text {
        "" => Some(None),
        text => read_when(text, context.zone).map(Some),
    };
    let (from, to) = (side(from)?, side(to)?);
    Some(Range::Instants(InstantRange {
        from: from.map(|(start, _)| start),
        to: to.map(|(_, end)| end),
    }))
}
