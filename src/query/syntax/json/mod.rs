//! Queries as JSON: the same tree as the text, for user interfaces and programs.
//!
//! ```json
//! {"and": [
//!   {"field": "actor.email", "op": "eq", "value": "ada@acme.example"},
//!   {"not": {"field": "context.ip", "op": "eq", "value": {"bare": "10.0.0.0/8"}}},
//!   {"text": "budget 2027"},
//!   {"since": "7d"}
//! ]}
//! ```
//!
//! `docs/query.md` defines the form, `docs/query.schema.json` is its JSON Schema.

pub(crate) mod filters;
mod read;
mod read_field;
#[cfg(test)]
mod tests;
mod words;
mod write;

use crate::Result;
use crate::profile::Registry;
use crate::query::ast::Query;

impl Query {
    /// The JSON Schema (draft 2020-12) of queries as JSON, from which a form can be drawn: titles,
    /// descriptions, operators, and which values each of them takes.
    pub const JSON_SCHEMA: &'static str = include_str!("../../../../docs/query.schema.json");

    /// Parses a query from JSON; the form is that of the search documentation. A flat list of
    /// [`Filters`](crate::query::Filters) is taken, too.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) with the place in `json` and what was expected there,
    /// for everything that [`Query::parse`] refuses, and for keys and operators that do not exist.
    ///
    /// # Examples
    /// ```
    /// use annals::query::Query;
    ///
    /// let json = r#"{"field":"actor.email","op":"eq","value":"ada@acme.example"}"#;
    /// let query = Query::from_json(json)?;
    /// assert_eq!(query.to_string(), r#"actor.email="ada@acme.example""#);
    /// assert_eq!(query.to_json(), json);
    /// assert!(Query::from_json(r#"{"field":"actor.email","op":"equals","value":"x"}"#).is_err());
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn from_json(json: &str) -> Result<Query> {
        Query::from_json_named(json, &Registry::default())
    }

    /// As [`Query::from_json`], in which fields may also have the names that profiles give them;
    /// see [`Query::parse_named`].
    ///
    /// # Errors
    /// As [`Query::from_json`] and [`Query::parse_named`].
    pub fn from_json_named(json: &str, names: &Registry) -> Result<Query> {
        read::read(json, names)
    }

    /// Prints compact JSON that [`Query::from_json`] reads as this query, if it is one that can
    /// run. One query has one such text.
    pub fn to_json(&self) -> String {
        write::expr(self.root()).to_json()
    }
}
