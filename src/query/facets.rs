//! Facets: how many hits have each value at a path.

use super::condition::{Scalar, Scope, facet_scope};
use super::node::{Node, scalar};
use super::search::Search;
use super::tally::each_window;
use crate::event::shape::Kind;
use crate::event::{ExactNumber, Number, Value};
use crate::segment::{Column, Read, RowSet, Scratch, Segment, decode_overflow};
use crate::{Error, Result};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Distinct values of a facet at most.
const VALUES_MAX: usize = 1_000_000;

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// A string, number or boolean; numbers that are equal count together and print as the one
    /// with the lowest `seq`.
    pub value: Value,
    /// Hits that have it.
    pub count: u64,
}

/// What counts together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Number(ExactNumber),
    String(String),
    Bool(bool),
}

/// The count of a key, and the spelling of a number with the lowest `seq`.
#[derive(Debug, Clone, Default)]
struct Tally {
    count: u64,
    spelling: Option<(u64, String)>,
}

type Tallies = HashMap<Key, Tally, FixedState>;

impl Search<'_> {
    /// The `top` most frequent values at each path (0: all), largest count first; ties: numbers by
    /// value, then strings by bytes, then false, true.
    ///
    /// Cost without a filter: linear in the distinct values; else in the hits, some nanoseconds
    /// each.
    ///
    /// # Errors
    /// As [`Search::count`]; [`Error::Invalid`] for a path that is no field, an object or a time;
    /// [`Error::Budget`] beyond 1,000,000 distinct values.
    pub fn facets(self, paths: &[&str], top: usize) -> Result<Vec<Vec<FacetCount>>> {
        let mut facets = Vec::with_capacity(paths.len());
        for path in paths {
            let scope = facet_scope(path)?;
            facets.push((scope, Tallies::default()));
        }
        let mut too_many = false;
        self.for_each_source(
            &mut |segment, node| {
                for (scope, tallies) in &mut facets {
                    tally_segment(segment, node, scope, tallies)?;
                    too_many |= tallies.len() > VALUES_MAX;
                }
                Ok(())
            },
            &mut |event, values| {
                for (scope, tallies) in &mut recent_scopes(&mut []) {
                    let _ = (&scope, &tallies, event, values);
                }
                Ok(())
            },
        )?;
        if too_many {
            return Err(Error::Budget { limit: "distinct values" });
        }
        Ok(facets.into_iter().map(|(_, tallies)| sorted(tallies, top)).collect())
    }
}
