//! Flat lists of filters: queries without nesting, as a row of filter chips shows them.

use super::read::{JsonReader, JsonResult, Within, member};
use super::words::{FILTERS, JOINER, unknown};
use super::write;
use crate::json::{Member, Node, PathStep, Value};
use crate::query::ast::{Expr, Query};
use crate::{Error, Result};

/// How a flat list is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Joiner {
    /// All filters hold.
    #[default]
    And,
    /// One of the filters holds.
    Or,
}

impl Joiner {
    fn name(self) -> &'static str {
        match self {
            Joiner::And => "and",
            Joiner::Or => "or",
        }
    }
}

/// A query without nesting: a list of filters and how they are joined. No filter at all is every
/// event, however they are joined.
///
/// # Examples
/// ```
/// use annals::query::{Joiner, Query};
///
/// let filters = Query::parse("category=login -actor.type=system")?.to_filters()?;
/// assert_eq!((filters.joiner, filters.filters.len()), (Joiner::And, 2));
/// let json = filters.to_json();
/// assert!(json.starts_with(r#"{"joiner":"and","filters":[{"field":"category","op":"eq","#));
/// assert_eq!(Query::from_json(&json)?, Query::from_filters(filters)?);
/// assert!(Query::parse("(a OR b) c")?.to_filters().is_err());
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// How the filters are joined.
    pub joiner: Joiner,
    /// Single conditions, or what excludes one.
    pub filters: Vec<Query>,
}

impl Filters {
    /// Prints compact JSON that [`Query::from_json`] reads.
    pub fn to_json(&self) -> String {
        let filters = self.filters.iter().map(|filter| write::expr(filter.root())).collect();
        let members = [(JOINER, self.joiner.name().into()), (FILTERS, Value::List(filters))];
        Value::object(members).to_json()
    }
}

impl Query {
    /// Joins filters.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter that is joined of several conditions itself.
    pub fn from_filters(filters: Filters) -> Result<Query> {
        if let Some(nested) = filters.filters.iter().find(|filter| !is_flat(filter.root())) {
            return Err(Error::invalid("filters", nested_problem(nested.root())));
        }
        let roots: Vec<Expr> = filters.filters.into_iter().map(Query::into_root).collect();
        Ok(Query::new(joined(filters.joiner, roots)))
    }

    /// The filters of a query that is a flat list of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names what is nested in it.
    pub fn to_filters(&self) -> Result<Filters> {
        let (joiner, operands) = match self.root() {
            Expr::All => return Ok(Filters::default()),
            Expr::And(operands) => (Joiner::And, &operands[..]),
            Expr::Or(operands) => (Joiner::Or, &operands[..]),
            single => (Joiner::And, std::slice::from_ref(single)),
        };
        if let Some(nested) = operands.iter().find(|operand| !is_flat(operand)) {
            return Err(Error::invalid("query", nested_problem(nested)));
        }
        let filters = operands.iter().cloned().map(Query::new).collect();
        Ok(Filters { joiner, filters })
    }
}

impl JsonReader {
    /// `{"joiner":...,"filters":[...]}`
    pub(super) fn filters(&mut self, members: &[Member<'_>]) -> JsonResult<Expr> {
        self.only(members, FILTERS, &[JOINER])?;
        let joiner = match member(members, JOINER) {
            None => Joiner::And,
            Some(_) => self.joiner(members)?,
        };
        let Some(node) = member(members, FILTERS) else {
            return self.refuse(format!("`{FILTERS}` is missing"));
        };
        self.under(FILTERS, |reader| {
            let nodes = reader.elements(node, "conditions")?;
            let mut operands = Vec::with_capacity(nodes.len());
            for (index, node) in nodes.iter().enumerate() {
                let filter = |reader: &mut Self| reader.filter(node);
                operands.push(reader.within(PathStep::Index(index), filter)?);
            }
            Ok(joined(joiner, operands))
        })
    }

    fn joiner(&mut self, members: &[Member<'_>]) -> JsonResult<Joiner> {
        let name = self.string(members, JOINER)?;
        let known = [Joiner::And, Joiner::Or];
        match known.into_iter().find(|joiner| joiner.name() == name) {
            Some(joiner) => Ok(joiner),
            None => {
                let problem = unknown(JOINER, name, known.into_iter().map(Joiner::name));
                self.under(JOINER, |reader| reader.refuse(problem))
            }
        }
    }

    fn filter(&mut self, node: &Node<'_>) -> JsonResult<Expr> {
        let filter = self.condition(node, Within::Top)?;
        match is_flat(&filter) {
            true => Ok(filter),
            false => self.refuse(nested_problem(&filter)),
        }
    }
}

/// An empty list is every event: nothing is filtered.
fn joined(joiner: Joiner, filters: Vec<Expr>) -> Expr {
    match joiner {
        _ if filters.is_empty() => Expr::All,
        Joiner::And => Expr::and(filters),
        Joiner::Or => Expr::or(filters),
    }
}

/// Whether it is one condition, or excludes one.
fn is_flat(expr: &Expr) -> bool {
    match expr {
        Expr::Not(operand) => !operand.is_compound(),
        expr => !expr.is_compound(),
    }
}

fn nested_problem(nested: &Expr) -> String {
    format!("`{nested}` is nested; a flat list joins single conditions by one joiner")
}
